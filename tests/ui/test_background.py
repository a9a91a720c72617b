import sqlite3
import threading

import pytest
from PySide6.QtCore import QObject, QThread, Signal
from pytestqt.qtbot import QtBot

from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.facts import put_wish, wish
from ambuda_desktop.ui.background import Background, Errand


def test_result_arrives_on_the_gui_thread(qtbot: QtBot, background: Background) -> None:
    # Given a piece of work that notes its thread
    seen: list[int] = []
    here: list[QThread] = []

    def work(_store: sqlite3.Connection, _errand: Errand) -> str:
        seen.append(threading.get_ident())
        return "done"

    # When it runs
    errand = background.start(work)
    errand.done.connect(lambda _: here.append(QThread.currentThread()))
    with qtbot.waitSignal(errand.done) as done:
        pass

    # Then it ran elsewhere, and its result came here
    assert done.args == ["done"]
    assert seen[0] != threading.get_ident()
    assert here[0] is background.thread()


def test_an_error_is_a_sentence(qtbot: QtBot, background: Background) -> None:
    def work(_store: sqlite3.Connection, _errand: Errand) -> None:
        raise BadInput("notes.txt is not a PDF.")

    # When work fails in a way the user can meet
    errand = background.start(work)
    with qtbot.waitSignal(errand.failed) as failed:
        pass

    # Then the sentence arrives as it is
    assert failed.args == ["notes.txt is not a PDF."]


def test_an_unforeseen_error_names_the_log(qtbot: QtBot, background: Background) -> None:
    errand = background.start(lambda _store, _errand: 1 / 0)
    with qtbot.waitSignal(errand.failed) as failed:
        pass
    assert failed.args is not None
    assert "division by zero" in failed.args[0]
    assert "window.log" in failed.args[0]


def test_progress_and_stop(qtbot: QtBot, background: Background) -> None:
    # Given work that goes on until it is stopped
    def work(_store: sqlite3.Connection, errand: Errand) -> None:
        number = 0
        while True:
            number += 1
            errand.report(number, 5_000_000_000)  # more than a Qt int holds

    errand = background.start(work)
    with qtbot.waitSignal(errand.progress) as progress:
        pass
    assert progress.args is not None
    assert progress.args[1] == 5_000_000_000

    # When it is asked to stop
    with qtbot.waitSignal(errand.stopped):
        errand.stop()


def test_writes_through_a_connection_of_its_own(
    qtbot: QtBot, background: Background, store: sqlite3.Connection
) -> None:
    errand = background.start(lambda own, _errand: put_wish(own, "pools", {"cpu": 3}))
    with qtbot.waitSignal(errand.done):
        pass
    assert wish(store, "pools") == {"cpu": 3}


def test_an_error_that_nobody_foresaw_is_told_without_secrets(
    qtbot: QtBot, background: Background, paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    # Given an error with the password of Redis in its words
    paths.redis_password.write_text("hush-hush-hush")

    def work(_store: sqlite3.Connection, _errand: Errand) -> None:
        raise RuntimeError("no answer from redis://ambuda:hush-hush-hush@there, AUTH hush-hush-hush")

    # When it is met
    errand = background.start(work)
    with qtbot.waitSignal(errand.failed) as failed:
        pass

    # Then the window says it and the log has its traceback, and neither has the password
    assert failed.args is not None
    assert "no answer from" in failed.args[0]
    assert "Traceback" in caplog.text
    assert "hush" not in failed.args[0] + caplog.text


class _Emitter(QObject):
    fired = Signal(object)


def test_a_signal_survives_two_hundred_thousand_emits(qtbot: QtBot) -> None:
    # Given what PySide6 6.12.0 lost a reference to at each emit, until Python aborted
    emitter, count, payload = _Emitter(), [0], {"a": 1}

    def slot(_: object) -> None:
        count[0] += 1

    emitter.fired.connect(slot)

    # When a busy day's worth is emitted
    for _ in range(200_000):
        emitter.fired.emit(payload)

    # Then all arrived and we are alive
    assert count[0] == 200_000
    assert payload == {"a": 1}
