"""The selected book: what happened, its pages, and what can be done about it."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ambuda_desktop.params.split import format_pages
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.page_map import PageMap
from ambuda_desktop.ui.widgets import Button, set_text, turn_button, words_label
from ambuda_desktop.ui.book_words import book_sentence


class BookDetail(QScrollArea):
    """Below or beside the list."""

    folder_wanted = Signal()
    cancel_wanted = Signal()
    retry_wanted = Signal()
    tasks_wanted = Signal()
    page_wanted = Signal(int)
    turned = Signal()  # put it on the other side

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("The selected book"))
        self._title = words_label(heavy=True, scale=1.2)
        self._sentence = words_label()
        self._problems = words_label()
        self._told = words_label(faint=True)
        self.map = PageMap()
        self.map.told.connect(self._tell)
        self.map.chosen.connect(self.page_wanted)
        self._folder = Button(
            self.tr("Open folder"), "folder", self.folder_wanted.emit, self.tr("Open folder (Ctrl+Enter)")
        )
        self._retry = Button(self.tr("Retry"), "retry", self.retry_wanted.emit, self.tr("Retry (Ctrl+R)"))
        self._cancel = Button(
            self.tr("Cancel"),
            "cancel",
            self.cancel_wanted.emit,
            self.tr("Stop after the pages in hand (Del)"),
        )
        self._tasks = Button(
            self.tr("Show its tasks"), "tasks", self.tasks_wanted.emit, self.tr("Show its tasks (Enter)")
        )
        self._lay_out()

    def show_book(self, summary: BookSummary) -> None:
        set_text(self._title, summary.title)
        set_text(self._sentence, book_sentence(summary))
        set_text(self._problems, "\n".join([*_by_reason(summary.failures), *_by_reason(summary.warnings)]))
        self.map.show_book(summary)
        self._told.setVisible(bool(summary.cells))
        busy = summary.state in ("waiting", "working")
        self._cancel.setVisible(busy)
        self._cancel.setEnabled(not summary.stopping)
        self._retry.setVisible(summary.state in ("incomplete", "failed", "cancelled"))
        self._retry.set_words(self._retry_words(summary))

    def _retry_words(self, summary: BookSummary) -> str:
        if summary.state == "incomplete":
            count = len(summary.failures)
            return plural(count, self.tr("Retry %s failed page"), self.tr("Retry %s failed pages"))
        return self.tr("Go on with the rest") if summary.done else self.tr("Try again")

    def _tell(self, text: str) -> None:
        # Never hidden: the pane would jump under the pointer.
        self._told.setText(text or self.tr("Point at a page, or walk through them with the arrow keys."))

    def _lay_out(self) -> None:
        sheet = QWidget()
        sheet.setObjectName("sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(turn_button(self.turned.emit), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self._sentence)
        column.addWidget(self._problems)
        column.addWidget(Flow(self._folder, self._retry, self._cancel, self._tasks))
        column.addSpacing(8)
        column.addWidget(self.map)
        column.addWidget(self._told)
        column.addStretch(1)
        self._tell("")
        self.setWidget(sheet)


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_detail", text)


def _by_reason(pages: dict[int, str]) -> list[str]:
    """`Pages 3, 7–9: The image is damaged.` — one line a reason, however many pages it hit."""
    reasons: dict[str, list[int]] = {}
    for number, reason in sorted(pages.items()):
        reasons.setdefault(reason, []).append(number)
    lines = []
    for reason, numbers in reasons.items():
        listed = format_pages(numbers).replace("-", "–").replace(",", ", ")
        words = _tr("Page {}: {}") if len(numbers) == 1 else _tr("Pages {}: {}")
        lines.append(words.format(listed, reason))
    return lines
