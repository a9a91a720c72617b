"""All tries of one task as a row of links: a task that is tried again is a new row of the same history."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ambuda_desktop.store.query import Task
from ambuda_desktop.ui import words
from ambuda_desktop.ui.durations import clock, plural
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.widgets import set_text, words_label

MOST = 8  # tries shown, the newest


class TaskTries(QWidget):
    """Hidden where there is only one try."""

    wanted = Signal(str)  # the id of another try

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words_label(faint=True)
        self.links = [self._link(place) for place in range(MOST)]
        self._ids: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addWidget(self.words)
        column.addWidget(Flow(*self.links))

    def show_tries(self, tries: list[Task], current: str) -> None:
        """`tries`: oldest first, with the one that is shown (`current`)."""
        self.setVisible(len(tries) > 1)
        set_text(self.words, plural(len(tries), _tr("Tried %s time"), _tr("Tried %s times")))
        first = max(0, len(tries) - MOST)
        self._ids = [task.id for task in tries[first:]]
        for place, link in enumerate(self.links):
            link.setVisible(place < len(self._ids))
            if place < len(self._ids):
                task = tries[first + place]
                text = _one(first + place + 1, task)
                if link.text() != text:
                    link.setText(text)
                    link.setAccessibleName(text)
                link.setChecked(task.id == current)

    def _link(self, place: int) -> QToolButton:
        link = QToolButton()
        link.setObjectName("chip")
        link.setAccessibleName(_tr("A try of this task"))
        link.setCheckable(True)
        link.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        link.clicked.connect(lambda: self._go(place))
        return link

    def _go(self, place: int) -> None:
        self.links[place].setChecked(True)  # a click on the one that is shown does not unmark it
        self.wanted.emit(self._ids[place])


def _tr(text: str) -> str:
    return QCoreApplication.translate("task_tries", text)


def _one(number: int, task: Task) -> str:
    """`2: failed 14:02`."""
    state, _ = words.task_state(task)
    return f"{number}: {state} {clock(task.ended_at or task.started_at or task.submitted_at)}"
