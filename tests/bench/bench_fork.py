"""From asking for a process to its first word: our fork server beside `multiprocessing`'s, both warm.

.venv/bin/python -m tests.bench.bench_fork [ROUNDS]
"""

import multiprocessing
import os
import statistics
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from ambuda_desktop.daemon.fork_server import ForkServer
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.paths import ENVIRONMENT, Paths
from tests.bench.contenders import temporary

WARM = [
    "ambuda_desktop.worker.main",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.backends.redis",
]
PATIENCE = 30.0  # seconds


def speak(line: Connection) -> None:
    """What the process of `multiprocessing` does: its first word."""
    line.send_bytes(b"x")


def standard(context: multiprocessing.context.ForkServerContext) -> float:
    """Seconds for one process of the standard library's server."""
    here, there = context.Pipe(duplex=False)
    begin = time.perf_counter()
    process = context.Process(target=speak, args=(there,))
    process.start()
    here.recv_bytes()
    seconds = time.perf_counter() - begin
    process.join()
    return seconds


def ours(paths: Paths, server: ForkServer, number: int) -> float:
    """Seconds for one process of ours, to the word `born`."""
    order = {"queue": f"cpu.bench.{number}", "kind": "threads", "size": 1}
    begin = time.perf_counter()
    generation = Generation(paths, server, number, order)
    while generation.pid is None and time.perf_counter() - begin < PATIENCE:
        generation.tick()
    seconds = time.perf_counter() - begin
    generation.kill()
    while generation.state != "gone" and time.perf_counter() - begin < PATIENCE:
        server.tick()
        generation.tick()
    return seconds


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(WARM)
    with temporary() as folder:
        os.environ[ENVIRONMENT] = str(folder / "data")
        paths = Paths(Path(folder) / "data").make()
        server = ForkServer(paths, [])
        begin = time.monotonic()
        while not server.is_warm and time.monotonic() - begin < PATIENCE:
            server.tick()
            time.sleep(0.01)
        standard(context)  # starts it
        pairs = [(standard(context), ours(paths, server, number)) for number in range(rounds)]
        server.end()
    theirs, mine = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    print(f"{rounds} pairs: multiprocessing {theirs:.1f} ms, ours {mine:.1f} ms ({theirs / mine:.1f}x)")


if __name__ == "__main__":
    main()
