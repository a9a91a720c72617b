"""offline.py: Tesseract reads what waits for the network."""

import sqlite3
from pathlib import Path

import pytest

from ambuda_desktop import offline, tessdata
from ambuda_desktop.errors import BadInput, MissingProgram
from ambuda_desktop.offline import read_offline
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import query
from tests.unit.test_texts import Text

GOOGLE = OcrOptions(engine="google")


@pytest.fixture
def book(store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> Text:
    monkeypatch.setattr(offline, "check_engine", lambda _paths, _options: None)
    return Text(store)


def asked(store: sqlite3.Connection, task_id: str) -> OcrBook:
    found = query.task(store, task_id)
    assert found is not None
    return OcrBook.model_validate(found.kwargs["params"])


def test_the_pages_that_wait_are_read_by_tesseract(
    book: Text, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given a recognition by Google that has read one of its ranges
    book.ask("text", GOOGLE, "2-6")
    book.planned("text", "2-3", "4-6", options=GOOGLE)
    book.end("text 0", {"confidence": {"2": 0.9, "3": 0.9}})

    # When the rest is to be read offline
    task = read_offline(store, paths, "gita")

    # Then it no longer waits, and Tesseract is asked for just that
    assert asked(store, task) == OcrBook(book="gita", pages="4-6")
    waiting = query.task(store, "text 1")
    assert waiting is not None
    assert waiting.state == "REVOKED"
    assert book.text.task == task
    assert book.text.missing == [4, 5, 6]


def test_before_it_is_planned_the_choice_is_made_anew(
    book: Text, store: sqlite3.Connection, paths: Paths
) -> None:
    book.submit(OcrBook(book="gita", options=GOOGLE, only_missing=True).new_task(id="text", book="gita"))
    assert asked(store, read_offline(store, paths, "gita")) == OcrBook(book="gita", only_missing=True)


def test_where_nothing_waits_or_data_is_missing_nothing_changes(
    book: Text, store: sqlite3.Connection, paths: Paths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="Nothing of this book waits"):
        read_offline(store, paths, "gita")
    book.ask("text")  # Tesseract reads it already
    with pytest.raises(BadInput, match="Nothing of this book waits"):
        read_offline(store, paths, "gita")
    monkeypatch.undo()
    monkeypatch.setattr(tessdata, "SYSTEM", (str(tmp_path / "nowhere"),))
    with pytest.raises(MissingProgram, match="apt-get install"):
        read_offline(store, paths, "gita")
    assert book.text.task == "text"
