"""worker/loading.py: a file of the user's that cannot be used costs that file only."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from ambuda_desktop.celery_app import app
from ambuda_desktop.worker.loading import load_tasks
print(*(p.sentence for p in load_tasks([Path(sys.argv[1])])), sep="\\n")
print(sorted(name for name in app.tasks if name.startswith("good")))
import email
print("email" in email.__file__ and sys.argv[1] not in email.__file__)
"""


def test_bad_files_are_named_and_the_others_loaded(tmp_path: Path) -> None:
    # Given a good file among bad ones
    good = "from ambuda_desktop.celery_app import app\n@app.task\ndef one(): pass\n"
    (tmp_path / "good.py").write_text(good)
    (tmp_path / "broken.py").write_text("x = 1\ndef broken(:\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(3)")
    (tmp_path / "email.py").write_text(good)
    (tmp_path / "click.py").write_text(good)

    # When they are loaded, in a process of their own
    command = [sys.executable, "-c", PROGRAM.replace("\\\\n", "\\n"), str(tmp_path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    # Then each bad one has its sentence, and the good one its task
    assert "broken.py cannot be used (SyntaxError, line 2" in out
    assert "leaves.py cannot be used (SystemExit: 3)" in out
    assert "email.py has the name of a module" in out
    assert "click.py has the name of an installed module" in out
    assert "['good.one']" in out
    assert out.endswith("True\n")
