"""daemon/warmth.py: a fork server is always there, and learns."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ambuda_desktop.daemon.fork_server import UNSAFE, ForkServer
from ambuda_desktop.daemon.warmth import MOST_LEARNED, Warmth
from ambuda_desktop.paths import Paths


class Server:
    """A fork server that does what the test says."""

    def __init__(self, learned: tuple[str, ...]) -> None:
        self.learned = learned
        self.alive, self.is_warm, self.closed, self.ended, self.hangs = True, False, False, False, False
        self.exit_codes: dict[str, int] = {}
        self.files: frozenset[str] = frozenset()
        self.process = SimpleNamespace(returncode=None)

    def tick(self) -> None: ...

    def close(self) -> None:
        self.closed, self.alive = True, False

    def end(self) -> None:
        self.ended, self.alive, self.process.returncode = True, False, -9

    def die(self, code: int) -> None:
        self.alive, self.process.returncode = False, code


@pytest.fixture
def started() -> list[Server]:
    """All servers that were started, in order."""
    return []


@pytest.fixture
def warmth(paths: Paths, started: list[Server]) -> Warmth:
    """One whose first server is warm."""

    def start(_paths: Paths, learned: tuple[str, ...]) -> ForkServer:
        started.append(Server(learned))
        return cast(ForkServer, started[-1])

    made = Warmth(paths, list[str]().append, start)
    started[0].is_warm = True
    return made


def test_learned_modules_go_into_a_second_server_that_takes_over_when_it_is_warm(
    paths: Paths, warmth: Warmth, started: list[Server]
) -> None:
    # When a generation had to import modules, then a server that has them is started beside the one in use
    warmth.learn(["PIL", "pikepdf"])
    warmth.tick()
    assert [s.learned for s in started] == [(), ("PIL", "pikepdf")]
    assert warmth.server is cast(ForkServer, started[0])

    # And it takes over when it is warm; the first stays as long as its generations do
    started[1].is_warm = True
    warmth.tick()
    assert warmth.server is cast(ForkServer, started[1])
    warmth.release([cast(ForkServer, started[0])])
    assert not started[0].closed
    warmth.release([])
    assert started[0].closed

    # And the next daemon knows them from the start
    assert json.loads(paths.learned_modules.read_text()) == ["PIL", "pikepdf"]


def test_what_is_known_is_not_learned_again(warmth: Warmth, started: list[Server]) -> None:
    warmth.learn(["PIL"])
    warmth.learn(["PIL"])
    started[1].is_warm = True
    warmth.tick()
    warmth.learn(["PIL"])
    assert len(started) == 2


def test_a_server_that_dies_is_started_again_with_what_it_knew(warmth: Warmth, started: list[Server]) -> None:
    warmth.learn(["PIL"])
    started[1].is_warm = True
    warmth.tick()
    started[1].die(-9)
    warmth.tick()
    assert started[2].learned == ("PIL",)


@pytest.mark.parametrize("code", [UNSAFE, -11])
def test_a_module_that_cannot_be_forked_is_given_up(warmth: Warmth, started: list[Server], code: int) -> None:
    # Given a second server that ends over what it learned
    warmth.learn(["threads"])
    started[1].die(code)
    warmth.tick()

    # Then the first stays in use, and that module is not tried again, but others are
    assert warmth.server is cast(ForkServer, started[0])
    warmth.learn(["threads"])
    assert len(started) == 2
    warmth.learn(["threads", "PIL"])
    assert started[2].learned == ("PIL",)


def test_a_list_of_the_last_time_that_is_of_no_use_is_forgotten(
    paths: Paths, warmth: Warmth, started: list[Server]
) -> None:
    paths.learned_modules.write_text('["bad"]')
    again = Warmth(paths, list[str]().append, warmth._start)
    started[-1].die(UNSAFE)
    again.tick()
    assert started[-1].learned == ()
    for damaged in ("{", '{"a": 1}', "[1, null]"):
        paths.learned_modules.write_text(damaged)
        Warmth(paths, list[str]().append, warmth._start)
        assert started[-1].learned == ()


def test_a_server_that_hangs_over_what_it_imports_is_ended_and_they_are_given_up(
    warmth: Warmth, started: list[Server]
) -> None:
    # Given a second server whose learned module waits for ever
    warmth.learn(["waits"])
    started[1].hangs = True
    warmth.tick()

    # Then it is ended, and the first stays in use
    assert started[1].ended
    assert warmth.server is cast(ForkServer, started[0])
    warmth.learn(["waits"])
    assert len(started) == 2


def test_a_first_server_that_hangs_gives_way_to_one_that_has_learned_nothing(
    paths: Paths, warmth: Warmth, started: list[Server]
) -> None:
    paths.learned_modules.write_text('["waits"]')
    again = Warmth(paths, list[str]().append, warmth._start)
    started[-1].hangs = True
    again.tick()
    assert started[-1].learned == ()
    assert json.loads(paths.learned_modules.read_text()) == []


def test_a_server_that_cannot_start_is_not_started_without_a_pause(
    warmth: Warmth, started: list[Server]
) -> None:
    for _ in range(20):
        if started[-1].alive:
            started[-1].die(1)
        warmth.tick()
    assert len(started) <= 3


def test_changed_code_of_the_program_that_is_of_no_use_leaves_the_server_that_works(
    warmth: Warmth, started: list[Server]
) -> None:
    # Given a server with changed code, from which is ordered at once
    warmth.renew()
    assert warmth.server is cast(ForkServer, started[1])

    # When it cannot even start
    started[1].die(1)
    warmth.tick()

    # Then the one before is ordered from, is known to be outdated, and nothing is started in vain
    assert warmth.server is cast(ForkServer, started[0])
    assert warmth.is_outdated
    warmth.tick()
    assert len(started) == 2

    # And the mended code takes over
    warmth.renew()
    started[2].is_warm = True
    warmth.tick()
    assert not warmth.is_outdated


def test_a_server_that_imports_while_the_program_is_edited_is_not_adopted(
    warmth: Warmth, started: list[Server]
) -> None:
    # Given a server that is about to learn a module of the program's own
    warmth.learn(["ambuda_desktop.worker.pdf.geometry"])

    # When that is saved before it is warm, then nobody knows which code it has: it goes
    warmth.saved([Path("geometry.py")])
    assert started[1].ended
    warmth.tick()
    assert warmth.server is cast(ForkServer, started[0])
    assert not warmth.is_outdated

    # And one in use that is not warm yet is not used for the new code
    started[0].is_warm = False
    warmth.saved([])
    assert not warmth.is_outdated
    warmth.saved([Path("celery_app.py")])
    assert warmth.is_outdated


def test_what_is_edited_of_the_program_is_learned_no_more(warmth: Warmth, started: list[Server]) -> None:
    # Given a server that has learned a module of the program's own, and one of others
    warmth.learn(["ambuda_desktop.worker.pdf.geometry", "PIL"])
    started[1].is_warm = True
    warmth.tick()

    # When code of the program is edited, then new servers have only that of others
    warmth.renew()
    assert started[2].learned == ("PIL",)
    started[2].is_warm = True
    warmth.tick()
    warmth.learn(["ambuda_desktop.worker.pdf.geometry"])
    assert len(started) == 3


def test_each_server_goes_with_the_last_of_its_own_generations(warmth: Warmth, started: list[Server]) -> None:
    # Given two servers that were in use before
    for number in (1, 2):
        warmth.renew()
        started[number].is_warm = True
        warmth.tick()

    # When only the second of them is needed, then the first goes
    warmth.release([cast(ForkServer, started[1])])
    assert (started[0].closed, started[1].closed) == (True, False)


def test_names_that_no_server_can_be_started_with_are_left_out(
    paths: Paths, warmth: Warmth, started: list[Server]
) -> None:
    paths.learned_modules.write_text(json.dumps(["PIL.Image", "--help", "a\0b", "", *["x"] * 10_000]))
    Warmth(paths, list[str]().append, warmth._start)
    assert started[-1].learned[:2] == ("PIL.Image", "x")
    assert len(started[-1].learned) <= MOST_LEARNED


def test_all_servers_are_ended(warmth: Warmth, started: list[Server]) -> None:
    warmth.learn(["PIL"])
    warmth.renew()
    warmth.learn(["os"])
    warmth.end()
    assert all(server.ended for server in started)
