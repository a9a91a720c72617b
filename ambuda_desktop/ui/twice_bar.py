"""Books that the library has already: one bar for all of them, to see them or to add them again."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ui.adding import Twice
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import plural


def _tr(text: str) -> str:
    return QCoreApplication.translate("twice_bar", text)


class TwiceBar:
    """Collects them until the bar is answered or closed."""

    def __init__(self, context: Context, show: Callable[[list[str]], None]) -> None:
        self._context, self._show = context, show
        self._found: list[Twice] = []
        context.adding.twice.connect(self._say)

    def _say(self, twice: Twice) -> None:
        bars = self._context.bars
        if not bars.has("twice"):
            self._found = []  # the last ones were answered
        self._found.append(twice)
        count = len(self._found)
        sentence = twice.sentence
        if count > 1:
            sentence = plural(
                count, "", _tr("%s books are in the library already; they were not added again.")
            )
        show = (_tr("Show it") if count == 1 else _tr("Show them"), self._show_them)
        again = (_tr("Add it again") if count == 1 else _tr("Add them again"), self._add_again)
        bars.say("twice", sentence, "note", show, more=[again])

    def _show_them(self) -> None:
        self._context.bars.hush("twice")
        self._show([twice.book for twice in self._found])

    def _add_again(self) -> None:
        self._context.bars.hush("twice")
        for twice in self._found:
            self._context.adding.add_again(twice)
