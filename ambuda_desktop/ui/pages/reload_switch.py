"""Whether saved code is taken up at once: the same switch on two pages."""

import time

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox

from ambuda_desktop.errors import BadInput
from ambuda_desktop.settings import Settings
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.status import Status

PATIENCE = 3.0  # seconds that the daemon gets to follow


class ReloadSwitch(QCheckBox):
    """Saves as it is clicked, and shows what the daemon does."""

    def __init__(self, context: Context) -> None:
        super().__init__(QCoreApplication.translate("reload_switch", "Take up saved code at once"))
        self._context = context
        self._asked_at = 0.0
        self.setAccessibleName(self.text())
        self.setToolTip(
            QCoreApplication.translate(
                "reload_switch", "Otherwise it waits until you press “Reload now” (F5)"
            )
        )
        try:
            self.setChecked(Settings.load(context.paths.settings).reload)
        except BadInput:  # the window says elsewhere what is wrong with the settings
            self.setChecked(Settings().reload)
        self.clicked.connect(self._ask)

    def show_status(self, status: Status) -> None:
        """The daemon may have been told by somebody else."""
        is_on = (status.facts.get("code") or {}).get("on")
        if is_on == self.isChecked():
            self._asked_at = 0.0
        elif is_on is not None and status.daemon_runs and time.monotonic() - self._asked_at > PATIENCE:
            self.setChecked(is_on)

    def _ask(self, wanted: bool) -> None:
        path = self._context.paths.settings
        self._asked_at = time.monotonic()
        self._context.write(lambda _store, _errand: Settings.change(path, reload=wanted))
