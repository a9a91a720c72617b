"""The two worker pools: so that a big book never blocks a mail."""

import os

CPU = "cpu"  # pages and pictures: a process a core
NET = "net"  # mail, remote OCR: threads that mostly wait
POOLS = (CPU, NET)

Sizes = dict[str, int]


def default_sizes() -> Sizes:
    """How many tasks each pool runs at once when nobody has wished otherwise."""
    return {CPU: max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),
            NET: 8}  # fmt: skip


def pool_of_queue(queue: str) -> str | None:
    """The pool that a queue belongs to: `cpu` itself, or a generation's `cpu.1f3a.1`; None for others."""
    pool = queue.split(".")[0]
    return pool if pool in POOLS else None
