"""Places and counts; a click filters."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QListView, QWidget

from ambuda_desktop.ui.delegates.place_delegate import PlaceDelegate
from ambuda_desktop.ui.models.places_model import PLACES, Place, PlacesModel
from ambuda_desktop.ui.status import Status


class Sidebar(QListView):
    """The list of places; the current one is where the window is."""

    went = Signal(object)  # a Place

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("places")
        self.setAccessibleName(self.tr("Places"))
        self._model = PlacesModel(self)
        self.setModel(self._model)
        self.setItemDelegate(PlaceDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFixedWidth(208)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, 8, 0, 8)
        self.selectionModel().currentChanged.connect(self._moved)

    def go(self, place: Place) -> None:
        """Make this the current place."""
        self.setCurrentIndex(self._model.index(PLACES.index(place)))

    def mark(self, place: Place) -> None:
        """Show that the window is there already: nobody is told."""
        self.blockSignals(True)
        self.go(place)
        self.blockSignals(False)

    @property
    def place(self) -> Place:
        return PLACES[max(0, self.currentIndex().row())]

    def show_status(self, status: Status) -> None:
        self._model.show_status(status)

    def _moved(self, current: QModelIndex) -> None:
        if current.isValid():
            self.went.emit(PLACES[current.row()])
