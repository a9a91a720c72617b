"""daemon/generations.py: which generation is live. The processes are the test's own."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ambuda_desktop.daemon import generations as module
from ambuda_desktop.daemon.census import Census
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.daemon.generations import Generations
from ambuda_desktop.daemon.task_code import TaskCode
from ambuda_desktop.daemon.warmth import Warmth
from ambuda_desktop.paths import Paths


class Fake(Generation):
    """A generation without a process: it does what the test says."""

    def __init__(self, paths: Paths, server: Any, number: int, order: Any) -> None:
        if server.is_dead:
            raise BrokenPipeError
        self.order = order
        self.killed = False
        super().__init__(paths, server, number, order)
        server.ordered.append(self)

    def tick(self) -> None: ...

    def terminate(self) -> None:
        self.terminated_at = self.terminated_at or time.monotonic()
        self.state = "ending"

    def kill(self) -> None:
        self.killed = True
        self.die()

    def get_ready(self) -> None:
        self.state, self.imported = "ready", True

    def die(self, **how: Any) -> None:
        self.state = "gone"
        for name, value in how.items():
            setattr(self, name, value)


class World:
    """Generations over fakes."""

    def __init__(self, paths: Paths) -> None:
        paths.tasks.mkdir()
        self.file = paths.tasks / "a.py"
        self.code = TaskCode([paths.tasks], None)
        self.notices: list[str] = []
        self.ordered: list[Fake] = []
        self.server = SimpleNamespace(
            is_dead=False, ordered=self.ordered, order=lambda *_: None, exit_codes={}, alive=True
        )
        warmth = SimpleNamespace(
            server=self.server,
            tick=lambda: None,
            learn=lambda _: None,
            release=lambda _: None,
            end=lambda: None,
        )
        self.generations = Generations(
            paths, {"cpu": 2, "net": 8}, self.notices.append, Census([]), self.code, cast(Warmth, warmth)
        )

    def tick(self, *busy: Generation) -> None:
        self.generations.tick({g.queue for g in busy})

    def start(self) -> list[Fake]:
        """Both pools are live."""
        self.tick()
        return self.boot()

    def boot(self) -> list[Fake]:
        made = [g for g in self.ordered if g.state == "starting"]
        for generation in made:
            generation.get_ready()
        self.tick()
        return made

    def reload(self) -> list[Fake]:
        """New code is saved, and its generations are promoted."""
        self.file.write_text(f"X = {len(self.ordered)}\n")
        self.code.changed([self.file])
        made = [cast(Fake, self.generations.order(pool, tolerated=[])) for pool in ("cpu", "net")]
        for generation in made:
            generation.get_ready()
        self.generations.promote(made)
        self.tick()
        return made

    @property
    def live(self) -> list[Generation | None]:
        return [self.generations.live(pool) for pool in ("cpu", "net")]


@pytest.fixture
def world(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(module, "Generation", Fake)
    return World(paths)


def test_what_was_ordered_last_is_live_whatever_gets_ready_last(world: World) -> None:
    # Given a first start that is slow, and code that is saved and ready before
    world.tick()
    slow = list(world.ordered)
    new = world.reload()
    assert world.live == new

    # When the first start gets ready after all, then it does not become live
    for generation in slow:
        if generation.state == "starting":
            generation.get_ready()
    world.tick()
    assert world.live == new
    assert all(g.terminated_at for g in slow)


def test_a_size_that_was_wished_while_code_was_reloaded_stays(world: World) -> None:
    # Given new code that boots
    world.start()
    made = [cast(Fake, world.generations.order(pool, tolerated=[])) for pool in ("cpu", "net")]

    # When another size is wished, and is there first
    world.generations.resize({"cpu": 4})
    resized = world.ordered[-1]
    resized.get_ready()
    world.tick()
    for generation in made:
        generation.get_ready()
    world.generations.promote(made)

    # Then the pool keeps it
    assert world.live == [resized, made[1]]
    assert made[0].terminated_at is not None


def test_another_size_does_not_let_broken_code_in(world: World) -> None:
    # Given live code, and a file that was broken meanwhile
    live = world.start()
    world.generations.resize({"cpu": 4})
    resized = world.ordered[-1]
    assert resized.order["tolerated"] == []

    # When the generation of another size finds it broken, then the live one stays, it is said, and not tried for ever
    resized.die(failure="a.py cannot be used")
    for _ in range(50):
        world.tick()
    assert world.live == live
    assert world.notices == ["The cpu workers stay as they are: a.py cannot be used"]
    assert len(world.ordered) == 3

    # And when it is mended, then the size follows
    world.reload()
    assert cast(Generation, world.live[0]).size == 4


def test_a_resize_that_was_killed_is_tried_again(world: World) -> None:
    world.start()
    world.generations.resize({"cpu": 4})
    world.ordered[-1].die(exit_code=-9)
    world.tick()
    world.boot()
    assert cast(Generation, world.live[0]).size == 4


@pytest.mark.parametrize("order", [("cpu", "net"), ("net", "cpu")])
def test_code_that_stops_its_workers_gives_way_in_both_pools(world: World, order: tuple[str, str]) -> None:
    # Given new code, and the workers of the code before at rest
    old = world.start()
    new = {g.pool: g for g in world.reload()}
    world.tick()
    assert [g.state for g in old] == ["resting", "resting"]

    # When the new ones die, not in the same moment
    new[order[0]].die(exit_code=9)
    world.tick()
    world.tick()
    assert [g.state for g in old] == ["resting", "resting"]
    new[order[1]].die(exit_code=9)
    world.tick()

    # Then the code before runs in both, and what was to take its place has gone
    assert world.live == old
    assert world.generations.gone_back == [new["cpu"].code]
    world.boot()
    assert world.live == old


def test_code_that_dies_the_second_time_before_it_is_ready_gives_way_too(world: World) -> None:
    old = world.start()
    new = world.reload()
    world.tick()
    new[0].die(exit_code=9)
    world.tick()
    world.ordered[-1].die(exit_code=9)
    world.tick()
    assert world.live == old


def test_workers_that_may_be_deaf_are_not_gone_back_to(world: World) -> None:
    # Given new code, and a Redis that came back empty
    world.start()
    world.reload()
    world.generations.renew()
    world.boot()

    # When the workers die again and again, then those that knew the old Redis do not get tasks
    for _ in range(3):
        cast(Fake, world.live[0]).die(exit_code=9)
        world.tick()
        time.sleep(0.3)  # the pause before another start is by the real clock
        world.tick()
        world.boot()
    assert world.generations.gone_back == []


def test_a_broken_file_is_told_once(world: World) -> None:
    world.tick()
    for generation in world.ordered:
        generation.problems = [{"file": "/a.py", "sentence": "a.py cannot be used"}]
    world.boot()
    for _ in range(5):
        world.tick()
    assert world.notices == ["a.py cannot be used"] * 2  # one for each pool; the board makes them one


def test_what_still_works_in_one_pool_is_not_given_up_by_a_restart_of_the_other(world: World) -> None:
    # Given two pools with good code, and one that is started again while a file is broken
    world.start()
    cast(Fake, world.live[1]).die(exit_code=-9)
    world.tick()
    world.ordered[-1].problems = [{"file": "/a.py", "sentence": "a.py cannot be used"}]
    world.boot()

    # Then code that lacks the file may not take the place of both
    assert world.code.broken == set()


def test_a_failed_candidate_leaves_no_file_out(world: World) -> None:
    # Given live workers
    world.start()

    # When new code is broken in one file, and its generation ends after it looked at all of them
    made = cast(Fake, world.generations.order("cpu", tolerated=[]))
    made.die(failure="a.py cannot be used", importing="/tasks/z.py", exit_code=1)
    world.tick()

    # Then the last one that it looked at is no worse for it
    assert world.code.skip == set()


def test_a_file_that_ends_or_hangs_the_first_workers_is_left_out_and_told(world: World) -> None:
    # Given no live workers; the first die while they import a file, which may be an accident
    world.tick()
    for generation in list(world.ordered):
        generation.die(importing="/tasks/z.py", exit_code=-9)
        break
    world.tick()
    assert world.code.skip == set()

    # When it happens again, then the file is left out
    world.tick()
    world.ordered[-1].die(importing="/tasks/z.py", exit_code=-9)
    world.tick()
    assert world.code.skip == {"/tasks/z.py"}
    assert "left out until it is saved again" in world.notices[0]


def test_dying_candidates_do_not_turn_processes_into_threads(world: World) -> None:
    # Given a machine where processes work
    world.start()

    # When new code ends its workers before they are ready, again and again
    for _ in range(5):
        made = cast(Fake, world.generations.order("cpu", tolerated=[]))
        made.die(imported=True, exit_code=1)
        world.tick()

    # Then that is not the fault of the machine
    world.generations.restart()
    assert next(g for g in reversed(world.ordered) if g.pool == "cpu").kind == "prefork"


def test_where_none_can_be_ordered_there_is_a_pause(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.server.is_dead = True
    for _ in range(50):
        world.tick()
    assert sum("No generation can be ordered" in r.message for r in caplog.records) <= 6


def test_one_that_is_not_ready_in_time_is_ended_once(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a generation that hangs so that not even a kill ends it
    world.tick()
    monkeypatch.setattr(Fake, "kill", lambda self: None)
    monkeypatch.setattr(module, "START_TIMEOUT", -1.0)
    for _ in range(20):
        world.tick()
    assert sum("is not ready after" in r.message for r in caplog.records) == len(world.ordered)


def test_what_a_generation_leaves_behind_is_removed_and_its_traceback_kept(paths: Paths) -> None:
    # Given a generation that hung in an import, and is gone
    server = SimpleNamespace(order=lambda *_: None, exit_codes={"cpu.x.1": 1}, alive=True)
    order = {"queue": "cpu.x.1", "kind": "prefork", "size": 1}
    generation = Generation(paths, cast(Any, server), 1, order)
    generation.importing = str(Path("/tasks/a.py"))
    generation.lock.touch()
    paths.import_traceback("cpu.x.1").write_text("Timeout!")

    # When that is noticed
    generation.tick()

    # Then nothing of it lies about, and why it ended is known
    assert generation.state == "gone"
    assert (generation.import_traceback, generation.exit_code) == ("Timeout!", 1)
    assert not list(paths.locks.iterdir())


def test_an_exit_code_of_an_earlier_process_of_the_same_number_is_not_taken_for_its_own(paths: Paths) -> None:
    server = SimpleNamespace(order=lambda *_: None, exit_codes={"cpu.x.1": 9}, alive=True)
    generation = Generation(paths, cast(Any, server), 2, {"queue": "cpu.x.2", "kind": "prefork", "size": 1})
    generation.tick()
    assert generation.exit_code is None
