"""How many tasks a pool runs at once, and whether it gets any: the same controls on two pages."""

import sqlite3

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.pools import CPU, NET, POOLS
from ambuda_desktop.store.control import pause_pools, resume_pools
from ambuda_desktop.store.facts import put_wish, wish
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.fields import NumberField
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.widgets import Button

LARGEST = 64  # tasks at once


def _tr(text: str) -> str:
    return QCoreApplication.translate("pool_controls", text)


def title(pool: str) -> str:
    return {CPU: _tr("Pages and pictures (cpu)"), NET: _tr("Network (net)")}[pool]


def size_field(context: Context, pool: str) -> NumberField:
    """A field that wishes another size as soon as a right one stands in it."""
    name = _tr("Size of the pool {}").format(pool)
    field = NumberField(name, 1, LARGEST, _tr("A pool runs 1 to {} tasks at once.").format(LARGEST))
    field.box.setToolTip(_tr("How many tasks this pool runs at once"))
    field.settled.connect(
        lambda size: context.write(lambda store, _errand: put_wish(store, "pools", _with(store, pool, size)))
    )
    return field


def show_size(field: NumberField, status: Status, wished: dict[str, int], pool: str) -> None:
    """The size that is wished, or the one there is."""
    field.show_value(wished.get(pool) or status.pools.get(pool, {}).get("size"))


class PauseButton(Button):
    """Pauses some pools, or lets them go on."""

    def __init__(self, context: Context, pools: tuple[str, ...]) -> None:
        super().__init__(_tr("Pause"), "pause", self._turn)
        self._context, self._pools = context, pools
        self._paused = False

    def show_status(self, status: Status) -> None:
        self._paused = status.paused >= set(self._pools)
        every = self._pools == POOLS
        pause = _tr("Pause all") if every else _tr("Pause")
        resume = _tr("Resume all") if every else _tr("Resume")
        self.set_words(resume if self._paused else pause)
        self.set_icon("play" if self._paused else "pause")
        if every:
            self.setToolTip(_tr("Running tasks stop after the page in hand, and go on later (Ctrl+Shift+P)"))
        else:
            self.setAccessibleName(f"{self.text()}: {title(self._pools[0])}")

    def _turn(self) -> None:
        does, pools = resume_pools if self._paused else pause_pools, self._pools
        self._context.write(lambda store, _errand: does(store, pools))


def _with(store: sqlite3.Connection, pool: str, size: int) -> dict[str, int]:
    return {**(wish(store, "pools") or {}), pool: size}
