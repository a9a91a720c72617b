"""What the window asks of the daemon about task code and the workers that run it."""

from ambuda_desktop.store.facts import put_wish
from ambuda_desktop.ui.context import Context


def reload_now(context: Context) -> None:
    """Take up the code that is on the disk, whether or not anything was saved."""
    context.write(lambda store, _errand: put_wish(store, "reload", True))


def restart_workers(context: Context) -> None:
    """New workers take over; the ones there are end what they run."""
    context.write(lambda store, _errand: put_wish(store, "restart", True))


def stop_now(context: Context, queue: str) -> None:
    """End an older generation; its tasks wait again and run in the live code."""
    context.write(lambda store, _errand: put_wish(store, "stop_generations", [queue]))
