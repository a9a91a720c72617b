"""The Settings page: each value is checked as it is typed, and saved as it is changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.pools import POOLS
from ambuda_desktop.settings import LANGUAGES, Settings
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.fields import NumberField
from ambuda_desktop.ui.pages.google_field import GoogleField
from ambuda_desktop.ui.pages.library_field import LibraryField
from ambuda_desktop.ui.pages.page_defaults import PageDefaults
from ambuda_desktop.ui.pages.pool_controls import show_size, size_field, title
from ambuda_desktop.ui.pages.reload_switch import ReloadSwitch
from ambuda_desktop.ui.pages.task_folders_field import TaskFoldersField
from ambuda_desktop.ui.pages.text_defaults import TextDefaults
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.widgets import Button, scroll_sheet, set_text, words_label

SHORTEST, LONGEST = 1, 600  # seconds
_heading = partial(words_label, heavy=True, scale=1.2)


class SettingsPage(QWidget):
    """Theme, language, workers, stopping, notifications, how pages are made and read, and where files are."""

    theme_chosen = Signal(str)

    def __init__(self, context: Context, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self.settings = context, settings
        self.theme, self.language = QComboBox(), QComboBox()
        self.notify = QCheckBox(self.tr("Tell me when a book ends or fails, while I do something else"))
        words = self.tr("Running tasks get {} to {} seconds to finish.").format(SHORTEST, LONGEST)
        name = self.tr("Time to finish the page in hand when stopping")
        self.timeout = NumberField(name, SHORTEST, LONGEST, words, self.tr(" s"))
        self.sizes = {pool: size_field(context, pool) for pool in POOLS}
        self.library, self.google = LibraryField(context), GoogleField(context)
        self.page_defaults, self.text_defaults = (
            PageDefaults(context, settings),
            TextDefaults(context, settings),
        )
        self.task_folders, self.reload = TaskFoldersField(context), ReloadSwitch(context)
        self._saved = words_label(faint=True)
        self._set_up()
        self._lay_out()

    def show_status(self, status: Status, wished: dict[str, int]) -> None:
        """Sizes of pools, and whether saved code is taken up, may be changed elsewhere."""
        for pool, field in self.sizes.items():
            show_size(field, status, wished, pool)
        self.reload.show_status(status)

    def save(self, **values: object) -> None:
        """Save some values beside those that the command line, say, saved meanwhile."""
        paths = self._context.paths

        def saved(fresh: Settings) -> None:
            for name in Settings.model_fields:
                setattr(self.settings, name, getattr(fresh, name))
            set_text(self._saved, self.tr("Saved."))

        self._context.write(lambda _store, _errand: Settings.change(paths.settings, **values), saved)

    def _set_up(self) -> None:
        schemes = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        _fill(self.theme, self.tr("Colours"), schemes, self.settings.theme)
        self.theme.currentIndexChanged.connect(self._choose_theme)
        languages = {code: native or self.tr("As the system") for code, native in LANGUAGES.items()}
        _fill(self.language, self.tr("Language"), languages, self.settings.language)
        self.language.currentIndexChanged.connect(lambda: self.save(language=self.language.currentData()))
        self.notify.setChecked(self.settings.notify)
        self.notify.setAccessibleName(self.notify.text())
        self.notify.toggled.connect(lambda wanted: self.save(notify=wanted))
        self.timeout.show_value(round(self.settings.stop_timeout))
        self.timeout.settled.connect(lambda seconds: self.save(stop_timeout=float(seconds)))
        self.page_defaults.settled.connect(lambda options: self.save(split=options))
        self.text_defaults.settled.connect(lambda options: self.save(ocr=options))

    def _choose_theme(self) -> None:
        choice = self.theme.currentData()
        self.settings.theme = choice
        self.theme_chosen.emit(choice)
        self.save(theme=choice)

    def _lay_out(self) -> None:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(16)
        head = QHBoxLayout()
        head.addWidget(_heading(self.tr("Settings")), 1)
        head.addWidget(self._saved)
        column.addLayout(head)
        column.addLayout(self._form())
        column.addWidget(_heading(self.tr("How pages are made")))
        column.addWidget(self.page_defaults)
        column.addWidget(_heading(self.tr("How text is recognised")))
        column.addWidget(self.text_defaults)
        column.addWidget(_heading(self.tr("How text is recognised over the network")))
        column.addWidget(self.google)
        column.addWidget(_heading(self.tr("Where your task code is")))
        column.addWidget(self.task_folders)
        column.addWidget(self.reload)
        column.addWidget(_heading(self.tr("Where your files are")))
        column.addWidget(words_label(self.tr("Books: a folder each, with the pages as pictures")))
        column.addWidget(self.library)
        paths = self._context.paths
        column.addLayout(self._place(self.tr("The books"), lambda: paths.library))
        column.addLayout(self._place(self.tr("Logs, for when something goes wrong"), lambda: paths.logs))
        column.addLayout(self._place(self.tr("Everything of Ambuda Desktop"), lambda: paths.root))
        column.addStretch(1)
        scroll_sheet(self, sheet)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("&Colours"), self.theme)
        form.addRow(_label(self.tr("&Language"), self.language), self._languages())
        for pool, field in self.sizes.items():
            form.addRow(_label(self.tr("Tasks at once: {}").format(title(pool)), field.box), field)
        form.addRow(
            _label(self.tr("Time to &finish the page in hand when stopping"), self.timeout.box), self.timeout
        )
        form.addRow(self.notify)
        return form

    def _languages(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.language, 0, Qt.AlignmentFlag.AlignLeft)
        if len(LANGUAGES) == 2:  # as the system, and one
            column.addWidget(
                words_label(self.tr("English is the only language there is so far."), faint=True)
            )
        part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        return part

    def _place(self, words: str, place: Callable[[], Path]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(words_label(words, faint=True), 1)
        button = Button(self.tr("Open"), "folder", lambda: self._context.open_path(place()))
        button.setAccessibleName(self.tr("Open: {}").format(words))
        row.addWidget(button)
        return row


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    return label


def _fill(box: QComboBox, name: str, choices: dict[str, str], current: str) -> None:
    for value, words in choices.items():
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(current)))
    box.setAccessibleName(name)
    box.setMinimumSize(160, 28)
