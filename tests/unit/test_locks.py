"""locks.py: a lock is held as long as somebody lives who holds it."""

import os
from pathlib import Path

from ambuda_desktop.locks import FileLock, holding, is_held, sweep


def test_an_exclusive_lock_excludes(tmp_path: Path) -> None:
    # Given a held lock
    lock = FileLock.take(tmp_path / "l")
    assert lock is not None

    # Then nobody else gets it, shared or not, until it is released
    assert is_held(tmp_path / "l")
    assert FileLock.take(tmp_path / "l") is None
    assert FileLock.take(tmp_path / "l", shared=True) is None
    lock.release()
    assert not is_held(tmp_path / "l")


def test_a_shared_lock_is_held_until_the_last_one_goes(tmp_path: Path) -> None:
    first = FileLock.take(tmp_path / "l", shared=True)
    second = FileLock.take(tmp_path / "l", shared=True)
    assert first is not None
    assert second is not None
    first.release()
    assert is_held(tmp_path / "l", shared=True)
    second.release()
    assert not is_held(tmp_path / "l", shared=True)


def test_a_lock_on_an_unlinked_file_is_no_lock(tmp_path: Path) -> None:
    # Given a lock whose file somebody else removed and made anew
    stale = FileLock.take(tmp_path / "l")
    assert stale is not None
    (tmp_path / "l").unlink()

    # When the lock is taken, then it is that of the new file
    fresh = FileLock.take(tmp_path / "l")
    assert fresh is not None
    assert os.fstat(fresh.descriptor).st_ino == (tmp_path / "l").stat().st_ino
    stale.release()
    fresh.release()


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    # Given a process that takes the lock and is killed
    child = os.fork()
    if child == 0:
        FileLock.take(tmp_path / "l")
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)

    # Then the lock is free
    assert not is_held(tmp_path / "l")


def test_holding_says_whether_it_could_be_had_and_tidies_up(tmp_path: Path) -> None:
    with holding(tmp_path / "l") as outer:
        with holding(tmp_path / "l") as inner:
            assert (outer, inner) == (True, False)
        assert is_held(tmp_path / "l")
    assert not (tmp_path / "l").exists()


def test_those_who_only_ask_do_not_take_one_another_for_the_holder(tmp_path: Path) -> None:
    # Given a free lock that somebody is just asking for
    (tmp_path / "l").touch()
    asking = FileLock.take(tmp_path / "l", shared=True)
    assert asking is not None

    # When another asks, then it is free
    assert not is_held(tmp_path / "l")
    asking.release()


def test_lock_files_of_the_dead_are_swept(tmp_path: Path) -> None:
    (tmp_path / "dead").touch()
    living = FileLock.take(tmp_path / "living")
    assert living is not None
    sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["living"]
    living.release()
