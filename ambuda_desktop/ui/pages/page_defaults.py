"""How pages are made where nobody says otherwise: the form for options, saved when it rests."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.settings import Settings
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.fields import delayed
from ambuda_desktop.ui.page_options import PageOptionsForm

SETTLE = 400  # milliseconds after the last key


class PageDefaults(QWidget):
    """What is wrong is said in the form, and not saved."""

    settled = Signal(object)  # PageOptions

    def __init__(self, context: Context, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._saved = context, settings.split
        self.form = PageOptionsForm(settings.split, settings.presets)
        self._save_soon = delayed(self, self._save, SETTLE)
        self.form.changed.connect(self._save_soon.start)
        self.form.preset_saved.connect(self._save_preset)
        self.form.preset_deleted.connect(lambda name: self._save_preset(name, None))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    def _save(self) -> None:
        options = self.form.options
        if options is not None and options != self._saved:
            self._saved = options
            self.settled.emit(options)

    def _save_preset(self, name: str, options: PageOptions | None) -> None:
        place = self._context.paths.settings
        self._context.write(lambda _store, _errand: Settings.change_preset(place, name, options))
