"""Tasks that wait because no worker knows their name: given to another task, or dropped, by a person."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QWidget

from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.known_tasks import ids_waiting_for_code, rename_waiting
from ambuda_desktop.ui.bars import Bar
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.widgets import Button

NARROW = 720  # pixels


def _tr(text: str) -> str:
    return QCoreApplication.translate("waiting_bar", text)


class WaitingBar(Bar):
    """One name: how many tasks wait under it, and what can be done."""

    given = Signal(str)  # the name of the task that is to run them
    dropped = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__("", "warning", parent)
        self.name = name
        self._known: list[str] = []
        self.give = Button(
            _tr("Give them to…"), "", None, _tr("Another task runs them, with the same parameters")
        )
        self.menu = QMenu(self.give)
        self.menu.aboutToShow.connect(self._fill)
        self.give.setMenu(self.menu)
        self.drop = Button(_tr("Drop them…"), "", self.dropped.emit, _tr("Cancel them, after a question"))
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.give)
        row.addWidget(self.drop)
        row.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.row.removeWidget(self.label)
        self._body.addWidget(self.label, 1)
        self._body.addWidget(buttons)
        self.row.addLayout(self._body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names of tasks can be long: where it is narrow, the buttons go below them."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._body.direction() != way:
            self._body.setDirection(way)

    def show_count(self, count: int, known: list[str]) -> None:
        """`known`: the names that workers know, in the order to offer them."""
        words = plural(count, _tr("%s task waits for its code"), _tr("%s tasks wait for their code"))
        self.say(_tr("{}: no worker knows {}. Nothing is lost.").format(words, self.name))
        self._known = known
        self.give.setEnabled(bool(known))
        for button in (self.give, self.drop):
            button.setAccessibleName(f"{button.text()} ({self.name})")

    def _fill(self) -> None:
        self.menu.clear()
        for name in self._known:
            action = self.menu.addAction(name)
            action.triggered.connect(lambda _checked=False, name=name: self.given.emit(name))


def give(context: Context, old: str, new: str) -> None:
    """Let the tasks that wait for `old` be run by `new`, and say how many."""

    def told(count: int) -> None:
        words = plural(count, _tr("%s task goes to {}."), _tr("%s tasks go to {}."))
        context.bars.say("given", words.format(new))

    context.write(lambda store, _errand: rename_waiting(store, old, new), told)


def may_drop(context: Context, name: str) -> None:
    """Ask, with the count, whether the tasks that wait for `name` are to be cancelled."""

    def ask(ids: list[str]) -> None:
        if ids:
            question = plural(
                len(ids),
                _tr("%s waiting task of {} would be cancelled."),
                _tr("%s waiting tasks of {} would be cancelled."),
            )
            words = plural(len(ids), _tr("Drop %s task"), _tr("Drop %s tasks"))
            context.bars.say("drop", question.format(name), "warning", (words, lambda: _drop(context, ids)))

    context.write(lambda store, _errand: ids_waiting_for_code(store, name), ask)


def _drop(context: Context, ids: list[str]) -> None:
    def told(count: int) -> None:
        one = _tr("%s task was dropped. Retry, on the Tasks page, brings it back.")
        context.bars.say(
            "drop",
            plural(count, one, _tr("%s tasks were dropped. Retry, on the Tasks page, brings them back.")),
        )

    context.bars.hush("drop")
    context.write(lambda store, _errand: cancel(store, ids), told)
