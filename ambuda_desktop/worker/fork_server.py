"""The process that generations are forked from: it has imported what all of them need, and does nothing else.

Not `multiprocessing`'s: that one cannot learn new modules once it runs, has no way to say how a child ended when it
must itself be replaced, and in a packaged program needs a start of its own (docs/hot-reload.md has both measured).

On standard input it has a socket to the daemon. A message from it is an `Order` as JSON with two descriptors, the
generation's standard input and its status line; a message to it says that it is warm, or how a generation ended.
"""

import json
import logging
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence

from ambuda_desktop import logs
from ambuda_desktop.paths import Paths
from ambuda_desktop.task_folders import own_folder
from ambuda_desktop.worker.main import Order, Status, run
from ambuda_desktop.worker.source_import import modules_below
from ambuda_desktop.worker.warm import is_safe_to_fork, warm

log = logging.getLogger(__name__)

MOST = 1 << 20  # bytes of a message
MOST_FAILED = 100  # names in a message: the socket takes no message of any length
UNSAFE = 3  # exit code where a learned module has started a thread


def serve(learned: Sequence[str]) -> int:
    """Import, then fork a generation for each order until the daemon is gone. Returns an exit code."""
    paths = Paths.current()
    logs.to_file(paths.logs / "fork-server.log")
    control = socket.socket(fileno=os.dup(0))
    failed = warm(learned)
    if not is_safe_to_fork():
        return UNSAFE
    wake, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the daemon to deal with
    own = own_folder()
    files = list(modules_below([own], list(sys.modules))) if own else []
    _tell(control, event="warm", pid=os.getpid(), failed=failed[:MOST_FAILED], files=files)
    queues: dict[int, str] = {}  # of the children, by pid
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if wake in ready:
                os.read(wake, 4096)
                _reap(control, queues)
            if control in ready:
                message, descriptors, _, _ = socket.recv_fds(control, MOST, 2)
                if not message:
                    return 0
                order = json.loads(message)
                # Fewer than two: this process may open no more files.
                pid = _fork() if len(descriptors) == 2 else None
                if pid == 0:
                    selector.close()
                    _become(order, descriptors[0], descriptors[1], [wake, wakeup, control.detach()])
                if pid is not None:
                    queues[pid] = order["queue"]
                for descriptor in descriptors:
                    os.close(descriptor)


def _fork() -> int | None:
    """As `os.fork`; None where the system has no room for another process: then the order's descriptors are closed,
    and the daemon sees a generation that ended before it began."""
    try:
        return os.fork()
    except OSError:
        log.exception("No worker can be forked")
        return None


def _become(order: dict[str, object], stdin: int, status: int, others: Sequence[int]) -> None:
    """The child: never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.default_int_handler)
        os.setpgid(0, 0)
        for descriptor in others:
            os.close(descriptor)
        # What tasks start (`os.system("... &")`) must not hold the line: its end is how the daemon knows ours.
        os.set_inheritable(status, False)
        code = run(Order(**order), stdin, Status(status))  # type: ignore[arg-type]  # it is what the daemon made
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _reap(control: socket.socket, queues: dict[int, str]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        # By queue: the number of a process is given to another one some day, perhaps to the next generation.
        if queue := queues.pop(pid, None):
            _tell(control, event="ended", queue=queue, code=os.waitstatus_to_exitcode(status))


def _tell(control: socket.socket, **values: object) -> None:
    try:
        control.send(json.dumps(values).encode())
    except OSError:
        os._exit(0)  # the daemon is gone, and so are its generations
