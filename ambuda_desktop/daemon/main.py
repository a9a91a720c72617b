"""Running the daemon: one a data folder, with a store that can be used, until it is asked to stop."""

import logging
from collections.abc import Sequence
from pathlib import Path

from ambuda_desktop import logs
from ambuda_desktop.daemon.daemon import Daemon
from ambuda_desktop.daemon.rebuild import see_to_store
from ambuda_desktop.daemon.stop_signals import StopSignals
from ambuda_desktop.errors import AlreadyRunning
from ambuda_desktop.locks import PROBE, FileLock
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import fact

log = logging.getLogger(__name__)


def run(paths: Paths, *, while_needed: bool, foreground: bool, watch: Sequence[Path] = ()) -> None:
    """Run the daemon until it is asked to stop. Raises AlreadyRunning with the other one's pid.

    `watch`: folders of task code beside those of the settings.
    """
    logs.to_file(paths.logs / "daemon.log", also_terminal=foreground)
    signals = StopSignals()
    signals.listen()
    damage: Exception | None = None
    while True:
        lock = FileLock.take(paths.locks / "daemon.lock", wait=PROBE)
        if lock is None:
            other = fact(connect(paths.store), "daemon")
            pid = f" (process {other['pid']})" if other else ""
            raise AlreadyRunning(
                f"A daemon{pid} already works on {paths.root}. Stop it with “daemon --stop”."
            )
        try:
            see_to_store(paths, damage)
            if signals.came:  # while a store was built, say
                return
            daemon = Daemon(paths, signals, watch)
            damage = daemon.run_until_damage(while_needed=while_needed)
        except Exception:
            log.exception("The daemon ended")
            raise
        finally:
            lock.release(unlink=True)
        if damage is not None and not daemon.asked_to_stop:
            continue
        # Who came while we were going saw a running daemon and started none.
        if daemon.asked_to_stop or not daemon.is_needed():
            return
