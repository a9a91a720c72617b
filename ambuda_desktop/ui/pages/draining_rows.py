"""Older generations that still run tasks: one line each, with the button that ends it."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ambuda_desktop.ui import code_words
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.widgets import Button, set_text, words_label


class DrainingRows(QWidget):
    """A line stays the same widget while its generation drains, so that a click never goes astray."""

    stop_wanted = Signal(str)  # the queue of a generation

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, QLabel] = {}
        self.buttons: dict[str, Button] = {}
        self._lines: dict[str, QWidget] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_status(self, status: Status) -> None:
        known = (status.facts.get("generations") or []) if status.daemon_runs else []
        draining = {one["queue"]: one for one in known if one["state"] == "draining" and one.get("tasks")}
        for queue in [queue for queue in self._lines if queue not in draining]:
            line = self._lines.pop(queue)
            del self.words[queue], self.buttons[queue]
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for queue, one in draining.items():
            if queue not in self._lines:
                self._add(queue)
            self._tell(queue, one)
        self.setVisible(bool(draining))

    def _add(self, queue: str) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        words = words_label()
        row.addWidget(words, 1)
        button = Button("", "stop", lambda: self.stop_wanted.emit(queue))
        row.addWidget(button)
        self._lines[queue], self.words[queue], self.buttons[queue] = line, words, button
        self._column.addWidget(line)

    def _tell(self, queue: str, one: dict[str, Any]) -> None:
        told = self.tr(
            "Generation {} ({}, code {}) {}. Stopped now, it gives back what it runs: that begins anew."
        )
        set_text(
            self.words[queue],
            told.format(one["number"], one["pool"], code_words.short(one.get("code") or "?"),
                        code_words.generation_state(one)),
        )  # fmt: skip
        tasks = plural(
            one["tasks"], self.tr("Stop now; %s task begins anew"), self.tr("Stop now; %s tasks begin anew")
        )
        button = self.buttons[queue]
        button.set_words(tasks)
        button.setAccessibleName(self.tr("{} (generation {})").format(tasks, one["number"]))
        button.setToolTip(self.tr("Its tasks wait again and run in the live code"))
