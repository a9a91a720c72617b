"""files.py: whole files or none, and copies that are proved."""

import errno
import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop import files
from ambuda_desktop.errors import BadInput


def test_a_copy_is_proved_and_its_progress_told(tmp_path: Path) -> None:
    # Given a file
    source = tmp_path / "a.pdf"
    source.write_bytes(bytes(range(256)) * 1000)

    # When it is copied
    told: list[tuple[int, int]] = []
    digest = files.copy_verified(source, tmp_path / "b.pdf", lambda done, total: told.append((done, total)))

    # Then the hash is that of the copy, and the progress ended at the whole
    assert digest == hashlib.sha256((tmp_path / "b.pdf").read_bytes()).hexdigest()
    assert (tmp_path / "b.pdf").read_bytes() == source.read_bytes()
    assert told[-1] == (512_000, 512_000)


def test_a_source_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    # Given a file that grows while it is copied
    source = tmp_path / "a.pdf"
    source.write_bytes(b"x" * 1000)

    def grow(_done: int, _total: int) -> None:
        source.write_bytes(source.read_bytes() + b"y")

    with pytest.raises(BadInput, match="changed while it was copied"):
        files.copy_verified(source, tmp_path / "b.pdf", grow)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.ENOENT, "no longer there"), (errno.EIO, "cannot be")],
)
def test_each_failure_has_a_sentence(tmp_path: Path, number: int, words: str) -> None:
    sentence = files.copy_failure(tmp_path / "a.pdf", tmp_path / "b" / "c.pdf", OSError(number, "reason"))
    assert words in sentence
    assert "a.pdf" in sentence


def test_an_atomic_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file
    path = tmp_path / "settings.json"
    files.write_atomic(path, b"old")

    # When the disk fails under a new one
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="input/output"):
        files.write_atomic(path, b"new")

    # Then the old one stands
    assert path.read_bytes() == b"old"


def test_a_disk_that_takes_only_a_part_is_full_and_the_source_did_not_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a disk with room for 100 bytes: the kernel writes those, and says that it is full when asked again
    class Nearly(io.FileIO):
        def write(self, data: Any) -> int:
            room = 100 - self.tell()
            if room <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(memoryview(data)[:room])

    source = tmp_path / "a.pdf"
    source.write_bytes(b"x" * 1000)
    with Nearly(str(tmp_path / "full"), "wb") as full:
        monkeypatch.setattr(files, "_reflink", lambda *_: False)
        opening = Path.open
        monkeypatch.setattr(
            Path,
            "open",
            lambda self, mode="r", *a, **k: full if "w" in mode else opening(self, mode, *a, **k),
        )

        # When a file is copied there, then the sentence is about the disk
        with pytest.raises(BadInput, match=r"The disk is full: a\.pdf was not added"):
            files.copy_verified(source, tmp_path / "b.pdf", lambda _done, _total: None)


def test_an_atomic_write_that_fails_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomic(tmp_path / "manifest.json", b"new")
    assert not list(tmp_path.iterdir())


def test_names_stand_in_one_line_and_can_be_printed() -> None:
    assert files.printable("two\nlines\t\x1b[31m") == "two lines  [31m"
    assert files.printable("Megha\udcff.pdf") == "Megha?.pdf"
    assert files.printable("क्\u200dष") == "क्\u200dष"  # the joiner is a letter's part
