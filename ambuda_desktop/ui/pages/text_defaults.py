"""How text is recognised where nobody says otherwise: the form for options, saved when it rests."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ambuda_desktop.settings import Settings
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.fields import delayed
from ambuda_desktop.ui.ocr_options import OcrOptionsForm
from ambuda_desktop.ui.text_survey import installed_models

SETTLE = 400  # milliseconds after the last key


class TextDefaults(QWidget):
    """What is wrong is said in the form, and not saved."""

    settled = Signal(object)  # OcrOptions

    def __init__(self, context: Context, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._saved = context, settings.ocr
        self.form = OcrOptionsForm(settings.ocr)
        self._save_soon = delayed(self, self._save, SETTLE)
        self.form.changed.connect(self._save_soon.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        paths = self._context.paths
        errand = self._context.background.start(lambda _store, _errand: installed_models(paths))
        errand.done.connect(self.form.offer)

    def _save(self) -> None:
        options = self.form.options
        if options is not None and options != self._saved:
            self._saved = options
            self.settled.emit(options)
