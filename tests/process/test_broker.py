"""RabbitMQ as broker: the main job through it, its death, a worker's death, and programs without our code."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery, chord

from ambuda_desktop.celery_config import celery_settings
from tests.process.test_split import book, fake_poppler, folder, page_count, text_book
from tests.support import pdfs
from tests.support.program import Program, steps_done, submit
from tests.support.rabbitmq import RabbitMQ, is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="rabbitmq-server is not installed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """One RabbitMQ for all tests: it takes seconds to start."""
    made = RabbitMQ(tmp_path_factory.mktemp("broker") / "rabbitmq")
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def connected(program: Program, server: RabbitMQ) -> Program:
    """The program, with RabbitMQ as its broker."""
    done = program.cli("settings", "set", "broker_url", server.url)
    assert done.returncode == 0, done.stderr
    program.add_tasks()
    return program


def website(server: RabbitMQ, result_backend: str | None = None) -> Celery:
    """A program that has Celery, and nothing of ours."""
    return Celery("website", broker=server.url, backend=result_backend, set_as_current=False)


def test_a_book_is_split_through_rabbitmq(connected: Program, server: RabbitMQ, tmp_path: Path) -> None:
    # Given RabbitMQ as broker
    connected.start_daemon()
    generations = {g["queue"] for g in connected.fact("generations")}

    # When a book is split
    scans = pdfs.scanned_book(tmp_path / "book.pdf", 24)
    done = connected.cli("split", str(tmp_path / "book.pdf"), "--wait")

    # Then its pages are the very JPEGs of the PDF, and the messages went through RabbitMQ
    assert done.returncode == 0, done.stderr
    made = folder(connected, "book")
    assert [(made.pages / f"{n}.jpg").read_bytes() for n in range(1, 25)] == scans
    assert server.queues() >= generations

    # And the password is in no file but its own, which only the user reads
    assert "guest:guest" not in connected.paths.settings.read_text()
    assert "RabbitMQ at 127.0.0.1" in connected.cli("workers").stdout


def test_kill_of_rabbitmq_loses_and_doubles_nothing(
    connected: Program, server: RabbitMQ, tmp_path: Path
) -> None:
    # Given a book in the middle of being made, page by page
    made = tmp_path / "made"
    poppler = fake_poppler(tmp_path / "bin", f"echo $page >> {made}; sleep 0.05")
    connected.start_daemon(**poppler)
    assert connected.cli("split", str(text_book(tmp_path / "book.pdf", 60))).returncode == 0
    connected.wait_until(lambda: page_count(connected, "book") >= 4, "the book has begun")

    # When RabbitMQ is killed, then that is said, and the daemon goes on listening to us
    server.kill()
    connected.wait_until(lambda: connected.fact("broker")["state"] == "silent", "its silence is noticed")
    assert "does not answer since" in connected.cli("workers").stdout
    accepted = submit(connected, "add", x=1, y=2)

    # And when it is there again, then the book gets complete, each page was made once, and what was accepted meanwhile
    # is done
    server.start()
    connected.wait_until(lambda: book(connected, "book").state == "done", "the book is complete")
    assert page_count(connected, "book") == 60
    assert sorted(map(int, made.read_text().split())) == list(range(1, 61))
    assert connected.wait_for_end(accepted).value == 3
    tasks = [json.loads(line) for line in connected.cli("tasks", "--json").stdout.splitlines()]
    assert {t["state"] for t in tasks} == {"SUCCESS"}
    assert len({t["id"] for t in tasks}) == len(tasks)


def test_a_rabbitmq_that_hangs_does_not_hold_up_the_daemon(
    connected: Program, server: RabbitMQ, folder: Path
) -> None:
    # Given a task that runs
    connected.start_daemon()
    running = submit(connected, "steps", count=40, folder=str(folder))
    connected.wait_until(lambda: steps_done(folder) >= 2, "the task has begun")

    # When RabbitMQ answers no more, and more tasks come
    server.pause()
    try:
        waiting = submit(connected, "add", x=1, y=2)

        # Then the daemon still writes down what comes back
        assert connected.wait_for_end(running).state == "SUCCESS"
        assert not connected.task(waiting).ended
    finally:
        server.go_on()
    assert connected.wait_for_end(waiting).value == 3


def test_kill_of_a_generation_loses_nothing(connected: Program, folder: Path) -> None:
    connected.start_daemon()
    task_id = submit(connected, "steps", count=20, folder=str(folder))
    connected.wait_until(lambda: steps_done(folder) >= 2, "the task has begun")
    connected.kill_generation("cpu")
    assert connected.wait_for_end(task_id).state == "SUCCESS"


def test_a_rabbitmq_that_refuses_tasks_lets_them_wait(connected: Program, server: RabbitMQ) -> None:
    # Given a user who may not write where tasks are written
    server.let_write("^(?!amq.default$).*")
    try:
        connected.start_daemon()

        # When a task comes, then it waits, and why is said
        waiting = submit(connected, "add", x=1, y=2)
        connected.wait_until(lambda: connected.fact("broker")["sentence"], "it is refused")
        assert "once its user may configure, write and read there" in connected.cli("workers").stdout
        assert not connected.task(waiting).ended
    finally:
        server.let_write(".*")

    # And when the user may, then it is done, and nothing is left to say
    assert connected.wait_for_end(waiting).value == 3
    connected.wait_until(lambda: connected.fact("broker")["state"] == "running", "it takes tasks again")


def test_a_website_without_our_code_gets_its_results(connected: Program, server: RabbitMQ) -> None:
    # Given a message that came while the daemon was away
    early = website(server).send_task("example.add", (1, 2)).id

    # When the daemon runs, even if only while it is needed
    connected.start_daemon("--while-needed")

    # Then that one is done under the id that it was given, and a result may be waited for
    assert connected.wait_until(lambda: known(connected, early), "the message is taken")
    assert connected.wait_for_end(early).value == 3
    site = website(server, celery_settings()["result_backend"])
    assert site.send_task("example.add", (20, 22)).get(timeout=20) == 42
    assert site.AsyncResult(early).get(timeout=20) == 3
    first, then = site.signature("example.add", (1, 2)), site.signature("example.add", (10,))
    assert (first | then).apply_async().get(timeout=20) == 13
    parts = [site.signature("example.add", (n, n)) for n in (1, 2)]
    assert chord(parts, app=site)(site.signature("example.total")).get(timeout=20) == 6

    # And a task goes to the pool that it asks for, which only our workers know
    mail = website(server).send_task("example.mail").id
    connected.wait_until(lambda: known(connected, mail), "it is taken")
    assert connected.wait_for_end(mail).pool == "net"


def test_what_asks_for_no_task_is_put_aside(connected: Program, server: RabbitMQ) -> None:
    # Given messages that nobody can read, and one that can be
    connected.start_daemon()
    site = website(server)
    with site.connection_for_write() as connection, connection.SimpleQueue("celery") as queue:
        queue.put({"no": "task"})
        queue.put(b"\x80\x04N.", serializer=None, content_type="application/x-python-serialize",
                  content_encoding="binary", headers={"task": "example.add", "id": "pickled"})  # fmt: skip
    good = site.send_task("example.add", (1, 2), compression="gzip").id

    # Then the others go on, both are kept where only the user reads them, and that is said
    connected.wait_until(lambda: known(connected, good), "the good one is taken")
    assert connected.wait_for_end(good).value == 3
    kept = connected.paths.refused_messages
    no_task, pickled = (json.loads(line) for line in kept.read_text().splitlines())
    assert no_task["body"] == '{"no": "task"}'
    assert base64.b64decode(pickled["body_base64"]) == b"\x80\x04N."
    assert kept.stat().st_mode & 0o777 == 0o600
    connected.wait_until(
        lambda: any("asked for no task" in n["sentence"] for n in connected.fact("notices")), "it is said"
    )


def known(program: Program, task_id: str) -> bool:
    return bool(program.connection.execute("SELECT 1 FROM tasks WHERE id = ?", (task_id,)).fetchone())
