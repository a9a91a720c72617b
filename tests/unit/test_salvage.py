"""daemon/salvage.py: what waits in a damaged store comes back as far as it can be read, and the rest is counted."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop.daemon.rebuild import damage, see_to_store
from ambuda_desktop.daemon.salvage import salvage
from ambuda_desktop.daemon.taking_over import FoundBooks, read_books
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.query import counts
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.store.texts import text_summary
from ambuda_desktop.text_asked import note_asked
from tests.support import damage as damaging
from tests.support import pdfs
from tests.support.rebuilding import (
    add,
    cut,
    fill,
    found,
    killed_after,
    leave_out_of_an_index,
    notice,
    set_aside,
    split,
)  # fmt: skip
from tests.support.splitting import Stop, ignore

OLD = OcrOptions(preset="old type")


def rebuild(paths: Paths) -> None:
    """Build anew a store of which only an index is damaged: every row can be read."""
    leave_out_of_an_index(paths)
    paths.store_doubt.touch()
    see_to_store(paths)
    assert set_aside(paths)


def rows(paths: Paths) -> list[dict[str, Any]]:
    with closing(connect(paths.store)) as connection:
        return [
            dict(row) for row in connection.execute("SELECT * FROM tasks WHERE book IS NULL ORDER BY seq")
        ]


def overwrite_rows_in_the_middle(store: Path) -> None:
    """One page of rows."""
    data = store.read_bytes()
    places = range(0, len(data), damaging.PAGE)
    pages = [place for place in places if b"x" * 250 in data[place : place + damaging.PAGE]]
    damaging.overwrite(store, pages[len(pages) // 2], damaging.PAGE)


def test_tasks_that_wait_or_were_in_hand_come_back_as_they_were(paths: Paths) -> None:
    # Given tasks that wait, one in hand, one that was cancelled there, one that ended, one with an end to come
    with closing(connect(paths.store)) as connection:
        late = NewTask("mail", {"to": "x"}, [1], {"queue": "q"}, "late", "net", priority=3, not_before=4e9)
        insert(
            connection, [late, *(NewTask("t", id=name) for name in ("now", "hand", "no", "was", "parent"))]
        )
        connection.executescript(
            """UPDATE tasks SET state = 'PROGRESS', attempt = 2, losses = 1, generation = 'cpu.1', pid = 7,
                                started_at = 1 WHERE id IN ('hand', 'no');
               UPDATE tasks SET cancelled = 1 WHERE id = 'no';
               UPDATE tasks SET state = 'SUCCESS', ended_at = 1 WHERE id IN ('was', 'parent');
               UPDATE tasks SET finish = '{"name": "f", "kwargs": {}, "pool": "cpu"}' WHERE id = 'parent'"""
        )
    before = {row["id"]: row for row in rows(paths)}

    # When the store is built anew
    rebuild(paths)

    # Then who waited waits as before, who was in hand waits again, and who had ended or was cancelled is no task
    after = rows(paths)
    assert [row["id"] for row in after] == ["late", "now", "hand", "parent", "a"]
    for row in after[:-1]:
        again = {"state": "PENDING", "generation": None, "pid": None, "started_at": None, "seq": row["seq"]}
        assert row == before[row["id"]] | (again if row["id"] != "parent" else {"seq": row["seq"]})
    assert "5 other tasks that waited go on. Lost are" in notice(paths)


@pytest.mark.parametrize("damages", [damaging.overwrite_rows, overwrite_rows_in_the_middle, cut])
def test_what_cannot_be_read_is_counted(paths: Paths, damages: Any) -> None:
    # Given a store of many tasks, of which some rows were overwritten
    fill(paths)
    damages(paths.store)

    # When it is built anew, then the others come back, those behind the damage too, and each of the rest is counted
    see_to_store(paths)
    back = rows(paths)
    assert 0 < len(back) < 500
    assert f"{len(back)} other tasks that waited go on. {500 - len(back)} tasks that waited" in notice(paths)
    if damages is overwrite_rows_in_the_middle:
        assert len(back) > 470
    with closing(connect(paths.store)) as connection:
        assert counts(connection)["waiting"] == len(back)


def test_what_only_looks_like_a_row_is_none(paths: Paths) -> None:
    # Given rows that damage has changed
    with closing(connect(paths.store)) as connection, transaction(connection):
        insert(connection, [NewTask("t", id=str(number)) for number in range(4)])
        connection.execute("UPDATE tasks SET payload = '{' WHERE id = '0'")
        connection.execute("UPDATE tasks SET pool = 'gpu' WHERE id = '1'")
        connection.execute("UPDATE tasks SET priority = x'00' WHERE id = '2'")

    # When the store is built anew, then they are not taken for tasks, and are counted
    rebuild(paths)
    assert [row["id"] for row in rows(paths)] == ["3", "a"]
    assert "2 other tasks that waited go on. 3 tasks that waited could not be read" in notice(paths)


@pytest.mark.parametrize("number", ["9e999", "'many'", "x'ff'"])
def test_a_count_that_is_no_number_keeps_no_task_from_coming_back(paths: Paths, number: str) -> None:
    with closing(connect(paths.store)) as connection:
        insert(connection, [NewTask("t", id="waits")])
        connection.execute(f"UPDATE counts SET n = {number} WHERE state = 'PENDING'")
    kept = salvage(paths.store)
    assert [row["id"] for row in kept.tasks] == ["waits"]


def test_where_nothing_can_be_read_it_is_said(paths: Paths) -> None:
    fill(paths)
    damaging.overwrite_header(paths.store)
    see_to_store(paths)
    assert rows(paths) == []
    assert "Whether other tasks waited could not be read" in notice(paths)


def test_what_was_asked_of_a_book_and_not_planned_yet_is_asked_again(paths: Paths, tmp_path: Path) -> None:
    # Given a book that was not looked at, of which some pages are wanted, in some way, and then the text
    pdfs.scanned_book(tmp_path / "new.pdf", 4)
    options = PageOptions(format="png")
    with closing(connect(paths.store)) as connection:
        new = NewBook(pages="2-3", options=options, then_ocr=OLD)
        add_book(connection, paths, tmp_path / "new.pdf", ignore, new)
    # And one that is done, and of which two texts are asked for: one is planned, and its plan has not ended yet
    done = add(paths, "done")
    split(done, [1, 2, 3, 4])
    end_plans_but(paths, "new")
    asked = [OcrBook(book="done", options=OLD, pages=pages) for pages in ("1-2", "3")]
    note_asked(done, asked[0])
    with closing(connect(paths.store)) as connection:
        insert(connection, [one.new_task(book="done") for one in asked])

    # When the store is built anew, then it is so again, each once
    rebuild(paths)
    book = found(paths, "new")
    assert (book.state, book.asked, book.options, book.then_ocr) == ("waiting", "2-3", options, OLD)
    with closing(connect(paths.store)) as connection:
        plans = connection.execute("SELECT 1 FROM tasks WHERE book = 'done' AND state = 'PENDING'").fetchall()
        text = text_summary(connection, "done")
    assert len(plans) == 2
    assert text is not None
    assert text.asked == asked[1]


def end_plans_but(paths: Paths, book: str) -> None:
    with closing(connect(paths.store)) as connection:
        connection.execute("UPDATE tasks SET state = 'SUCCESS' WHERE book <> ?", (book,))


def test_what_was_kept_outlives_a_daemon_that_was_killed_before_it_was_the_store(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a daemon that was killed while it put a new store with a waiting task in the place of the damaged one
    with closing(connect(paths.store)) as connection:
        insert(connection, [NewTask("t", id="waits")])
    leave_out_of_an_index(paths)
    paths.store_doubt.touch()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed_after(2, Path.rename))
        with pytest.raises(Stop):
            see_to_store(paths)
    # And somebody who added a book, and so made a store
    add(paths, "gita")
    paths.store_doubt.unlink()

    # When a daemon starts, then the task waits, and nothing is left over
    see_to_store(paths)
    assert [row["id"] for row in rows(paths)] == ["waits", "a"]
    assert found(paths, "gita").state == "waiting"
    assert "2 other tasks that waited go on" in notice(paths)
    assert set_aside(paths)
    assert not list(paths.root.glob("store.db.new*"))


def test_reading_changes_nothing(paths: Paths) -> None:
    # Given a store whose rows are in its -wal, as somebody has it open
    with closing(sqlite3.connect(paths.store)) as other:
        fill(paths)
        other.execute("SELECT count(*) FROM tasks").fetchone()
        with closing(connect(paths.store)) as connection:
            insert(connection, [NewTask("t", id="last")])
        data = paths.store.read_bytes()

        # When it is salvaged, then what is in the -wal is read, and the file is as it was
        assert len(salvage(paths.store).tasks) == 501
        assert paths.store.read_bytes() == data


def test_nobody_writes_to_a_damaged_store_while_another_is_made(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a damaged store that still takes commits, and somebody who has it open
    add(paths, "gita")
    late = NewTask("example.late")
    told: list[Exception] = []
    opened = threading.Event()

    def submit() -> None:
        with closing(connect(paths.store)) as connection:
            opened.set()
            try:
                with transaction(connection):
                    insert(connection, [late])
            except AmbudaError as error:
                told.append(error)

    # When a task is submitted after the damaged one was read, and before the new one has taken its place
    submitting = threading.Thread(target=submit)

    def read_meanwhile(*arguments: Any) -> FoundBooks:
        submitting.start()
        opened.wait()
        return read_books(*arguments)

    monkeypatch.setattr(f"{see_to_store.__module__}.read_books", read_meanwhile)
    rebuild(paths)
    submitting.join()

    # Then it is not accepted by the one that is set aside, and whoever submits it is told
    assert "replaced by another meanwhile. Nothing was accepted" in str(told[0])
    assert late.id not in [row["id"] for row in rows(paths)]
    assert damage(paths.store, thorough=True) == ""
