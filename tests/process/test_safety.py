"""Nothing listens, nothing is readable by others, nothing but JSON is run."""

import os
import stat
from pathlib import Path

import psutil
from kombu import Connection, Producer
from kombu.serialization import dumps

from ambuda_desktop.celery_config import celery_settings
from ambuda_desktop.library import add_book
from ambuda_desktop.params.split import FinishSplit, SplitBook, SplitPages
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.submit import insert
from tests.support import pdfs
from tests.support.program import Program
from tests.support.splitting import ignore


class Evil:
    """What a pickle can do: this one makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder),)


def is_done(program: Program, book: str) -> bool:
    found = summary(program.connection, book)
    return found is not None and found.state == "done"


def listening(program: Program) -> list[object]:
    """Every socket on which a process of the program waits for calls from a network."""
    sockets = program.each_process(lambda process: process.net_connections(kind="inet"))
    return [
        c for each in sockets for c in each if c.status == psutil.CONN_LISTEN or c.type.name == "SOCK_DGRAM"
    ]


def test_nothing_listens_on_a_network(program: Program, tmp_path: Path) -> None:
    # Given a window beside a daemon that works
    pdfs.scanned_book(tmp_path / "book.pdf", 60)
    program.start_daemon()
    window = psutil.Popen(
        program.command("window", str(tmp_path / "book.pdf")),
        env={**program.environment, "QT_QPA_PLATFORM": "offscreen"}, stdin=-3, stdout=-3, stderr=-3,
    )  # fmt: skip

    # When all its processes are looked at while they work, then none of them listens
    seen: set[int] = set()

    def look() -> bool:
        seen.update(p.pid for p in program.processes())
        return bool(listening(program)) or is_done(program, "book")

    try:
        program.wait_until(look, "the book is made")
        assert listening(program) == []
        assert window.pid in seen
        assert len(seen) >= 6  # window, daemon, Redis, fork server, two workers
    finally:
        window.terminate()
        window.wait()


def test_files_are_for_this_user_only_whatever_the_umask(program: Program, tmp_path: Path) -> None:
    # Given a program that was started with no umask at all
    pdfs.scanned_book(tmp_path / "book.pdf", 4)
    umask = os.umask(0)
    try:
        program.start_daemon()
        done = program.cli("split", str(tmp_path / "book.pdf"), "--wait")
        program.cli("daemon", "--stop")
    finally:
        os.umask(umask)
    assert done.returncode == 0, done.stderr

    # Then no file or folder of it can be read by others
    places = [program.paths.root, *program.paths.root.rglob("*"), *program.paths.runtime.rglob("*")]
    open_to_others = [str(p) for p in places if not p.is_symlink() and stat.S_IMODE(p.stat().st_mode) & 0o077]
    assert len(places) > 15
    assert open_to_others == []


def test_a_pickle_is_refused_and_reported_and_others_go_on(program: Program, tmp_path: Path) -> None:
    # Given a daemon, and somebody who can write to its Redis
    program.add_tasks()
    program.start_daemon()
    evil = tmp_path / "evil"
    queue = program.live_generation("cpu")["queue"]
    content_type, encoding, body = dumps([[Evil(evil)], {}, {}], serializer="pickle")

    # When that somebody sends a pickle to the workers
    with Connection(celery_settings()["broker_url"]) as connection, connection.channel() as channel:
        Producer(channel).publish(
            body, routing_key=queue, content_type=content_type, content_encoding=encoding,
            headers={"task": "example.add", "id": "evil", "lang": "py"}, retry=False,
        )  # fmt: skip

    # Then the user is told, nothing of it was run, and the workers go on
    program.wait_until(
        lambda: any("not JSON was refused" in n["sentence"] for n in program.fact("notices") or []),
        "the refusal is reported",
    )
    assert not evil.exists()
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    add_book(program.connection, program.paths, tmp_path / "book.pdf", ignore)
    program.wait_until(lambda: is_done(program, "book"), "a book is made")


def test_no_secret_is_written_anywhere_but_to_its_own_file(program: Program, tmp_path: Path) -> None:
    # Given a program that did its work, met an error, and was stopped
    program.add_tasks()
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    program.start_daemon()
    program.cli("split", str(tmp_path / "book.pdf"), "--wait")
    program.kill_generation("cpu")
    program.wait_until_ready()
    arguments = program.each_process(lambda p: " ".join(p.cmdline()))
    environments = program.each_process(lambda p: str(p.environ()))
    program.cli("daemon", "--stop")

    # Then the password of its Redis is in its own file and in the configuration of Redis, and nowhere else
    secret = program.paths.redis_password.read_bytes()
    assert len(secret) > 20
    found = _files_with(program.paths, secret)
    assert found <= {program.paths.redis_password, program.paths.runtime / "redis.conf"}
    assert not any(secret.decode() in text for text in arguments + environments)


def test_no_task_leads_out_of_the_library(program: Program, tmp_path: Path) -> None:
    # Given a book beside the library, one that is a link, and one whose pages are a link
    program.start_daemon()
    outside = pdfs.put_in_library(tmp_path / "outside", _scan(tmp_path), "book")
    before = sorted(path for path in (tmp_path / "outside").rglob("*"))
    (program.paths.library / "linked").symlink_to(outside.path)
    inside = pdfs.put_in_library(program.paths.library, _scan(tmp_path), "inside")
    inside.pages.symlink_to(outside.path)

    # When somebody asks for tasks on them, on the library itself, and on paths that lead out
    names = ("linked", "inside", "", ".", "..", "../../outside/book", str(outside.path), "linked/../linked")
    tasks = [SplitBook(book=name).new_task() for name in names]
    tasks += [SplitPages(book=name, pages="1").new_task() for name in names]
    tasks += [FinishSplit(book=name).new_task() for name in names]
    insert(program.connection, tasks)

    # Then each fails with a sentence, and nothing was written
    ends = [program.wait_for_end(task.id) for task in tasks]
    assert {task.state for task in ends} == {"FAILURE"}
    assert all("There is no book" in str(t.error) or "is a link" in str(t.error) for t in ends)
    assert sorted(path for path in (tmp_path / "outside").rglob("*")) == before
    assert not (program.paths.library / "pages").exists()


def _scan(folder: Path) -> Path:
    pdfs.scanned_book(folder / "scan.pdf", 1)
    return folder / "scan.pdf"


def _files_with(paths: Paths, secret: bytes) -> set[Path]:
    files = [p for root in (paths.root, paths.runtime) for p in root.rglob("*") if p.is_file()]
    return {path for path in files if secret in path.read_bytes()}
