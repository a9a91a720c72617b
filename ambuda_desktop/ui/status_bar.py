"""The line of facts at the foot of the window."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ambuda_desktop.ui.durations import number, plural, size
from ambuda_desktop.ui.painting import draw_mark
from ambuda_desktop.ui.status import Status, state_words, troubles
from ambuda_desktop.ui.words import Tone


def _tr(text: str) -> str:
    return QCoreApplication.translate("status_bar", text)


class Mark(QWidget):
    """The mark of a state, as a widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone: Tone = "waiting"
        self.setFixedSize(12, 12)

    def set_tone(self, tone: Tone) -> None:
        if tone != self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_mark(painter, QRectF(self.rect()), self._tone)
        painter.end()


class StatusBar(QWidget):
    """State, Redis, pools, waiting. Facts that are not known are not shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._mark = Mark(self)
        self._labels = [QLabel(self) for _ in range(5)]
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        row.setSpacing(8)
        row.addWidget(self._mark)
        for place, label in enumerate(self._labels):
            label.setObjectName("status")
            if place == len(self._labels) - 1:
                row.addStretch(1)
            row.addWidget(label)
            if place < len(self._labels) - 1:
                row.addSpacing(16)

    def show_status(self, status: Status) -> None:
        texts = [state_words(status), *facts_in_words(status)]
        for label, text in zip(self._labels, [*texts, "", "", "", ""], strict=False):
            if label.text() != text:
                label.setText(text)
            label.setVisible(bool(text))
        tone: Tone = "failed" if "redis" in troubles(status) else "waiting"
        if not troubles(status):
            tone = "running" if status.in_progress else "done"
        if status.all_paused:
            tone = "waiting"
        self._mark.set_tone(tone)
        self.setAccessibleName(", ".join(t for t in texts if t))


def facts_in_words(status: Status) -> list[str]:
    """`Redis 3 MB`, `cpu 1 of 2`, `net 0 of 8`, `312 waiting`."""
    words = []
    if status.redis.get("memory"):
        words.append(_tr("Redis {}").format(size(status.redis["memory"])))
    for name in sorted(status.pools):
        pool = status.pools[name]
        words.append(_pool(name, pool.get("busy", 0), pool.get("size", 0), paused=name in status.paused))
    waiting = status.counts.get("waiting", 0)
    if waiting:
        words.append(plural(waiting, _tr("%s task waiting"), _tr("%s tasks waiting")))
    else:
        words.append(_tr("{} tasks in the history").format(number(status.tasks)))
    return words


def _pool(name: str, busy: int, size: int, *, paused: bool) -> str:
    if not paused:
        return _tr("{} {} of {} busy").format(name, busy, size)
    return _tr("{} paused, {} still busy").format(name, busy) if busy else _tr("{} paused").format(name)
