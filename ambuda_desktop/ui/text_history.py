"""What was tried with the text of a book: the line of one recognition."""

import sqlite3
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.store import query, schema
from ambuda_desktop.store.query import Task
from ambuda_desktop.ui.durations import clock
from ambuda_desktop.ui.text_cells import percent
from ambuda_desktop.ui.text_words import engine, not_read


def _tr(text: str) -> str:
    return QCoreApplication.translate("text_history", text)


def text_line(connection: sqlite3.Connection, plan: Task) -> str:
    """`2026-11-24 13:50  text of all pages by Tesseract, Devanagari: 2 pages not read`."""
    params = OcrBook.model_validate(plan.kwargs["params"])
    what = asked_pages(params.pages)
    if params.below is not None:
        what += _tr(" with less confidence than {}").format(percent(params.below))
    elif params.only_missing:
        what += _tr(" without one")
    words = _tr("text of {} by {}").format(what, engine(params.options))
    return f"{clock(plan.submitted_at)}  {words}: {_end(connection, plan)}"


def asked_pages(pages: str | None) -> str:
    """`pages 2–3, 7`, or `all pages`."""
    if not pages:
        return _tr("all pages")
    return _tr("pages {}").format(pages.replace("-", "–").replace(",", ", "))


def _end(connection: sqlite3.Connection, plan: Task) -> str:
    if plan.state == schema.FAILURE:
        return plan.error or _tr("failed")
    children = query.children(connection, plan.id)
    if plan.state == schema.REVOKED or any(child.state == schema.REVOKED for child in children):
        return _tr("cancelled")
    last = next((child for child in children if child.name == FinishOcr.task and child.ended), None)
    if last is None:
        return _tr("going on")
    if last.state == schema.FAILURE:
        return last.error or _tr("failed")
    unread = _unread([child for child in children if child.name == OcrPages.task], last)
    return not_read(len(unread)) if unread else _tr("done")


def _unread(ranges: Sequence[Task], last: Task) -> set[int]:
    found = set(parse_pages(missing)) if (missing := (last.value or {}).get("missing")) else set[int]()
    for task in ranges:
        found |= {int(page) for page in (task.value or {}).get("failed", {})}
        if task.state == schema.FAILURE:
            found |= set(OcrPages.model_validate(task.kwargs["params"]).numbers()[task.current :])
    return found
