"""The main window: sidebar, pages, bars and the line of facts."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from ambuda_desktop.settings import Settings
from ambuda_desktop.store import query
from ambuda_desktop.store.facts import wish
from ambuda_desktop.ui import icons, status, theme
from ambuda_desktop.ui.actions import make_actions
from ambuda_desktop.ui.choices import book_choices, command_choices
from ambuda_desktop.ui.code_bars import CodeBars
from ambuda_desktop.ui.code_wishes import reload_now, restart_workers
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.daemon_watch import DaemonWatch
from ambuda_desktop.ui.dialogs.choosing import choose_files, choose_folder
from ambuda_desktop.ui.dialogs.closing import ask_before_closing
from ambuda_desktop.ui.drops import local_files
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.pages.books_page import BooksPage
from ambuda_desktop.ui.pages.run_page import RunPage
from ambuda_desktop.ui.pages.settings_page import SettingsPage
from ambuda_desktop.ui.pages.tasks_page import TasksPage
from ambuda_desktop.ui.pages.workers_page import WorkersPage
from ambuda_desktop.ui.palette import Palette
from ambuda_desktop.ui.refused_bars import RefusedBars
from ambuda_desktop.ui.searching import Searching
from ambuda_desktop.ui.sidebar import Sidebar
from ambuda_desktop.ui.single_instance import open_new_window
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.status_bar import StatusBar
from ambuda_desktop.ui.top_bar import TopBar
from ambuda_desktop.ui.trouble_bars import TroubleBars
from ambuda_desktop.ui.widgets import tint_buttons
from ambuda_desktop.ui.window_layout import lay_out
from ambuda_desktop.ui.window_state import WindowState


class MainWindow(QWidget):
    """The control room."""

    closed = Signal()

    def __init__(self, context: Context, daemon: DaemonWatch, settings: Settings) -> None:
        super().__init__()
        self.setWindowTitle("Ambuda Desktop")
        self.setWindowIcon(icons.window_icon())
        self.setAcceptDrops(True)
        self.context, self.daemon = context, daemon
        self.status = Status()
        self._leaving = False
        self.top, self.sidebar, self.foot = TopBar(self), Sidebar(self), StatusBar(self)
        self.books, self.tasks = BooksPage(context, self), TasksPage(context, self)
        self.run, self.workers = RunPage(context, self), WorkersPage(context, self)
        self.settings = SettingsPage(context, settings, self)
        self.pages: dict[str, QWidget] = {
            "books": self.books, "tasks": self.tasks, "run": self.run, "workers": self.workers,
            "settings": self.settings,
        }  # fmt: skip
        self._searching = Searching(self.top, self.books, self.tasks)
        self._stack = QStackedWidget(self)
        self._refused = RefusedBars(context.bars, self)
        self._troubles = TroubleBars(context.bars, daemon.start)
        self.code_bars = CodeBars(context)
        self._splitters = {"books": self.books.splitter, "tasks": self.tasks.splitter}
        self._state = WindowState(context.paths)
        self.actions_by_name = make_actions(self, self)
        for page in self.pages.values():
            self._stack.addWidget(page)
        lay_out(self, self.top, self.sidebar, (self.code_bars, context.bars), self._stack, self.foot)
        self._connect()
        self.refresh()
        place = self._state.restore(self, self._splitters)
        self.sidebar.go(Place(place if place in self.pages else "books"))
        self.books.list.setFocus()

    def refresh(self) -> None:
        """The store changed."""
        self.status = status.read(self.context.watch.connection, self.daemon)
        self.foot.show_status(self.status)
        self.sidebar.show_status(self.status)
        self._troubles.show(self.status)
        self.code_bars.show_status(self.status)
        page = self._stack.currentWidget()
        if page in (self.workers, self.settings):
            page.show_status(self.status, wish(self.context.watch.connection, "pools") or {})
        elif page is self.run:
            self.run.show_status(self.status)
        elif page in (self.books, self.tasks):
            page.refresh()

    # What can be done: the Commands of actions.py.

    def choose_files(self) -> None:
        self.add_files(choose_files(self))

    def choose_folder(self) -> None:
        self.add_files(choose_folder(self))

    def choose_with_options(self) -> None:
        self.add_files(choose_files(self), with_options=True)

    def add_files(self, files: list[Path], *, with_options: bool = False) -> None:
        """Add PDFs, pictures and folders of them, as the settings say or as a form says, and show them."""
        if files:
            self.sidebar.go(Place("books"))
            (self.books.forms.add if with_options else self.context.adding.add)(files)

    def do_with_books(self, command: str) -> None:
        if self._stack.currentWidget() is self.books:
            self.books.do(command)

    def focus_search(self) -> None:
        if self.top.search.isEnabled():
            self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.top.search.selectAll()

    def go_back(self) -> None:
        """From a page of a book to the list, from what was searched for to all."""
        if self._stack.currentWidget() is not self.books or not self.books.pages.close():
            self.clear_search()

    def clear_search(self) -> None:
        """Show all of the page that is open."""
        self._searching.clear(self.sidebar.place)

    def go_to(self, page: str) -> None:
        self.sidebar.go(Place(page))
        self.sidebar.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def run_task(self, name: str = "") -> None:
        """Go where a task is run by hand; to the form of the task `name`."""
        self.sidebar.go(Place("run"))
        self.run.choose(name)
        self.run.choice.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def reload_code(self) -> None:
        reload_now(self.context)

    def restart_workers(self) -> None:
        restart_workers(self.context)

    def cancel_selected(self) -> None:
        page = self._stack.currentWidget()
        if page in (self.books, self.tasks):
            page.cancel()

    def retry_selected(self) -> None:
        page = self._stack.currentWidget()
        if page in (self.books, self.tasks):
            page.retry()

    def retry_failed(self) -> None:
        self.tasks.retry_failed()

    def copy_ids(self) -> None:
        if self._stack.currentWidget() is self.tasks:
            self.tasks.copy_ids()

    def turn_pause(self) -> None:
        self.workers.pause_all.click()

    def turn_daemon(self) -> None:
        self.workers.turn_daemon()

    def open_palette(self) -> None:
        Palette(self, command_choices(self), partial(book_choices, self)).open()

    def open_new_window(self) -> None:
        open_new_window(self.context.paths)

    def open_folder(self) -> None:
        if self._stack.currentWidget() is self.books:
            self.books.open_folder()

    def turn_detail(self) -> None:
        page = self._stack.currentWidget()
        if page in (self.books, self.tasks):
            page.turn()

    def show_tasks_of(self, book: str) -> None:
        """Go to the tasks of one book."""
        self._searching.forget_tasks()
        self.sidebar.mark(Place("tasks"))
        self._went(Place("tasks"), book)

    def show_task(self, task_id: str) -> None:
        """Go to one task, whatever the filter."""
        found = query.task(self.context.watch.connection, task_id)
        if found is None:
            self.context.bars.say("task", self.tr("The task {} is no longer in the history.").format(task_id))
            return
        if self._page_name() != "tasks" or self.tasks.model.row_of(found.seq) < 0:
            self._searching.forget_tasks()
            self.sidebar.go(Place("tasks"))
            self._went(Place("tasks"))
        self.tasks.open(found.seq)

    def show_book(self, book: str) -> None:
        """Go to one book, whatever the search."""
        self.sidebar.go(Place("books"))
        self.clear_search()
        self.books.select(book)

    def leave(self) -> None:
        """Close without asking: the session ends, or the question was answered."""
        self._leaving = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        copies = len(self.context.adding.incoming)
        if not self._leaving and (copies or self.status.in_progress):
            event.ignore()
            ask_before_closing(self, self.context, self.status.in_progress, copies)
            return
        self._state.save(self, self._splitters, self._page_name())
        event.accept()
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        # Never a move: whoever offers it would remove the files that we only read.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        asks = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.add_files(local_files(event.mimeData()), with_options=asks)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_stack"):
            self.top.tint()
            self.context.bars.tint()
            self.code_bars.tint()
            tint_buttons(self)

    def _page_name(self) -> str:
        return self.sidebar.place.page

    def _went(self, place: Place, book: str | None = None) -> None:
        self._stack.setCurrentWidget(self.pages[place.page])
        self._searching.open(place, book)
        self.refresh()

    def _narrow(self, group: str | None) -> None:
        """A chip was chosen."""
        self.sidebar.mark(Place("tasks", group))
        self._searching.narrow(group)

    def _second(self) -> None:
        self.daemon.look((self.status.facts.get("daemon") or {}).get("state"))
        self.refresh()

    def _store_unreadable(self, sentence: str) -> None:
        if sentence:
            self.context.bars.say("store", sentence, "error")
        else:
            self.context.bars.hush("store")

    def _connect(self) -> None:
        watch, adding = self.context.watch, self.context.adding
        watch.changed.connect(self.refresh)
        watch.second.connect(self._second)
        watch.unreadable.connect(self._store_unreadable)
        adding.refused.connect(self._refused.say)
        self.daemon.changed.connect(self.refresh)
        self.top.add_wanted.connect(self.choose_files)
        self.top.add_menu.addActions([self.actions_by_name[n] for n in ("add", "add_folder", "add_options")])
        self.top.searched.connect(lambda text: self._searching.search(self._page_name(), text))
        self.sidebar.went.connect(self._went)
        self.books.add_wanted.connect(self.choose_files)
        self.books.folder_wanted.connect(self.choose_folder)
        self.books.tasks_wanted.connect(self.show_tasks_of)
        self.books.settings_wanted.connect(lambda: self.go_to("settings"))
        for page in (self.books, self.tasks):
            page.clear_wanted.connect(self.clear_search)
        for asking in (self.tasks, self.workers):
            asking.task_wanted.connect(self.show_task)
        self.tasks.book_wanted.connect(self.show_tasks_of)
        self.tasks.chips.chosen.connect(self._narrow)
        self.run.started.connect(self.show_task)
        self.workers.start_wanted.connect(self.daemon.start)
        self.settings.theme_chosen.connect(theme.apply)
        self.tasks.table.addActions(
            [self.actions_by_name[name] for name in ("retry", "cancel", "copy_ids", "turn")]
        )
