"""A book as `show` tells it."""

from typing import Any

import click

from ambuda_desktop.books import BookFolder
from ambuda_desktop.cli import shapes, words
from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.split import SplitBook
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.query import Task, TaskFilter, task_seqs, tasks
from ambuda_desktop.store.texts import text_summary


def book_json(session: Session, book: BookSummary) -> dict[str, Any]:
    """The book, with the name of what was added and all its splits, oldest first."""
    return {
        **shapes.of_book(session.paths, book),
        "source_name": _source_name(session, book),
        "splits": [shapes.of_task(split) for split in _splits(session, book)],
        "text": shapes.of_text(session.paths, text)
        if (text := text_summary(session.store, book.id))
        else None,
    }


def book_lines(session: Session, book: BookSummary) -> list[str]:
    """The book in lines for people: what is wrong first."""
    state = words.book_state(book)
    lines = [click.style(book.title, bold=True), f"{words.coloured(state)}: {words.book_sentence(book)}"]
    if hint := what_to_do(book):
        lines.append(f"What to do: {hint}")
    folder = BookFolder(session.paths.library / book.id)
    rows = {
        "Book": book.id,
        "Added": f"{words.clock(book.added_at)} from {_source_name(session, book) or '?'}",
    }
    rows["Pages in"] = str(folder.pages) if folder.pages.is_dir() else "(none yet)"
    rows["Original"] = str(folder.originals if folder.originals.is_dir() else folder.original)
    rows["Images"] = words.options(book.options)
    if book.asked:
        rows["Asked for"] = f"pages {book.asked}"
    if book.started_at and book.ended_at and book.state not in ("waiting", "working"):
        rows["Made in"] = words.lasting(book.ended_at - book.started_at)
    if text := text_summary(session.store, book.id):
        rows["Text"] = f"{text.state}: " + words.text_sentence(text).replace("\n", f"\n{'':13}")
    lines += ["", *(f"  {name:10} {value}" for name, value in rows.items())]
    return [*lines, "", "History:", *(f"  {line}" for line in _history(_splits(session, book)))]


def what_to_do(book: BookSummary) -> str:
    """The command that helps, where one does."""
    if words.is_locked(book):
        return f"“ambuda-desktop unlock {book.id}” asks for its password."
    if book.paused and book.state in ("waiting", "working"):
        return f"“ambuda-desktop resume {book.id}” lets it go on."
    if book.state in ("incomplete", "cancelled") or (book.state == "failed" and book.pages):
        return f"“ambuda-desktop retry {book.id}” makes what is missing."
    if book.state == "failed":
        return (
            f"mend or replace the file and add it again; “ambuda-desktop remove {book.id}” removes this one, "
            f"“ambuda-desktop retry {book.id}” tries it once more."
        )
    if book.warnings:
        return "look at those pages in the folder below."
    return ""


def _history(splits: list[Task]) -> list[str]:
    lines, before = [], None
    for split in splits:
        params = SplitBook.model_validate(split.kwargs["params"])
        kind = "retry of" if params.options == before else "split of"
        what = f"pages {params.pages}" if params.pages else "all pages"
        state = words.coloured(words.task_state(split), 9)
        made = words.options(params.options)
        lines.append(f"{words.clock(split.submitted_at)}  {state}  {kind} {what}, {made}  {split.id}")
        before = params.options
    return lines


def _splits(session: Session, book: BookSummary) -> list[Task]:
    seqs = task_seqs(session.store, TaskFilter(book=book.id, text=SplitBook.task))
    rows = tasks(session.store, seqs)
    return [rows[seq] for seq in sorted(rows) if rows[seq].name == SplitBook.task]


def _source_name(session: Session, book: BookSummary) -> str | None:
    try:
        return Manifest.load(session.paths.library / book.id / "manifest.json").source_name
    except AmbudaError:
        return None
