"""The folders of task code: added after a check, removed with a click."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ambuda_desktop.settings import Settings
from ambuda_desktop.task_folders import check_task_folder, usable_folders
from ambuda_desktop.ui.background import Work
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.fields import delayed
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.widgets import Button, set_text, words_label

CHECK = 150  # milliseconds after the last key


class TaskFoldersField(QWidget):
    """`tasks` in the data folder is always among them; what is wrong with another is said under it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.removes: dict[Path, Button] = {}
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Another folder of task code"))
        self.field.setPlaceholderText(self.tr("Full path of another folder of task code"))
        self.field.setAcceptDrops(False)  # a file dropped on it is a book
        self.choose = Button(self.tr("Choose…"), "folder", self._choose)
        self.choose.setAccessibleName(self.tr("Choose another folder of task code"))
        self.add = Button(self.tr("Add the folder"), "add", self._add)
        self.add.setEnabled(False)
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self.complaint.hide()
        self._check_soon = delayed(self, self._check, CHECK)
        self.field.textEdited.connect(lambda _text: self._check_soon.start())
        self.field.returnPressed.connect(self._add)
        self._lay_out()
        self._look()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        column.addLayout(self._list)
        column.addWidget(self.field)
        column.addWidget(self.complaint)
        column.addWidget(Flow(self.choose, self.add))

    def _look(self) -> None:
        """Read the settings, and look at the folders, off the GUI thread: one may be on a network drive."""
        paths = self._context.paths
        errand = self._context.background.start(
            lambda _store, _errand: (paths.task_folders, [paths.tasks, *usable_folders(paths)[0]])
        )
        errand.done.connect(lambda found: self._show(*found))
        errand.failed.connect(lambda sentence: set_text(self.complaint, sentence))

    def _show(self, folders: list[Path], usable: list[Path]) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        self.removes.clear()
        own = self._context.paths.tasks
        self._list.addWidget(self._line(own, self.tr("{} (always)").format(own), removable=False))
        for folder in folders:
            words = str(folder) if folder in usable else self.tr("{} (cannot be used now)").format(folder)
            self._list.addWidget(self._line(folder, words, removable=True))

    def _line(self, folder: Path, words: str, *, removable: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(words_label(words), 1)
        if removable:
            button = Button(self.tr("Remove"), "cancel", partial(self._remove, folder))
            button.setAccessibleName(self.tr("Watch this folder no more: {}").format(folder))
            button.setToolTip(self.tr("It is watched no more; its files stay"))
            self.removes[folder] = button
        else:
            button = Button(self.tr("Open"), "folder", lambda: self._context.open_path(folder))
            button.setAccessibleName(self.tr("Open: {}").format(folder))
        row.addWidget(button)
        return line

    def _add(self) -> None:
        """Checked once more where it is saved: Enter may be faster than the check."""
        text = self.field.text().strip()
        folder, paths = Path(text).expanduser(), self._context.paths

        def add(_store: object, _errand: object) -> None:
            check_task_folder(paths, folder)
            there = Settings.load(paths.settings).task_folders
            Settings.change(paths.settings, task_folders=list(dict.fromkeys([*there, folder])))

        def added(_: object) -> None:
            self.field.clear()
            self._checked("", "")
            self._look()

        if text:
            self._save(add, added)

    def _remove(self, folder: Path) -> None:
        path = self._context.paths.settings

        def remove(_store: object, _errand: object) -> None:
            left = [one for one in Settings.load(path).task_folders if one != folder]
            Settings.change(path, task_folders=left)

        self._save(remove, lambda _: self._look())

    def _save(self, work: Work, done: Callable[[Any], None]) -> None:
        errand = self._context.background.start(work)
        errand.done.connect(done)
        errand.failed.connect(lambda sentence: set_text(self.complaint, sentence))

    def _check(self) -> None:
        text, paths = self.field.text().strip(), self._context.paths
        if not text:
            self._checked(text, "")
            return
        folder = Path(text).expanduser()
        errand = self._context.background.start(lambda _store, _errand: check_task_folder(paths, folder))
        errand.done.connect(lambda _: self._checked(text, ""))
        errand.failed.connect(lambda sentence: self._checked(text, sentence))

    def _checked(self, text: str, complaint: str) -> None:
        if text == self.field.text().strip():
            set_text(self.complaint, complaint)
            self.add.setEnabled(bool(text) and not complaint)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.choose.accessibleName(), self.field.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, folder: str) -> None:
        self.field.setText(folder)
        self._check()
