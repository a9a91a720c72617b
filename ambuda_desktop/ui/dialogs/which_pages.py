"""Which pages of a book are to be read: those without text, all, some, or those that were read badly."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.ui.text_cells import LOW
from ambuda_desktop.ui.widgets import number_box


class WhichPages(QWidget):
    """A choice, and beside it what the choice needs."""

    changed = Signal()

    def __init__(self, most: int | None, pages: str = "", parent: QWidget | None = None) -> None:
        """`most`: how many pages the book has; None: there are several books, so none are named.
        `pages`: those to begin with; those without text where empty."""
        super().__init__(parent)
        self._most = most
        self.which, self.range, self.below = QComboBox(), QLineEdit(pages), number_box()
        self.which.addItem(self.tr("those without text"), "missing")
        self.which.addItem(self.tr("all"), "all")
        if most is not None:
            self.which.addItem(self.tr("only some:"), "range")
        self.which.addItem(self.tr("those with a confidence below:"), "below")
        self.which.setCurrentIndex(max(0, self.which.findData("range" if pages else "missing")))
        self.range.setPlaceholderText(self.tr("such as 1-20,25"))
        self.below.setRange(1, 100)
        self.below.setValue(round(LOW * 100))
        self.below.setSuffix(self.tr(" %"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for field, name in (
            (self.which, self.tr("Which pages are read")),
            (self.range, self.tr("Pages, such as 1-20,25")),
            (self.below, self.tr("Confidence in percent")),
        ):
            field.setAccessibleName(name)
            field.setMinimumHeight(28)
            row.addWidget(field, 1 if field is self.range else 0)
        row.addStretch(0)
        self.setFocusProxy(self.which)
        self._show()
        self.which.currentIndexChanged.connect(self._changed)
        self.range.textChanged.connect(self._changed)
        self.below.valueChanged.connect(self._changed)

    @property
    def asked(self) -> dict[str, Any]:
        """The choice as fields of OcrBook; not to be used where `fault` says something."""
        which = self.which.currentData()
        return {
            "only_missing": which == "missing",
            "pages": self.range.text().strip() if which == "range" else None,
            "below": self.below.value() / 100 if which == "below" else None,
        }

    @property
    def fault(self) -> str:
        """What is wrong with the range; empty where nothing is, or none is asked for."""
        if self.which.currentData() != "range":
            return ""
        text = self.range.text().strip()
        if not text:
            return self.tr("Say which pages, such as 1-20,25.")
        try:
            last = max(parse_pages(text))
        except ValueError as error:
            return str(error)
        if self._most is not None and last > self._most:
            return self.tr("There is no page {}: the book has {} pages.").format(last, self._most)
        return ""

    def _changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        which = self.which.currentData()
        self.range.setVisible(which == "range")
        self.below.setVisible(which == "below")
