"""What could not be added: a bar each for a few, one bar for many, so that no sentence pushes another away."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.dialogs.sentences import SentencesDialog
from ambuda_desktop.ui.durations import plural

FEW = 3  # bars of their own


def _tr(text: str) -> str:
    return QCoreApplication.translate("refused_bars", text)


class RefusedBars:
    """Collects sentences until their bars are closed."""

    def __init__(self, bars: Bars, window: QWidget) -> None:
        self._bars, self._window = bars, window
        self._count = 0  # makes keys
        self._alone: dict[str, str] = {}  # the bars of their own: key to sentence
        self._together: list[str] = []

    def say(self, sentence: str) -> None:
        self._alone = {key: said for key, said in self._alone.items() if self._bars.has(key)}
        if not self._bars.has("refused"):
            self._together = []
        if not self._together and len(self._alone) < FEW:
            self._count += 1
            key = f"refused {self._count}"
            self._alone[key] = sentence
            self._bars.say(key, sentence, "error")
            return
        for key in self._alone:
            self._bars.hush(key)
        self._together += [*self._alone.values(), sentence]
        self._alone = {}
        words = plural(len(self._together), "%s", _tr("%s files or folders were not added."))
        self._bars.say("refused", words, "error", (_tr("Show why"), self._show))

    def _show(self) -> None:
        dialog = SentencesDialog(_tr("What was not added, and why"), self._together, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
