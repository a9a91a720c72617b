"""The window against a store written by hand: no daemon, no Redis, no display."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.connection import connect
from ambuda_desktop.ui import app, theme
from ambuda_desktop.ui.adding import Adding
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.daemon_watch import DaemonWatch
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.store_watch import StoreWatch

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The offscreen platform says this of each dialog.
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    app.make_application()
    theme.apply("light")


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return Paths(tmp_path / "data").make()


@pytest.fixture
def store(paths: Paths) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else: the daemon's, say."""
    with contextlib.closing(connect(paths.store)) as connection:
        yield connection


@pytest.fixture
def watch(paths: Paths, qapp: QApplication) -> Iterator[StoreWatch]:
    with contextlib.closing(StoreWatch(paths)) as watch:
        watch.start()
        yield watch


@pytest.fixture
def background(paths: Paths, qapp: QApplication) -> Iterator[Background]:
    background = Background(paths)
    yield background
    background.finish()


@pytest.fixture
def adding(paths: Paths, background: Background) -> Adding:
    return Adding(paths, background)


@pytest.fixture
def context(paths: Paths, background: Background, watch: StoreWatch, adding: Adding) -> Context:
    return Context(paths, background, watch, adding, Bars())


@pytest.fixture
def window(qtbot: QtBot, context: Context) -> Iterator[MainWindow]:
    """The window, with a daemon that always runs."""
    daemon = DaemonWatch(context.paths, context.background, runs=lambda _: True, start=lambda _: True)
    daemon.look(None)
    window = MainWindow(context, daemon, Settings())
    window.closed.connect(context.background.finish)
    window.resize(1120, 720)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.leave()
    window.deleteLater()  # with its timers, before the store is closed
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
