"""The sidebar: places and counts."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ambuda_desktop.ui.durations import number
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.words import group

PLACE = Qt.ItemDataRole.UserRole + 1
COUNT = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Place:
    """A page, and for tasks the group of states it is narrowed to."""

    page: str
    group: str | None = None


PLACES = [
    Place("books"),
    Place("tasks"),
    *(Place("tasks", name) for name in ("running", "waiting", "failed", "done", "cancelled")),
    Place("run"),
    Place("workers"),
    Place("settings"),
]


class PlacesModel(QAbstractListModel):
    """One row a place; a count that changes just changes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[Place, str] = {}

    def show_status(self, status: Status) -> None:
        counts = {
            Place("books"): number(status.books),
            Place("tasks"): number(status.tasks),
            **{Place("tasks", name): number(n) for name, n in status.counts.items()},
        }
        if status.pools:
            ready = sum(bool(pool.get("ready")) for pool in status.pools.values())
            counts[Place("workers")] = f"{ready}/{len(status.pools)}"
        for row, place in enumerate(PLACES):
            if counts.get(place) != self._counts.get(place):
                self._counts[place] = counts.get(place, "")
                self.dataChanged.emit(self.index(row), self.index(row))

    def title(self, place: Place) -> str:
        if place.group is not None:
            return group(place.group)
        return {
            "books": self.tr("Books"),
            "tasks": self.tr("Tasks"),
            "run": self.tr("Run a task"),
            "workers": self.tr("Workers"),
            "settings": self.tr("Settings"),
        }[place.page]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(PLACES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = PLACES[index.row()]
        count = self._counts.get(place, "")
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(place)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.title(place)} {count}".strip()
        return {PLACE: place, COUNT: count}.get(role)
