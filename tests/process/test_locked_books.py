"""PDFs with a password, through the real program: it is asked for, used once, and kept nowhere."""

from pathlib import Path
from typing import Any

import pikepdf
from redis import Redis

from ambuda_desktop.daemon.redis_server import connect as connect_redis
from ambuda_desktop.library import add_book
from ambuda_desktop.passwords import give_password
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.control import cancel, pause_pools
from tests.support import pdfs
from tests.support.program import Program
from tests.support.splitting import ignore

WRONG, RIGHT = "pässword-that-is-wrong", "pässword-that-is-right"
PLAIN = len("pä")  # what comes after is the same in every way of writing it: JSON has \u00e4


def see(program: Program) -> BookSummary:
    found = summary(program.connection, "book")
    assert found is not None
    return found


def value_of(client: Redis, key: bytes) -> bytes:
    """Everything that Redis keeps under a key."""
    kind: Any = client.type(key)
    reading: dict[bytes, Any] = {
        b"string": lambda: client.get(key), b"hash": lambda: client.hgetall(key), b"set": lambda: client.smembers(key),
        b"list": lambda: client.lrange(key, 0, -1), b"zset": lambda: client.zrange(key, 0, -1),
    }  # fmt: skip
    value = reading[kind]()
    return value if isinstance(value, bytes) else repr(value).encode()


def places_of(program: Program, secret: bytes) -> list[str]:
    """Where a secret can be read: files (the store and its journal among them), Redis, command lines."""
    roots = (program.paths.root, program.paths.runtime)
    files = [path for root in roots for path in root.rglob("*") if path.is_file()]
    found = [str(path) for path in files if secret in path.read_bytes()]
    with connect_redis(program.paths, timeout=5) as client:
        found += [f"Redis: {key!r}" for key in client.scan_iter() if secret in key + value_of(client, key)]
    said = program.each_process(lambda p: [str(p.pid), *p.cmdline(), *p.environ().values()])
    found += [
        f"process {words[0]}" for words in said if any(secret in w.encode(errors="replace") for w in words)
    ]
    return found


def test_a_password_is_asked_for_used_and_kept_nowhere(program: Program, tmp_path: Path) -> None:
    # Given a locked book, and one that is not
    scans = pdfs.scanned_book(tmp_path / "open.pdf", 12)
    pdfs.lock(tmp_path / "open.pdf", tmp_path / "book.pdf", RIGHT)
    pdfs.scanned_book(tmp_path / "other.pdf", 2)
    program.start_daemon()
    for name in ("book", "other"):
        add_book(program.connection, program.paths, tmp_path / f"{name}.pdf", ignore)

    # Then it waits for its password, while the other is done
    program.wait_until(lambda: see(program).waiting_for == "password", "the password is asked for")
    program.wait_until(
        lambda: (other := summary(program.connection, "other")) and other.state == "done", "the other is done"
    )

    # When a wrong one is given, then another is asked for
    give_password(program.connection, program.paths, "book", WRONG)
    program.wait_until(lambda: see(program).waiting_for == "another password", "another is asked for")

    # When the right one is given, then the book is made
    give_password(program.connection, program.paths, "book", RIGHT)
    program.wait_until(lambda: see(program).state == "done", "the book is done")
    folder = program.paths.library / "book"
    assert [(folder / "pages" / f"{n}.jpg").read_bytes() for n in range(1, 13)] == scans

    # And neither password is anywhere: in no file, row, log, value of Redis or command line; nor is the open PDF
    for secret in (WRONG, RIGHT):
        assert places_of(program, secret[PLAIN:].encode()) == []
    assert not list(program.paths.root.rglob("decrypted*"))
    assert (folder / "original.pdf").read_bytes() == (tmp_path / "book.pdf").read_bytes()
    with pikepdf.open(folder / "original.pdf", password=RIGHT) as locked:
        assert locked.is_encrypted


def test_a_secret_would_be_found(program: Program) -> None:
    # Given a search for secrets, and one in a file, one in a row and one in Redis
    program.start_daemon()
    (program.paths.logs / "some.log").write_text("a secret-in-a-file here")
    program.connection.execute("INSERT INTO wishes VALUES('x', '\"secret-in-a-row\"', 0)")
    with connect_redis(program.paths, timeout=5) as client:
        client.set("x", "secret-in-redis")

    # Then each is found
    assert [Path(place).name for place in places_of(program, b"secret-in-a-file")] == ["some.log"]
    assert [Path(place).name for place in places_of(program, b"secret-in-a-row")] == ["store.db-wal"]
    assert places_of(program, b"secret-in-redis") == ["Redis: b'x'"]


def test_a_password_of_a_book_that_is_cancelled_before_it_was_used_is_forgotten(
    program: Program, tmp_path: Path
) -> None:
    # Given a locked book whose password was given while its pool rests
    pdfs.scanned_book(tmp_path / "open.pdf", 2)
    pdfs.lock(tmp_path / "open.pdf", tmp_path / "book.pdf", RIGHT)
    program.start_daemon()
    book = add_book(program.connection, program.paths, tmp_path / "book.pdf", ignore)
    program.wait_until(lambda: see(program).waiting_for == "password", "the password is asked for")
    pause_pools(program.connection, ["cpu"])
    give_password(program.connection, program.paths, book, RIGHT)
    password = program.paths.library / book / "password"
    assert password.exists()

    # When the book is cancelled, so that no worker ever reads it, then it is deleted all the same
    plan = see(program).task
    assert plan is not None
    cancel(program.connection, [plan])
    program.wait_until(lambda: not password.exists(), "the password is deleted")
