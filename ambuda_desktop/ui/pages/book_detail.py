"""The selected book: what happened, its pages, and what can be done about it. Of several: what they are together."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui import book_words, text_words
from ambuda_desktop.ui.durations import number, plural
from ambuda_desktop.ui.page_map import PageMap
from ambuda_desktop.ui.pages.book_buttons import BookButtons
from ambuda_desktop.ui.pages.low_pages import LowPages
from ambuda_desktop.ui.pages.map_legend import MapLegend
from ambuda_desktop.ui.password_field import PasswordField
from ambuda_desktop.ui.widgets import set_text, turn_button, words_label
from ambuda_desktop.ui.words import pages


class BookDetail(QScrollArea):
    """Below or beside the list."""

    wanted = Signal(str)  # the name of a command
    turned = Signal()  # put it on the other side

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("The selected book"))
        self._title = words_label(heavy=True, scale=1.2)
        self._sentence = words_label()
        self._text = words_label()
        self._doubt = words_label()
        self._problems = words_label()
        self._told = words_label(faint=True)
        self._history = words_label(faint=True)
        self.password = PasswordField()
        self.buttons = BookButtons()
        self.buttons.wanted.connect(self.wanted)
        self.map = PageMap()
        self.map.told.connect(self._tell)
        self.legend, self.low = MapLegend(), LowPages()
        self.legend.chosen.connect(self.map.show_text)
        self._lay_out()

    def show_book(self, summary: BookSummary, history: Sequence[str] = ()) -> None:
        set_text(self._title, summary.title)
        set_text(self._sentence, book_words.book_sentence(summary))
        set_text(self._text, text_words.text_sentence(summary))
        set_text(self._doubt, summary.doubt or "")
        set_text(self._problems, "\n".join(_problems(summary)))
        set_text(self._history, "\n".join(history))
        self.password.show_book(summary)
        self.buttons.show_books([summary])
        self.legend.show_book(summary)
        self.low.show_book(summary)
        self.map.show_book(summary)
        self._told.setVisible(bool(summary.cells))

    def show_books(self, books: Sequence[BookSummary]) -> None:
        """Several are selected."""
        set_text(self._title, plural(len(books), "", self.tr("%s books selected")))
        set_text(self._sentence, together(books))
        for label in (self._text, self._doubt, self._problems, self._history):
            set_text(label, "")
        for widget in (self.password, self.legend, self.low, self.map, self._told):
            widget.hide()
        self.buttons.show_books(books)

    def _tell(self, text: str) -> None:
        # Never hidden: the pane would jump under the pointer.
        self._told.setText(
            text or self.tr("Click a page to see it, or walk through them with the arrow keys.")
        )

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
        above: tuple[QWidget, ...] = (
            self._sentence,
            self._text,
            self._doubt,
            self.password,
            self._problems,
            self.buttons,
        )
        below: tuple[QWidget, ...] = (self.legend, self.map, self._told, self.low, self._history)
        for widget in above:
            column.addWidget(widget)
        column.addSpacing(8)
        for widget in below:
            column.addWidget(widget)
        column.addStretch(1)
        self._tell("")
        self.setWidget(sheet)


def together(books: Sequence[BookSummary]) -> str:
    """`2 done, 1 paused. 640 of 900 pages made, 3 pages failed.`"""
    states = Counter(_state(book) for book in books)
    parts = [f"{number(count)} {words}" for words, count in states.items()]
    done, wanted = sum(b.done for b in books), sum(book_words.wanted_pages(b) for b in books)
    failed = sum(len(book.failures) for book in books)
    made = _tr("{} of {} made").format(number(done), pages(wanted))
    return f"{', '.join(parts)}. {made}{', ' + book_words.failed_pages(failed) if failed else ''}."


def _state(book: BookSummary) -> str:
    """What a book is doing, in a word or two that fit many."""
    if book_words.is_locked(book):
        return _tr("locked")
    if book_words.is_busy(book) and book.paused:
        return _tr("paused")
    return {
        "waiting": _tr("waiting"),
        "working": _tr("being split"),
        "done": _tr("done"),
        "incomplete": _tr("with pages missing"),
        "failed": _tr("failed"),
        "cancelled": _tr("stopped"),
    }[book.state]


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_detail", text)


def _problems(book: BookSummary) -> list[str]:
    """What is wrong with which page: with its image, then with its text."""
    lines = [*_by_reason(book.failures), *_by_reason(book.warnings)]
    if book.text is not None:
        told = [*_by_reason(book.text.failures), *_by_reason(book.text.warnings)]
        lines += [_tr("Text of {}").format(line[:1].lower() + line[1:]) for line in told]
    return lines


def _by_reason(by_page: dict[int, str]) -> list[str]:
    """`Pages 3, 7–9: The image is damaged.` — one line a reason, however many pages it hit."""
    reasons: dict[str, list[int]] = {}
    for page, reason in sorted(by_page.items()):
        reasons.setdefault(reason, []).append(page)
    lines = []
    for reason, numbers in reasons.items():
        words = _tr("Page {}: {}") if len(numbers) == 1 else _tr("Pages {}: {}")
        lines.append(words.format(book_words.listed(numbers), reason))
    return lines
