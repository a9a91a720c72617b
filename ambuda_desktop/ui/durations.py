"""Times and amounts in words."""

import time

from PySide6.QtCore import QCoreApplication, QLocale


def _tr(text: str) -> str:
    return QCoreApplication.translate("durations", text)


def clock(at: float, *, seconds: bool = False) -> str:
    """`14:02`, with the day before it where that was not today."""
    then, today = time.localtime(at), time.localtime()
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S" if seconds else "%H:%M", then)
    return time.strftime("%d %b %H:%M" if then[0] == today[0] else "%d %b %Y %H:%M", then)


def exact_clock(at: float) -> str:
    """`2026-11-22 14:02:11.4`: for the timeline of a task."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) + f".{int(at * 10) % 10}"


def lasting(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    seconds = max(0.0, seconds)
    if seconds < 0.05:
        return _tr("under 0.1 s")
    if seconds < 10:
        return _tr("%s s") % QLocale().toString(seconds, "f", 1)
    whole = round(seconds)
    if whole < 60:
        return _tr("%d s") % whole
    if whole < 3600:
        return _tr("%d min %d s") % divmod(whole, 60)
    return _tr("%d h %d min") % divmod(whole // 60, 60)


def left(seconds: float) -> str:
    """Roughly how long it will still take: no false precision."""
    if seconds < 10:
        return _tr("a few seconds left")
    if seconds < 60:
        return _tr("%d s left") % (round(seconds / 10) * 10)
    if seconds < 3600:
        return _tr("%d min left") % round(seconds / 60)
    return _tr("%d h %d min left") % divmod(round(seconds / 60), 60)


def size(amount: int) -> str:
    """`3 MB`."""
    return QLocale().formattedDataSize(amount, 0, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def number(value: int) -> str:
    """With the separators of the user's language."""
    return QLocale().toString(value)


def plural(count: int, one: str, many: str) -> str:
    """`one` or `many` with the number in the place of its %s."""
    return (one if count == 1 else many) % number(count)
