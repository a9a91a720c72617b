"""A book as `show` tells it."""

from typing import Any

import click

from ambuda_desktop.books import BookFolder
from ambuda_desktop.cli import shapes, words
from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.ocr import OcrBook
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
    return [*lines, "", "History:", *(f"  {line}" for line in _history(_plans(session, book)))]


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


def _history(plans: list[Task]) -> list[str]:
    lines, before = [], None
    for plan in plans:
        if plan.name == OcrBook.task:
            what = _text_asked(OcrBook.model_validate(plan.kwargs["params"]))
        else:
            params = SplitBook.model_validate(plan.kwargs["params"])
            kind = "retry of" if params.options == before else "split of"
            what = f"{kind} {_pages(params.pages)}, {words.options(params.options)}"
            before = params.options
        state = words.coloured(words.task_state(plan), 9)
        lines.append(f"{words.clock(plan.submitted_at)}  {state}  {what}  {plan.id}")
    return lines


def _text_asked(params: OcrBook) -> str:
    below = f" with less confidence than {params.below:g}" if params.below is not None else ""
    which = below or (" without one" if params.only_missing else "")
    return f"text of {_pages(params.pages)}{which}, {params.options.key}"


def _pages(pages: str | None) -> str:
    return f"pages {pages}" if pages else "all pages"


def _splits(session: Session, book: BookSummary) -> list[Task]:
    return [plan for plan in _plans(session, book) if plan.name == SplitBook.task]


def _plans(session: Session, book: BookSummary) -> list[Task]:
    """The tasks that planned its splits and its texts, oldest first."""
    names = (SplitBook.task, OcrBook.task)
    seqs = [seq for name in names for seq in task_seqs(session.store, TaskFilter(book=book.id, text=name))]
    rows = tasks(session.store, seqs)
    return [rows[seq] for seq in sorted(rows) if rows[seq].name in names]


def _source_name(session: Session, book: BookSummary) -> str | None:
    try:
        return Manifest.load(session.paths.library / book.id / "manifest.json").source_name
    except AmbudaError:
        return None
