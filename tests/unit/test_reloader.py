"""daemon/reloader.py: when saved code becomes a new generation. The clock and the generations are the test's own."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ambuda_desktop.daemon.code_watch import CodeWatch
from ambuda_desktop.daemon.generations import Generations
from ambuda_desktop.daemon.reload_history import ReloadHistory
from ambuda_desktop.daemon.reloader import LONGEST, MOST_TRIES, QUIET, RETRY, Reloader
from ambuda_desktop.daemon.task_code import TaskCode
from ambuda_desktop.daemon.warmth import Warmth
from ambuda_desktop.paths import Paths


class World:
    """A task folder with one file, a clock, and generations that get ready when the test says so."""

    def __init__(self, paths: Paths) -> None:
        self.now = 100.0
        self.paths = paths
        paths.tasks.mkdir()
        self.file = paths.tasks / "a.py"
        self.file.write_text("X = 0\n")
        self.code = TaskCode([paths.tasks], None)
        self.events: list[tuple[Path, bool]] = []
        self.ordered: list[Any] = []
        self.dismissed: list[Any] = []
        self.promoted: list[Any] = []
        self.is_full = False
        self.gone_back: list[str] = []
        self.renewed = 0
        self.is_outdated = False
        self.files: frozenset[str] = frozenset()
        self.history = ReloadHistory([], clock=lambda: self.now)
        self.reloader = Reloader(
            self.code, cast(CodeWatch, self), cast(Generations, self), cast(Warmth, self), self.history,
            clock=lambda: self.now,
        )  # fmt: skip

    # The watch.

    def take(self) -> tuple[set[Path], bool]:
        events, self.events = self.events, []
        return {path for path, _ in events}, any(urgent for _, urgent in events)

    def look_for_folders(self) -> None: ...

    # The generations.

    def live(self, pool: str) -> Any:
        live = [g for g in self.promoted if g.pool == pool]
        return live[-1] if live else None

    def order(self, pool: str, *, tolerated: list[str]) -> Any:
        made = SimpleNamespace(
            pool=pool, state="starting", failure=None, problems=[], importing=None, code=self.code.hash,
            files=frozenset([str(self.file)]), paths=self.paths, queue=f"{pool}.x.{len(self.ordered)}",
            tolerated=tolerated, exit_code=None, terminated_at=None, import_traceback="",
        )  # fmt: skip
        self.ordered.append(made)
        return made

    def promote(self, generations: list[Any]) -> None:
        self.promoted += generations

    def dismiss(self, generations: list[Any]) -> None:
        self.dismissed += generations

    # The warmth.

    def saved(self, files: list[Path]) -> None:
        self.is_outdated = bool(files)

    def renew(self) -> None:
        self.renewed += 1

    # What the test does.

    def save(self, source: str, *, after: float = 0.0, urgent: bool = True) -> None:
        self.now += after
        self.file.write_text(source)
        self.events.append((self.file, urgent))
        self.reloader.tick()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.reloader.tick()

    def boot(self) -> None:
        """What was ordered last gets ready."""
        for generation in self.ordered[-2:]:
            generation.state = "ready"
        self.reloader.tick()

    @property
    def outcomes(self) -> list[str]:
        return [entry["outcome"] for entry in self.history.reloads]


@pytest.fixture
def world(paths: Paths) -> World:
    return World(paths)


def test_the_first_save_acts_at_once_and_both_pools_switch_together(world: World) -> None:
    # When a file is saved, then both pools get a new generation at once
    world.save("X = 1\n")
    assert [g.pool for g in world.ordered] == ["cpu", "net"]

    # And nothing is switched while one of them still boots
    world.ordered[0].state = "ready"
    world.wait(0.1)
    assert world.promoted == []
    world.ordered[1].state = "ready"
    world.wait(0.1)
    assert world.promoted == world.ordered
    assert world.outcomes == ["reloaded"]


def test_saves_while_one_boots_wait_for_quiet_and_take_its_place(world: World) -> None:
    # Given a generation that boots
    world.save("X = 1\n")

    # When saves come faster than quiet does, then nothing new is ordered
    for number in range(2, 6):
        world.save(f"X = {number}\n", after=QUIET / 2)
    assert len(world.ordered) == 2

    # And when it is quiet, the one that boots makes room for one with the last of them
    world.wait(QUIET + 0.01)
    assert world.dismissed == world.ordered[:2]
    assert len(world.ordered) == 4
    world.boot()
    assert world.promoted == world.ordered[2:]
    assert world.outcomes == ["reloaded"]


def test_saves_without_end_are_not_put_off_for_ever(world: World) -> None:
    world.save("X = 1\n")
    for number in range(round(LONGEST / (QUIET / 2)) + 1):
        world.save(f"X = {10 + number}\n", after=QUIET / 2)
    assert len(world.ordered) >= 4


def test_a_failure_that_a_later_save_may_mend_is_not_told(world: World) -> None:
    # Given a generation that fails while another save waits for quiet: half a checkout, say
    world.save("import other\n")
    world.ordered[0].failure = "No module named other"
    world.save("X = 2\n")
    assert world.outcomes == []

    # Then the later one is what counts
    world.wait(QUIET + 0.01)
    world.boot()
    assert world.outcomes == ["reloaded"]


def test_an_error_of_syntax_starts_nothing(world: World) -> None:
    world.save("def broken(:\n")
    assert world.ordered == []
    assert world.history.fault is not None
    assert world.history.fault.line == 1


def test_a_file_that_is_gone_waits_for_quiet(world: World) -> None:
    # Given a file that is removed, as editors do before they write it anew
    world.file.unlink()
    world.events.append((world.file, False))
    world.reloader.tick()
    assert world.ordered == []

    # When it comes back at once as it was, then there was no edit
    world.save("X = 0\n", after=QUIET / 2, urgent=False)
    world.wait(QUIET + 0.01)
    world.wait(1.0)
    assert [g.state for g in world.ordered] in ([], ["starting", "starting"])


def test_code_that_is_put_back_as_it_was_is_live_already(world: World) -> None:
    # Given live code, and a broken save of it
    world.save("X = 1\n")
    world.boot()
    world.save("def broken(:\n", after=1.0)
    assert world.history.is_refused

    # When it is put back, then nothing is started, and the fault is gone
    world.save("X = 1\n", after=1.0)
    assert len(world.ordered) == 2
    assert world.outcomes == ["reloaded", "refused", "unchanged"]
    assert not world.history.is_refused


def test_what_was_broken_all_along_does_not_keep_other_code_out(world: World) -> None:
    world.code.broken = {"/tasks/broken.py"}
    world.save("X = 1\n")
    assert world.ordered[0].tolerated == ["/tasks/broken.py"]


def test_a_module_that_nobody_imports_is_looked_at_only_while_something_is_wrong(world: World) -> None:
    # Given a helper in a folder, imported by no one
    helper = world.paths.tasks / "lib" / "helper.py"
    helper.parent.mkdir()
    helper.write_text("X = 1\n")
    world.events.append((helper, True))
    world.reloader.tick()
    assert world.ordered == []

    # When the last save failed for want of it, then it matters
    world.save("import lib.helper2\n", after=1.0)
    world.ordered[0].failure = "no module"
    world.wait(0.1)
    assert world.outcomes == ["refused"]
    (helper.parent / "helper2.py").write_text("")
    world.events.append((helper.parent / "helper2.py", True))
    world.wait(1.0)
    assert len(world.ordered) == 4


def test_code_that_the_fork_server_has_needs_another_one(world: World) -> None:
    # Given a file of the user's, and one of the program's own
    world.save("X = 1\n")
    assert (world.renewed, len(world.ordered)) == (0, 2)
    world.boot()
    world.code.own = world.file.parent

    # When that is saved, then it is for the warmth to say whether the server has it
    world.save("X = 2\n", after=1.0)
    assert (world.renewed, len(world.ordered)) == (1, 4)


def test_new_code_waits_while_too_much_old_code_runs(world: World) -> None:
    # Given as many draining generations as there may be
    world.is_full = True
    world.save("X = 1\n")
    assert world.ordered == []
    assert world.history.state == "waiting"

    # When one of them ends, then the code goes live
    world.is_full = False
    world.wait(1.0)
    assert len(world.ordered) == 2


def test_with_reload_off_nothing_happens_until_it_is_asked_for(world: World) -> None:
    world.reloader.is_on = False
    world.save("X = 1\n")
    world.wait(1.0)
    assert world.ordered == []

    # When it is asked for, then what was saved meanwhile goes live, and is told
    world.reloader.reload_now()
    assert len(world.ordered) == 2
    world.boot()
    assert world.outcomes == ["reloaded"]
    assert world.history.reloads[-1]["files"] == [str(world.file)]

    # And a broken save is told, too
    world.save("def broken(:\n")
    world.reloader.reload_now()
    assert world.outcomes == ["reloaded", "refused"]
    assert len(world.ordered) == 2


def test_with_reload_off_what_was_saved_goes_live_when_it_is_asked_for(world: World) -> None:
    # Given a save that nobody acts on
    world.reloader.is_on = False
    world.save("X = 1\n")

    # When a person asks for it, then it is the code that goes live
    world.reloader.reload_now()
    world.boot()
    assert world.outcomes == ["reloaded"]
    assert world.history.reloads[-1]["files"] == [str(world.file)]


def test_a_save_that_does_not_matter_takes_nothing_from_one_that_boots(world: World) -> None:
    # Given new code that boots
    world.save("X = 1\n")
    other = world.paths.tasks / "data" / "unused.py"
    other.parent.mkdir()

    # When a file is saved that nobody imports
    other.write_text("Y = 1\n")
    world.events.append((other, True))
    world.wait(QUIET + 0.01)
    world.wait(QUIET + 0.01)

    # Then the code goes live all the same
    assert world.dismissed == []
    world.boot()
    assert world.outcomes == ["reloaded"]


def test_a_save_that_takes_the_place_of_another_names_both(world: World) -> None:
    world.save("X = 1\n")
    other = world.paths.tasks / "b.py"
    other.write_text("Y = 1\n")
    world.events.append((other, True))
    world.wait(0.001)
    world.wait(QUIET + 0.01)
    world.boot()
    assert world.history.reloads[-1]["files"] == [str(world.file), str(other)]


def test_good_code_whose_workers_were_killed_is_started_again(world: World) -> None:
    # Given new code whose workers end without a word: killed, or ended with their fork server
    world.save("X = 1\n")
    world.ordered[0].state = "gone"
    world.ordered[0].exit_code = -9
    world.wait(0.01)
    assert world.outcomes == []

    # Then they are started again, and go live
    world.wait(RETRY + 0.01)
    assert len(world.ordered) == 4
    world.boot()
    assert world.outcomes == ["reloaded"]


def test_code_whose_workers_always_end_is_refused_in_the_end(world: World) -> None:
    world.save("X = 1\n")
    for _ in range(MOST_TRIES):
        world.ordered[-1].state = "gone"
        world.wait(RETRY + 0.01)
        world.wait(RETRY + 0.01)
    assert len(world.ordered) == 2 * MOST_TRIES
    assert world.outcomes == ["refused"]


def test_code_that_ends_its_process_while_it_is_imported_is_refused_at_once(world: World) -> None:
    world.save("X = 1\n")
    for name, value in (("state", "gone"), ("exit_code", 3), ("importing", str(world.file))):
        setattr(world.ordered[0], name, value)
    world.wait(0.01)
    assert world.outcomes == ["refused"]
    assert "ended its process" in world.history.reloads[-1]["sentence"]


def test_an_import_that_hangs_is_refused_with_its_traceback(world: World) -> None:
    world.save("X = 1\n")
    for name, value in (("state", "gone"), ("exit_code", 1), ("importing", str(world.file)),
                        ("import_traceback", "Timeout (0:00:15)!")):  # fmt: skip
        setattr(world.ordered[0], name, value)
    world.wait(0.01)
    assert world.history.fault is not None
    assert "within the time" in world.history.fault.sentence
    assert world.history.fault.traceback == "Timeout (0:00:15)!"


def test_who_saves_what_was_broken_is_told_that_it_still_is(world: World) -> None:
    world.code.broken = {str(world.file), "/tasks/other.py"}
    world.save("X = 1\n")
    assert world.ordered[0].tolerated == ["/tasks/other.py"]


def test_waiting_for_room_is_over_when_the_save_is_taken_back(world: World) -> None:
    # Given code that waits for room
    world.save("X = 1\n")
    world.boot()
    world.is_full = True
    world.save("X = 2\n", after=1.0)
    assert world.history.state == "waiting"

    # When it is put back as it was, and there is room
    world.save("X = 1\n", after=1.0)
    world.is_full = False
    world.wait(1.0)
    assert world.history.state == "idle"


def test_going_back_is_told(world: World) -> None:
    world.gone_back.append("a41f")
    world.wait(0.1)
    assert world.outcomes == ["went back"]
    assert world.history.is_refused
