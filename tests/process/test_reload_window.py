"""A window beside the real daemon while task code is saved: what was typed stays, what is broken is on screen."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from PySide6.QtTest import QTest

from tests.support.program import Program
from tests.support.window import open_real_window, spin

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

GREET = '''
from ambuda_desktop.celery_app import app

@app.task
def greet(name: str{more}):
    """Greet somebody."""
    return f"namaste, {{name}}{said}"
'''


def save(program: Program, source: str) -> None:
    """As an editor does: a new file takes the place of the old one."""
    program.paths.tasks.mkdir(exist_ok=True)
    part = program.paths.tasks / ".greetings.py.swp"
    part.write_text(source)
    part.replace(program.paths.tasks / "greetings.py")


def test_a_task_that_is_dropped_there_has_a_form_and_a_save_changes_it(program: Program) -> None:
    # Given a window on the page that teaches how to write a task
    program.start_daemon()
    with open_real_window(program.paths) as window:
        window.run_task()
        spin(window.run.empty.isVisible)

        # When a file with a task is saved, then its form is there, and something is typed
        save(program, GREET.format(more="", said=""))
        spin(lambda: "name" in window.run.form.rows)
        QTest.keyClicks(window.run.form.rows["name"].input.part, "Kalidasa")

        # When it gets another parameter, then so does the form, and what was typed stays
        save(program, GREET.format(more=', title: str = "kavi"', said=" {title}"))
        spin(lambda: "title" in window.run.form.rows)
        assert window.run.form.touched == {"name": "Kalidasa"}
        assert window.run.form.rows["title"].given == "kavi"

        # And it runs in the new code
        started: list[str] = []
        window.run.started.connect(started.append)
        window.run.run.click()
        spin(lambda: started and program.task(started[0]).ended)
        assert program.task(started[0]).value == "namaste, Kalidasa kavi"


def test_an_error_of_syntax_is_on_screen_and_goes_when_it_is_mended(program: Program) -> None:
    # Given a task that is live
    save(program, GREET.format(more="", said=""))
    program.start_daemon()
    with open_real_window(program.paths) as window:
        spin(lambda: window.status.facts.get("catalogue"))
        pane = window.code_bars.fault

        # When a broken edit is saved, then it is said with file, line and caret, and the task is still known
        save(program, GREET.format(more=", (", said=""))
        spin(pane.isVisible)
        assert pane.place.text() == f"{program.paths.tasks / 'greetings.py'}:5"
        line, caret = pane.code.toPlainText().splitlines()
        assert line == "def greet(name: str, ():"
        assert caret.strip() == "^"
        assert any(entry["name"] == "greetings.greet" for entry in window.status.facts["catalogue"])

        # And an import that fails shows its traceback; mended, all of it goes
        save(program, "import not_there\n" + GREET.format(more="", said=""))
        spin(lambda: "not_there" in pane.traceback.toPlainText())
        assert "ModuleNotFoundError" in pane.code.toPlainText()
        save(program, GREET.format(more=', title: str = "kavi"', said=""))
        spin(lambda: not pane.isVisible())
        assert "reloaded" in window.foot.accessibleName()


def test_what_was_saved_while_reload_was_off_is_reloaded_by_hand(program: Program) -> None:
    # Given a window that has switched reload off
    save(program, GREET.format(more="", said=""))
    program.start_daemon()
    with open_real_window(program.paths) as window:
        window.go_to("workers")
        spin(lambda: (window.status.facts.get("code") or {}).get("on"))
        window.workers.code.switch.click()
        spin(lambda: window.status.facts["code"]["on"] is False)
        before = len(window.status.facts["reloads"])

        # When a file is saved and "Reload now" pressed, then it is live
        save(program, GREET.format(more=', title: str = "kavi"', said=""))
        window.workers.code.reload.click()
        spin(lambda: len(window.status.facts["reloads"]) > before)
        assert window.status.facts["reloads"][-1]["outcome"] == "reloaded"
        [entry] = [e for e in window.status.facts["catalogue"] if e["name"] == "greetings.greet"]
        assert "title" in entry["schema"]["properties"]
