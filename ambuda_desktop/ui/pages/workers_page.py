"""The Workers page: what runs on this machine for you, in words, and how much of it."""

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from ambuda_desktop.pools import CPU, NET, POOLS, default_sizes
from ambuda_desktop.store.facts import put_wish
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.pages import worker_words
from ambuda_desktop.ui.status import TRIES, Status, troubles
from ambuda_desktop.ui.widgets import Button, set_text, words_label

LARGEST = {CPU: 64, NET: 64}
SETTLE = 400  # milliseconds after the last step of a spin box


class WorkersPage(QWidget):
    """Daemon, Redis, pools and generations."""

    start_wanted = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._trouble = words_label()
        self._start = Button(self.tr("Start the daemon"), "retry", self.start_wanted.emit)
        self._log = Button(self.tr("Open the logs"), "folder", lambda: context.open_path(context.paths.logs))
        self._daemon, self._redis = words_label(), words_label()
        self._pools = {name: words_label() for name in POOLS}
        self._sizes = {name: QSpinBox() for name in POOLS}
        self._generations, self._notices = words_label(), words_label()
        self._wish = QTimer(self)
        self._wish.setSingleShot(True)
        self._wish.setInterval(SETTLE)
        self._wish.timeout.connect(self._write_wish)
        self._set_up_sizes()
        self._lay_out()

    def show_status(self, status: Status, wished: dict[str, int]) -> None:
        """Put the facts on the page; `wished` are the pool sizes asked for."""
        found = troubles(status)
        set_text(self._trouble, next(iter(found.values()), ""))
        mend = not status.daemon_runs and (status.daemon_left or status.daemon_tries >= TRIES)
        self._start.setVisible(mend)
        set_text(self._daemon, worker_words.daemon(status))
        set_text(self._redis, worker_words.redis(status))
        set_text(self._generations, "\n".join(worker_words.generations(status)))
        set_text(self._notices, "\n".join(worker_words.notices(status)))
        for name in POOLS:
            set_text(self._pools[name], worker_words.pool(status, name))
            self._show_size(name, wished.get(name) or status.pools.get(name, {}).get("size"))

    def _show_size(self, name: str, size: int | None) -> None:
        box = self._sizes[name]
        # Not while it is being changed by hand.
        if size and not box.hasFocus() and not self._wish.isActive() and box.value() != size:
            box.blockSignals(True)
            box.setValue(size)
            box.blockSignals(False)

    def _set_up_sizes(self) -> None:
        for name, box in self._sizes.items():
            box.setMinimumSize(72, 28)
            box.setRange(1, LARGEST[name])
            box.setValue(default_sizes()[name])
            box.setAccessibleName(self.tr("Size of the pool {}").format(name))
            box.setToolTip(self.tr("How many tasks this pool runs at once"))
            box.valueChanged.connect(lambda _value: self._wish.start())

    def _write_wish(self) -> None:
        sizes = {name: box.value() for name, box in self._sizes.items()}
        self._context.write(lambda store, _errand: put_wish(store, "pools", sizes))

    def _lay_out(self) -> None:
        sheet = QWidget()
        sheet.setObjectName("sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(16)
        buttons = QHBoxLayout()
        buttons.addWidget(words_label(self.tr("What runs here"), heavy=True, scale=1.2), 1)
        buttons.addWidget(self._start)
        buttons.addWidget(self._log)
        column.addLayout(buttons)
        column.addWidget(self._trouble)
        column.addWidget(
            _card([(self.tr("Daemon"), self._daemon, None), (self.tr("Redis"), self._redis, None)])
        )
        column.addWidget(
            _card(
                [
                    (self.tr("Pages and pictures"), self._pools[CPU], self._sizes[CPU]),
                    (self.tr("Network"), self._pools[NET], self._sizes[NET]),
                    (self.tr("Generations"), self._generations, None),
                ]
            )
        )
        self._notices_card = _card([(self.tr("Lately"), self._notices, None)])
        column.addWidget(self._notices_card)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(sheet)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def _card(rows: list[tuple[str, QWidget, QWidget | None]]) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    grid: Any = QGridLayout(card)
    grid.setContentsMargins(16, 12, 16, 12)
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(12)
    for number, (name, words, control) in enumerate(rows):
        label = words_label(name, faint=True)
        label.setMinimumWidth(140)
        grid.addWidget(label, number, 0)
        grid.addWidget(words, number, 1)
        if control is not None:
            grid.addWidget(control, number, 2)
    grid.setColumnStretch(1, 1)
    return card
