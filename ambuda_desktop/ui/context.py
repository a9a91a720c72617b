"""What every page of the window is given."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices

from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.adding import Adding
from ambuda_desktop.ui.background import Background, Work
from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.store_watch import StoreWatch

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    paths: Paths
    background: Background
    watch: StoreWatch
    adding: Adding
    bars: Bars

    def write(self, work: Work, done: Callable[[Any], None] | None = None) -> None:
        """Write to the store off the GUI thread; what goes wrong is said in a bar."""
        errand = self.background.start(work)
        if done is not None:
            errand.done.connect(done)
        errand.failed.connect(lambda sentence: self.bars.say("write", sentence, "error"))

    def open_path(self, path: Path) -> None:
        """Open a folder or a picture with the program the user likes for it."""
        if not path.exists():
            words = QCoreApplication.translate("context", "{} is not there yet.")
            self.bars.say("open", words.format(path))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            words = QCoreApplication.translate("context", "No program here opens it. It is {}")
            self.bars.say("open", words.format(path))
