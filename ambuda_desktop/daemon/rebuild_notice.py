"""What the user is told of a store that was built anew, or filled: what came back, and what did not."""

import sqlite3
import time

from ambuda_desktop.daemon.taking_over import TakenOver
from ambuda_desktop.store.facts import fact, put_fact

LOST = "Lost are the history of other tasks, why pages have no text, what was paused, and the sizes of the pools."
LOST_WITH_IT = "Other tasks that waited, if there were any, are lost."
LOST_OF_BOOKS = "Whether they were paused is lost."
UNKNOWN = "Whether other tasks waited could not be read: those are lost."


def tell(connection: sqlite3.Connection, *sentences: str) -> None:
    """Put a notice behind those that are there."""
    said = " ".join(sentence for sentence in sentences if sentence)
    before = fact(connection, "notices") or []
    if not any(notice["sentence"] == said for notice in before):  # at each start, while a book cannot be read
        put_fact(connection, "notices", [*before, {"at": time.time(), "sentence": said}])


def books(taken: TakenOver) -> str:
    """What became of the books."""
    if not taken.books:
        return "There were no books to take over."
    books = "1 book was taken over from its folder" if taken.books == 1 else (
        f"{taken.books} books were taken over from their folders"
    )  # fmt: skip
    if not taken.going_on:
        return f"{books}."
    if taken.going_on == taken.books:
        return f"{books}, and {'goes' if taken.books == 1 else 'all go'} on."
    return f"{books}, and {taken.going_on} of them {'goes' if taken.going_on == 1 else 'go'} on."


def others(count: int) -> str:
    """What became of the tasks without a book."""
    return (
        f"{count} other {'task that waited goes' if count == 1 else 'tasks that waited go'} on."
        if count
        else ""
    )


def unread(count: int | None) -> str:
    """What became of the rows that could not be read. None: nobody knows how many there were."""
    if count is None:
        return UNKNOWN
    if not count:
        return ""
    tasks = "1 task that waited" if count == 1 else f"{count} tasks that waited"
    return f"{tasks} could not be read: what was of a book is done anew from its folder, others are lost."


def unreadable(taken: TakenOver) -> str:
    """Which books were not taken over, and what to do."""
    if not taken.unreadable:
        return ""
    return (
        f"What cannot be read was not taken over: {', '.join(sorted(taken.unreadable))} in the library folder. "
        "The log of the daemon says why. Mend that and start the program again, or add the originals as new books."
    )
