"""The account with which Google Vision is asked: its key is kept as a secret, and tried with one word."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ambuda_desktop import secrets
from ambuda_desktop.google_account import SECRET, find_key, forget_key, keep_key, whose
from ambuda_desktop.ui.background import Errand
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.subprogram import Said, run_command
from ambuda_desktop.ui.widgets import Button, set_text, words_label


class GoogleField(QWidget):
    """Whose key it is; choose another one, forget it, test it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._errand: Errand | None = None
        self.account, self.told, self.complaint = words_label(), words_label(faint=True), words_label()
        self.complaint.setObjectName("complaint")
        self.choose = Button(self.tr("Choose the key file…"), "folder", self._choose)
        self.choose.setAccessibleName(self.tr("Choose the key of a service account for Google Vision"))
        self.test = Button(self.tr("Test connection"), "network", self.start_test)
        tip = self.tr("Google reads a picture of one word, which counts as a page")
        self.test.setToolTip(tip)
        self.forget = Button(self.tr("Forget the key"), "", self._forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.account)
        column.addWidget(Flow(self.choose, self.test, self.forget))
        column.addWidget(self.told)
        column.addWidget(self.complaint)
        for label in (self.account, self.told, self.complaint):
            label.hide()
        self.forget.hide()

    def showEvent(self, event: QShowEvent) -> None:
        # Not before: a keyring that is locked asks for its password.
        super().showEvent(event)
        self._look()

    def _look(self) -> None:
        """Off the GUI thread: a keyring may take its time, or ask."""
        paths = self._context.paths

        def work(_store: object, _errand: Errand) -> tuple[str, bool]:
            key = find_key(paths)
            return (whose(key) if key else "", secrets.read(paths, SECRET) is not None)

        errand = self._context.background.start(work)
        errand.done.connect(self._show)
        errand.failed.connect(lambda sentence: set_text(self.complaint, sentence))

    def _show(self, found: tuple[str, bool]) -> None:
        account, ours = found
        none = self.tr("No account is set. Google’s console makes the JSON key of a service account.")
        set_text(self.account, self.tr("Google Vision is asked as {}.").format(account) if account else none)
        self.test.setEnabled(bool(account) and self._errand is None)
        self.forget.setVisible(ours)

    def _choose(self) -> None:
        files = self.tr("Keys (*.json);;All files (*)")
        dialog = QFileDialog(self, self.tr("The key of a service account"), "", files)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self.take(Path(file)))
        dialog.open()

    def take(self, file: Path) -> None:
        """Keep the key in this file."""
        paths = self._context.paths
        errand = self._context.background.start(lambda _store, _errand: keep_key(paths, file))
        errand.done.connect(lambda kept: self._taken(file, *kept))
        errand.failed.connect(lambda sentence: self._say("", sentence))

    def _taken(self, file: Path, _account: str, kept: secrets.Kept) -> None:
        words = self.tr("The key is kept in {}; {} may be deleted.").format(kept.place, file)
        self._say(f"{words} {kept.warning}".strip(), "")
        self._look()

    def _forget(self) -> None:
        paths = self._context.paths
        errand = self._context.background.start(lambda _store, _errand: forget_key(paths))
        errand.done.connect(lambda _: self._say(self.tr("The key is forgotten."), ""))
        errand.done.connect(lambda _: self._look())
        errand.failed.connect(lambda sentence: self._say("", sentence))

    def start_test(self) -> None:
        """Let Google read one word, in a process of its own."""
        if self._errand is not None:
            return
        paths = self._context.paths
        self._errand = errand = self._context.background.start(
            lambda _store, errand: run_command(paths, errand, "doctor", "--vision"), long=True
        )
        self.test.setEnabled(False)
        self._say(self.tr("Google is asked…"), "")
        errand.done.connect(self._tested)
        errand.failed.connect(lambda sentence: self._ended("", sentence))
        errand.stopped.connect(lambda: self._ended("", ""))

    def _tested(self, said: Said) -> None:
        (found,) = said.objects[:1]
        words = f"{found['what']}: {found['says']}"
        bad = found["level"] == "problem"
        self._ended("" if bad else words, words if bad else "")

    def _ended(self, told: str, complaint: str) -> None:
        self._errand = None
        self._say(told, complaint)
        self._look()

    def _say(self, told: str, complaint: str) -> None:
        set_text(self.told, told)
        set_text(self.complaint, complaint)
