"""The Settings page: saved as they are changed."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.settings import Settings
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.widgets import Button, words_label

SHORTEST, LONGEST = 1.0, 600.0  # seconds
SETTLE = 400  # milliseconds after the last key


class SettingsPage(QWidget):
    """Theme, stopping, and where files are."""

    theme_chosen = Signal(str)

    def __init__(self, context: Context, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self.settings = context, settings
        self.theme = QComboBox()
        self.timeout = QDoubleSpinBox()
        self._saved = words_label(faint=True)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self._save)
        self._set_up()
        self._lay_out()

    def _set_up(self) -> None:
        for value, words in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            self.theme.addItem(words, value)
        self.theme.setCurrentIndex(self.theme.findData(self.settings.theme))
        self.theme.setAccessibleName(self.tr("Colours"))
        self.theme.currentIndexChanged.connect(self._choose_theme)
        for box in (self.theme, self.timeout):
            box.setMinimumSize(120, 28)
        self.timeout.setRange(SHORTEST, LONGEST)
        self.timeout.setDecimals(0)
        self.timeout.setSuffix(self.tr(" s"))
        self.timeout.setValue(self.settings.stop_timeout)
        self.timeout.setAccessibleName(self.tr("Time to finish the page in hand when stopping"))
        self.timeout.valueChanged.connect(self._choose_timeout)

    def _choose_theme(self) -> None:
        self.settings.theme = self.theme.currentData()
        self.theme_chosen.emit(self.settings.theme)
        self._settle.start()

    def _choose_timeout(self, value: float) -> None:
        self.settings.stop_timeout = value
        self._settle.start()

    def _save(self) -> None:
        copy, paths = self.settings.model_copy(), self._context.paths
        self._context.write(
            lambda _store, _errand: copy.save(paths.settings),
            lambda _: self._saved.setText(self.tr("Saved.")),
        )

    def _lay_out(self) -> None:
        sheet = QWidget()
        sheet.setObjectName("sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(16)
        column.addWidget(words_label(self.tr("Settings"), heavy=True, scale=1.2))
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(self.tr("&Colours"), self.theme)
        form.addRow(self.tr("Time to &finish the page in hand when stopping"), self.timeout)
        column.addLayout(form)
        column.addWidget(self._saved)
        column.addSpacing(8)
        column.addWidget(words_label(self.tr("Where your files are"), heavy=True, scale=1.2))
        paths = self._context.paths
        for words, place in (
            (self.tr("Books: a folder each, with the pages as pictures"), paths.library),
            (self.tr("Logs, for when something goes wrong"), paths.logs),
            (self.tr("Everything of Ambuda Desktop"), paths.root),
        ):
            column.addLayout(self._place(words, place))
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(sheet)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _place(self, words: str, place: Path) -> QHBoxLayout:
        row = QHBoxLayout()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(words_label(words))
        texts.addWidget(words_label(str(place), faint=True))
        button = Button(self.tr("Open"), "folder", lambda: self._context.open_path(place))
        button.setAccessibleName(self.tr("Open {}").format(place))
        row.addLayout(texts, 1)
        row.addWidget(button)
        return row
