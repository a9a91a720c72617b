"""What stands in the way of code, above whatever page is open: a fault, a wait, tasks whose code is gone."""

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ambuda_desktop.ui import code_words
from ambuda_desktop.ui.catalogue import entries
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.fault_pane import FaultPane
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.waiting_bar import WaitingBar, give, may_drop

MOST = 2  # names of tasks whose code is gone, each in a bar of its own; more are counted


class CodeBars(QWidget):
    """Follows the facts at once: a developer has just saved, and looks."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.fault = FaultPane(context.open_path)
        self.waiting: dict[str, WaitingBar] = {}
        self._said: dict[str, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.fault)

    def show_status(self, status: Status) -> None:
        code = (status.facts.get("code") or {}) if status.daemon_runs else {}
        self.fault.show_fault(code_words.fault_title(status.facts), code.get("fault"))
        self._say("code waits", (code.get("waits") or "") if code.get("state") == "waiting" else "")
        self._show_waiting(status)

    def tint(self) -> None:
        """Draw the icons in the scheme in use."""
        self.fault.tint()
        for bar in self.waiting.values():
            bar.tint()

    def _show_waiting(self, status: Status) -> None:
        found = (status.facts.get("waiting_for_code") or {}) if status.daemon_runs else {}
        names = sorted(found)
        for name in [name for name in self.waiting if name not in names[:MOST]]:
            bar = self.waiting.pop(name)
            self._column.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        known = [entry.name for entry in entries(status.facts)] if names else []
        for name in names[:MOST]:
            if name not in self.waiting:
                self.waiting[name] = bar = WaitingBar(name, self)
                bar.given.connect(lambda new, old=name: give(self._context, old, new))
                bar.dropped.connect(lambda old=name: may_drop(self._context, old))
                self._column.addWidget(bar)
            self.waiting[name].show_count(found[name], known)
        more = len(names) - MOST
        words = self.tr("Tasks of {} further names wait for their code: {}").format(
            more, ", ".join(names[MOST:])
        )
        self._say("more wait", words if more > 0 else "")

    def _say(self, key: str, sentence: str) -> None:
        if sentence != self._said.get(key, ""):
            self._said[key] = sentence
            if sentence:
                self._context.bars.say(key, sentence, "warning", closable=False)
            else:
                self._context.bars.hush(key)
