"""files.py: whole files or none, and copies that are proved."""

import errno
import hashlib
import os
from pathlib import Path

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
