"""ui/crash.py and ui/crash_report.py: what is said of an unexpected error, and what never is."""

import logging
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.crash import CrashWatch
from ambuda_desktop.ui.crash_report import harmless, report

REDIS, PDF, TYPED, QUOTED = "Zr4-redis-secret", "क-pdf-secret", "typed-secret", 'a"quoted\\one'


@pytest.fixture
def crashes(qtbot: QtBot, paths: Paths, caplog: pytest.LogCaptureFixture) -> Iterator[CrashWatch]:
    window = QWidget()
    qtbot.addWidget(window)
    watch = CrashWatch(paths)
    watch.start(window)
    with caplog.at_level(logging.ERROR):
        yield watch
    watch.stop()
    if watch.dialog is not None:
        watch.dialog.accept()


def fail(watch: CrashWatch, message: str = "on purpose") -> None:
    """An exception in a slot ends in Python's hook."""
    try:
        raise RuntimeError(message)
    except RuntimeError as error:
        watch.caught(type(error), error, error.__traceback__)


def fail_elsewhere(watch: CrashWatch) -> None:
    try:
        {}["missing"]  # type: ignore[index]
    except KeyError as error:
        watch.caught(type(error), error, error.__traceback__)


def test_no_secret_reaches_report_or_log(
    qtbot: QtBot, paths: Paths, crashes: CrashWatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given secrets everywhere they can be: Redis's, a PDF's on its way, one being typed, one in an address
    paths.redis_password.write_text(REDIS)
    folder = paths.library / "gita"
    folder.mkdir()
    (folder / "password").write_text(PDF)
    (paths.library / "megha").mkdir()
    (paths.library / "megha" / "password").write_text(QUOTED)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setText(TYPED)
    home = Path.home()

    # When an exception tells all of them
    fail(
        crashes,
        f"redis+socket://ambuda:{REDIS}@/x {PDF} {TYPED} {QUOTED!r} https://me:hunter2@example.org/a {home}/book "
        "{'password': 'swordfish', 'api_key': 'AIza-0'} token=abc.def",
    )

    # Then report and log tell none, nor the user's home, but say what happened
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    said = crashes.dialog.report.toPlainText()
    for text in (said, caplog.text):
        for secret in (REDIS, PDF, TYPED, QUOTED, "hunter2", "swordfish", "AIza-0", "abc.def", 'a"quoted'):
            assert secret not in text
    assert f"{home}/" not in said or home == Path("/")
    assert "RuntimeError" in said
    assert "@example.org/a" in said


def test_a_secret_that_python_writes_with_escapes_is_hidden_too() -> None:
    assert (
        harmless("ValueError('it\\'s \\\\ me')", ["it\\'s \\\\ me"], Path("/home/x")) == "ValueError('•••')"
    )
    assert harmless("/home/x/data", [], Path("/home/x")) == "~/data"


def test_the_report_names_the_versions_and_survives_damaged_settings(paths: Paths) -> None:
    paths.settings.write_text("{")
    error = ValueError("no")
    said = report(paths, ValueError, error, None)
    assert "Ambuda Desktop" in said
    assert "Qt 6" in said
    assert said.endswith("ValueError: no")


def test_one_dialog_whatever_happens(
    qtbot: QtBot, crashes: CrashWatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given the dialog of a first error
    fail(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    first = crashes.dialog
    assert first is not None

    # When the same one is repeated, and another comes
    for _ in range(40):
        fail(crashes)
    fail_elsewhere(crashes)

    # Then the dialog is the same one, and has both; the log has not forty-one
    qtbot.waitUntil(lambda: "KeyError" in first.report.toPlainText())
    assert crashes.dialog is first
    assert first.report.toPlainText().count("RuntimeError: on purpose") == 1
    assert sum("times now" in record.message for record in caplog.records) == 5

    # And after "Go on" the same error is silent, and a new one may speak
    first.copy.click()
    assert QGuiApplication.clipboard().text() == first.report.toPlainText()
    first.go_on.click()
    assert crashes.dialog is None


def test_close_closes_the_window(qtbot: QtBot, crashes: CrashWatch) -> None:
    window = crashes._window
    assert window is not None
    window.show()
    fail(crashes)
    qtbot.waitUntil(lambda: crashes.dialog is not None)
    assert crashes.dialog is not None
    crashes.dialog.leave.click()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_errors_of_threads_and_slots_are_caught_until_it_stops(qtbot: QtBot, paths: Paths) -> None:
    # Given hooks that are somebody's
    before = (sys.excepthook, threading.excepthook)
    watch = CrashWatch(paths)
    window = QWidget()
    qtbot.addWidget(window)

    # When a thread fails while we watch
    watch.start(window)
    assert sys.excepthook == watch.caught
    thread = threading.Thread(target=lambda: fail_now())
    thread.start()
    thread.join()

    # Then the dialog comes in the thread of the window, and the hooks are given back
    qtbot.waitUntil(lambda: watch.dialog is not None)
    watch.stop()
    assert (sys.excepthook, threading.excepthook) == before
    assert watch.dialog is not None
    assert "fail_now" in watch.dialog.report.toPlainText()
    watch.dialog.accept()


def fail_now() -> None:
    raise OSError("in a thread")


def test_a_damaged_store_is_no_crash_and_the_daemon_is_told(
    paths: Paths, crashes: CrashWatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a slot that reads from a store which is damaged
    paths.store.write_bytes(b"no database" * 500)
    try:
        sqlite3.connect(paths.store).execute("SELECT * FROM tasks")
    except sqlite3.DatabaseError as error:
        crashes.caught(type(error), error, error.__traceback__)

    # Then it is logged, no dialog comes, and the daemon finds the doubt
    assert "The store is damaged: file is not a database" in caplog.text
    assert crashes.dialog is None
    assert paths.store_doubt.exists()
