"""The line of facts at the foot of the window."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ambuda_desktop.ui import code_words
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
    """State, Redis, pools, waiting, and at the right end the code. Facts that are not known are not shown."""

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
        for label in self._labels:
            label.setObjectName("status")
            row.addWidget(label)
            row.addSpacing(16)
        row.addStretch(1)
        self._code = QLabel(self)
        self._code.setObjectName("status")
        self._code_words: list[str] = []
        row.addWidget(self._code)

    def show_status(self, status: Status) -> None:
        texts = [state_words(status), *facts_in_words(status)]
        for label, text in zip(self._labels, [*texts, "", "", "", ""], strict=False):
            if label.text() != text:
                label.setText(text)
            label.setVisible(bool(text))
        tone: Tone = "failed" if {"redis", "broker"} & troubles(status).keys() else "waiting"
        if not troubles(status):
            tone = "running" if status.in_progress else "done"
        if status.all_paused:
            tone = "waiting"
        self._mark.set_tone(tone)
        self._code_words = code_words.foot(status.facts) if status.daemon_runs else []
        self._fit_code()
        self.setAccessibleName(", ".join(t for t in [*texts, *self._code_words[:1]] if t))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_code()

    def _fit_code(self) -> None:
        """As much of the words on the code as there is room for."""
        taken = sum(label.sizeHint().width() + 32 for label in self._labels if label.text()) + 64
        room = self.width() - taken
        measure = self._code.fontMetrics().horizontalAdvance
        words = next((words for words in self._code_words if measure(words) <= room), "")
        if self._code.text() != words:
            self._code.setText(words)
        self._code.setToolTip(self._code_words[0] if self._code_words else "")
        self._code.setVisible(bool(words))


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
