"""worker/source_import.py: what is imported is what is in the file."""

import os
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from ambuda_desktop.worker.source_import import FromSource

PROGRAM = """
import importlib, py_compile, sys
from pathlib import Path
from ambuda_desktop.worker.source_import import import_from_source, modules_below
folder, other = Path(sys.argv[1]), Path(sys.argv[2])
sys.path[:0] = [str(folder), str(other)]
for place in (folder, other):
    for name in ("one", "inner/two"):
        py_compile.compile(str(place / (name + ".py" if place == folder else name + "_other.py")), doraise=True)
if "with" in sys.argv:
    import_from_source([folder])
import os
for file in (folder / "one.py", folder / "inner" / "two.py"):
    before = file.stat()
    file.write_text("X = 2\\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
import one, inner.two, one_other
print(one.X, inner.two.X, one_other.__cached__ is not None)
if "twice" in sys.argv:
    one.__loader__.source_to_code = None
    print(one.__loader__.get_code("one").co_filename == str(folder / "one.py"))
print(sorted(Path(f).name for f in modules_below([folder], list(sys.modules))))
"""


def imported(tmp_path: Path, *arguments: str) -> list[str]:
    """What a process prints that imports files whose bytecode is older than they are, and looks as new."""
    folder, other = tmp_path / "tasks", tmp_path / "other"
    for place, end in ((folder, ""), (other, "_other")):
        (place / "inner").mkdir(parents=True)
        for name in ("one", "inner/two"):
            (place / f"{name}{end}.py").write_text("X = 1\n")
    (folder / "inner" / "__init__.py").touch()
    command = [sys.executable, "-c", PROGRAM, str(folder), str(other), *arguments]
    may_write = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60, env=may_write
    ).stdout.splitlines()


@pytest.fixture
def writes_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_bytecode_that_looks_as_new_is_not_used(tmp_path: Path) -> None:
    assert imported(tmp_path, "with") == ["2 2 True", "['__init__.py', 'one.py', 'two.py']"]


def test_without_it_the_old_code_would_run(tmp_path: Path) -> None:
    assert imported(tmp_path)[0].startswith("1 1")


def test_bytecode_of_the_same_source_is_used(tmp_path: Path) -> None:
    # Given a file that was imported once; when it is imported again; then it is not compiled again
    assert imported(tmp_path, "with", "twice")[1] == "True"


@pytest.mark.usefixtures("writes_bytecode")
def test_bytecode_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    # Given bytecode of the right source that ends too early
    file = tmp_path / "one.py"
    file.write_text("X = 1\n")
    loader = FromSource("one", str(file))
    loader.get_code("one")
    cache = Path(cache_from_source(str(file)))
    whole = cache.read_bytes()
    cache.write_bytes(whole[:20])
    # When the module is imported
    code = loader.get_code("one")
    # Then it is compiled from its source, and the bytecode is whole again
    assert code.co_filename == str(file)
    assert cache.read_bytes() == whole


@pytest.mark.usefixtures("writes_bytecode")
def test_a_moved_folder_has_tracebacks_with_the_new_place(tmp_path: Path) -> None:
    # Given a folder whose bytecode was made in another place
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "one.py").write_text("X = 1\n")
    FromSource("one", str(old / "one.py")).get_code("one")
    old.rename(new)
    # When it is imported; then its code names the new place
    assert FromSource("one", str(new / "one.py")).get_code("one").co_filename == str(new / "one.py")
