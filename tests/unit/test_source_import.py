"""worker/source_import.py: what is imported is what is in the file."""

import subprocess
import sys
from pathlib import Path

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
print(sorted(Path(f).name for f in modules_below([folder])))
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
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_bytecode_that_looks_as_new_is_not_used(tmp_path: Path) -> None:
    assert imported(tmp_path, "with") == ["2 2 True", "['__init__.py', 'one.py', 'two.py']"]


def test_without_it_the_old_code_would_run(tmp_path: Path) -> None:
    assert imported(tmp_path)[0].startswith("1 1")
