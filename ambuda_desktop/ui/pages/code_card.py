"""The card on the live code: what it is, where it is watched, and what can be done with it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ambuda_desktop.ui import code_words
from ambuda_desktop.ui.code_wishes import reload_now, restart_workers
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.pages.card import card
from ambuda_desktop.ui.pages.reload_switch import ReloadSwitch
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.widgets import Button, set_text, words_label


class CodeCard(QWidget):
    """`a41f, reloaded split_pdf.py in 0.14 s at 14:02.`"""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.live, self.folders = words_label(), words_label()
        self.switch = ReloadSwitch(context)
        self.reload = Button(
            self.tr("Reload now"),
            "retry",
            lambda: reload_now(context),
            self.tr("Take up the code on the disk (F5)"),
        )
        self.restart = Button(
            self.tr("Restart workers"), "workers", lambda: restart_workers(context),
            self.tr("New workers take over; the old ones end what they run (Ctrl+F5)"),
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        rows: list[tuple[str, list[QWidget]]] = [
            (self.tr("Live code"), [self.live]),
            (self.tr("Watched folders"), [self.folders]),
            (self.tr("When it is saved"), [self.switch]),
            ("", [Flow(self.reload, self.restart)]),
        ]
        column.addWidget(card(rows))

    def show_status(self, status: Status) -> None:
        runs = status.daemon_runs
        set_text(self.live, code_words.live(status.facts) if runs else self.tr("None: no daemon runs."))
        watched = code_words.folders(status.facts) if runs else []
        set_text(self.folders, "\n".join(watched) or self.tr("None at the moment."))
        self.switch.show_status(status)
        for button in (self.reload, self.restart):
            button.setEnabled(runs)
