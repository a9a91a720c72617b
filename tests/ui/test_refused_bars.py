from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.dialogs.sentences import SentencesDialog
from ambuda_desktop.ui.refused_bars import FEW, RefusedBars


def test_few_have_bars_of_their_own_and_many_one(qtbot: QtBot) -> None:
    # Given a few files that were refused
    bars = Bars()
    qtbot.addWidget(bars)
    bars.show()
    refused = RefusedBars(bars, bars)
    for number in range(FEW):
        refused.say(f"{number}.txt is no PDF.")
    assert bars.sentences == [f"{number}.txt is no PDF." for number in range(FEW)]

    # When more come, one bar counts them all
    for number in range(FEW, 30):
        refused.say(f"{number}.txt is no PDF.")
    assert bars.sentences == ["30 files or folders were not added."]

    # And says why, each of them, to read and to copy
    button = next(b for b in bars.findChildren(QPushButton) if b.text() == "Show why" and b.isVisible())
    button.click()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SentencesDialog)
    dialog.copy.click()
    assert QGuiApplication.clipboard().text().splitlines() == [f"{n}.txt is no PDF." for n in range(30)]
    dialog.close_button.click()

    # And once that is closed, the next has its own again
    bars.hush("refused")
    refused.say("31.txt is no PDF.")
    assert bars.sentences == ["31.txt is no PDF."]
