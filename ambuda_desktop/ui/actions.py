"""The actions of the window: each has words, a shortcut, and one place that says what it does."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ambuda_desktop.ui.book_commands import BY_NAME


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)


class Commands(Protocol):
    """What the window can be told."""

    def choose_files(self) -> None: ...
    def choose_folder(self) -> None: ...
    def choose_with_options(self) -> None: ...
    def do_with_books(self, command: str) -> None: ...
    def focus_search(self) -> None: ...
    def go_back(self) -> None: ...
    def go_to(self, page: str) -> None: ...
    def run_task(self, name: str = "") -> None: ...
    def reload_code(self) -> None: ...
    def restart_workers(self) -> None: ...
    def cancel_selected(self) -> None: ...
    def retry_selected(self) -> None: ...
    def open_folder(self) -> None: ...
    def turn_detail(self) -> None: ...
    def open_palette(self) -> None: ...
    def open_new_window(self) -> None: ...
    def retry_failed(self) -> None: ...
    def copy_ids(self) -> None: ...
    def turn_pause(self) -> None: ...
    def turn_daemon(self) -> None: ...
    def close(self) -> bool: ...


def make_actions(window: QWidget, commands: Commands) -> dict[str, QAction]:
    """Make the actions and add them to the window."""
    made: dict[str, QAction] = {}

    def add(name: str, words: str, keys: Sequence[str], does: Callable[[], object]) -> None:
        action = QAction(words, window)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda: does())
        window.addAction(action)
        made[name] = action

    add("add", _tr("Add books…"), ["Ctrl+O"], commands.choose_files)
    add("add_folder", _tr("Add a folder…"), ["Ctrl+Shift+F"], commands.choose_folder)
    add("add_options", _tr("Add with options…"), ["Ctrl+Shift+O"], commands.choose_with_options)
    for name in ("pause", "resume", "recognise", "offline", "split", "pages", "remove"):
        does = partial(commands.do_with_books, name)
        words = _tr("Selected books: {}").format(BY_NAME[name].words())
        add(f"{name} books", words, [BY_NAME[name].keys], does)
    add("search", _tr("Search"), ["Ctrl+F"], commands.focus_search)
    add("clear", _tr("Show all"), ["Esc"], commands.go_back)
    add("books", _tr("Books"), ["Ctrl+1"], lambda: commands.go_to("books"))
    add("tasks", _tr("Tasks"), ["Ctrl+2"], lambda: commands.go_to("tasks"))
    add("workers", _tr("Workers"), ["Ctrl+3"], lambda: commands.go_to("workers"))
    add("settings", _tr("Settings"), ["Ctrl+4", "Ctrl+,"], lambda: commands.go_to("settings"))
    add("run", _tr("Run a task"), ["Ctrl+T"], commands.run_task)
    add("reload", _tr("Reload the task code now"), ["F5"], commands.reload_code)
    add("restart", _tr("Restart the workers"), ["Ctrl+F5"], commands.restart_workers)
    add("cancel", _tr("Cancel"), ["Del", "Ctrl+."], commands.cancel_selected)
    add("retry", _tr("Retry"), ["Ctrl+R"], commands.retry_selected)
    add("retry_failed", _tr("Retry all that failed"), ["Ctrl+Shift+R"], commands.retry_failed)
    add("copy_ids", _tr("Copy id"), ["Ctrl+Shift+C"], commands.copy_ids)
    add("folder", _tr("Open folder"), ["Ctrl+Return", "Ctrl+Enter"], commands.open_folder)
    add("turn", _tr("Put details below or beside"), ["Ctrl+D"], commands.turn_detail)
    add("pause", _tr("Pause or resume all work"), ["Ctrl+Shift+P"], commands.turn_pause)
    add("daemon", _tr("Start or stop the daemon"), ["Ctrl+Shift+D"], commands.turn_daemon)
    add("palette", _tr("Commands…"), ["Ctrl+K"], commands.open_palette)
    add("new_window", _tr("New window"), ["Ctrl+N"], commands.open_new_window)
    add("close", _tr("Close"), ["Ctrl+Q", "Ctrl+W"], commands.close)
    return made
