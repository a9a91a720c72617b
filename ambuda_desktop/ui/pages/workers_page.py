"""The Workers page: what runs on this machine for you, in words, and how much of it."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ambuda_desktop.pools import POOLS
from ambuda_desktop.store import query
from ambuda_desktop.store.facts import put_wish
from ambuda_desktop.ui import code_words, words
from ambuda_desktop.ui.code_wishes import stop_now
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.pages import worker_words
from ambuda_desktop.ui.pages.card import card
from ambuda_desktop.ui.pages.code_card import CodeCard
from ambuda_desktop.ui.pages.draining_rows import DrainingRows
from ambuda_desktop.ui.pages.fact_table import FactTable, Row
from ambuda_desktop.ui.pages.pool_controls import PauseButton, show_size, size_field, title
from ambuda_desktop.ui.status import TRIES, Status, troubles
from ambuda_desktop.ui.widgets import Button, scroll_sheet, set_text, words_label


class WorkersPage(QWidget):
    """Daemon, Redis, pools, code, generations, pool processes and their ends."""

    start_wanted = Signal()
    task_wanted = Signal(str)  # by its id

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._status = Status()
        self._trouble = words_label()
        self._start = Button(
            self.tr("Start the daemon"), "play", self.start_wanted.emit, self.tr("Start it (Ctrl+Shift+D)")
        )
        self._stop = Button(
            self.tr("Stop the daemon"), "stop", self._stop_daemon,
            self.tr("Running tasks stop after the page in hand, and go on later (Ctrl+Shift+D)"),
        )  # fmt: skip
        self._log = Button(self.tr("Open the logs"), "folder", lambda: context.open_path(context.paths.logs))
        self._daemon, self._redis = words_label(), words_label()
        self._pools = {name: words_label() for name in POOLS}
        self.sizes = {name: size_field(context, name) for name in POOLS}
        self.pauses = {name: PauseButton(context, (name,)) for name in POOLS}
        self.pause_all = PauseButton(context, POOLS)
        self.code, self.draining = CodeCard(context), DrainingRows()
        self.draining.stop_wanted.connect(lambda queue: stop_now(context, queue))
        self._make_tables()
        self._notices = words_label()
        self._lay_out()

    def show_status(self, status: Status, wished: dict[str, int]) -> None:
        """Put the facts on the page; `wished` are the pool sizes asked for."""
        self._status = status
        set_text(self._trouble, next(iter(troubles(status).values()), ""))
        mend = not status.daemon_runs and (status.daemon_left or status.daemon_tries >= TRIES)
        self._start.setVisible(mend)
        stopping = (status.facts.get("daemon") or {}).get("state") == "stopping"
        self._stop.setVisible(status.daemon_runs and not stopping)
        set_text(self._daemon, worker_words.daemon(status))
        set_text(self._redis, worker_words.redis(status))
        for name in POOLS:
            set_text(self._pools[name], worker_words.pool(status, name))
            show_size(self.sizes[name], status, wished, name)
            self.pauses[name].show_status(status)
        self.pause_all.show_status(status)
        self.code.show_status(status)
        self.draining.show_status(status)
        self._show(self.reloads, code_words.reloads(status.facts))
        self._show(self.generations, worker_words.generations(status))
        self._show(self.processes, worker_words.processes(status, self._task_name))
        self._show(self.exits, worker_words.exits(status, self._task_name))
        set_text(self._notices, "\n".join(worker_words.notices(status)))

    def turn_daemon(self) -> None:
        """Start the daemon, or stop it after the pages in hand."""
        if self._status.daemon_runs:
            self._stop_daemon()
        else:
            self.start_wanted.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_empty"):
            for table in self._empty:
                table.retint()

    def _stop_daemon(self) -> None:
        self._context.write(lambda store, _errand: put_wish(store, "stop", True))

    def _task_name(self, task_id: str) -> str:
        task = query.task(self._context.watch.connection, task_id)
        return words.task_name(task) if task is not None else task_id

    def _make_tables(self) -> None:
        tr = self.tr
        self.generations = FactTable(
            tr("Generations"),
            [
                tr("Generation"), tr("Pool"), tr("Code"), tr("State"), tr("Running"), tr("Memory"),
                tr("Runs at once"), tr("Process"), tr("Queue"),
            ],
            numbers=(0, 4, 5, 7),
        )  # fmt: skip
        self.reloads = FactTable(
            tr("Code that was saved lately"),
            [tr("When"), tr("Outcome"), tr("Files"), tr("Took"), tr("Code"), tr("Why")],
            numbers=(3,),
        )
        self.processes = FactTable(
            tr("Pool processes"),
            [tr("Process"), tr("Pool"), tr("Task in hand"), tr("Since"), tr("Memory")],
            numbers=(0,),
        )
        self.exits = FactTable(
            tr("Processes that ended"),
            [tr("When"), tr("What"), tr("Pool"), tr("Process"), tr("Reason"), tr("Task")],
            numbers=(3,),
        )
        self._empty = {
            self.reloads: words_label(tr("None since the daemon was first started."), faint=True),
            self.generations: words_label(tr("None: no daemon runs."), faint=True),
            self.processes: words_label(tr("None: no worker runs."), faint=True),
            self.exits: words_label(tr("None: no process ended that should not have."), faint=True),
        }
        for table in self._empty:
            table.task_wanted.connect(self.task_wanted)

    def _show(self, table: FactTable, rows: list[Row]) -> None:
        table.show_rows(rows)
        table.setVisible(bool(rows))
        self._empty[table].setVisible(not rows)

    def _lay_out(self) -> None:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        heading = partial(words_label, heavy=True, scale=1.2)
        column.addWidget(heading(self.tr("What runs here")))
        column.addWidget(Flow(self.pause_all, self._start, self._stop, self._log))
        column.addWidget(self._trouble)
        column.addWidget(card([(self.tr("Daemon"), [self._daemon]), (self.tr("Redis"), [self._redis])]))
        column.addWidget(card([(title(n), [self._pools[n], self.sizes[n], self.pauses[n]]) for n in POOLS]))
        column.addSpacing(8)
        column.addWidget(heading(self.tr("Code")))
        column.addWidget(self.code)
        for table, words_when_empty in self._empty.items():
            column.addSpacing(8)
            column.addWidget(heading(table.accessibleName()))
            column.addWidget(table)
            column.addWidget(words_when_empty)
            if table is self.generations:
                column.addWidget(self.draining)
        column.addSpacing(8)
        column.addWidget(card([(self.tr("Lately"), [self._notices])]))
        column.addStretch(1)
        scroll_sheet(self, sheet)
