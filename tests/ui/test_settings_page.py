"""ui/pages/settings_page.py: checked as it is typed, saved as it is changed."""

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ambuda_desktop import relocation
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.sources import Progress
from ambuda_desktop.store.facts import wish
from ambuda_desktop.ui.dialogs.recognise import RecogniseDialog
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.pages.library_field import LibraryField
from ambuda_desktop.ui.pages.settings_page import SettingsPage
from tests.ui.rows import put_code, put_facts
from tests.ui.text_rows import add_split_book


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    window.go_to("settings")
    return window.settings


def type_place(qtbot: QtBot, library: LibraryField, place: Path | str) -> None:
    library.field.clear()
    QTest.keyClicks(library.field, str(place))
    qtbot.waitUntil(lambda: library.move_button.isVisible() and not library._check_soon.isActive())


def test_what_is_changed_is_saved_beside_what_others_saved(
    qtbot: QtBot, page: SettingsPage, paths: Paths
) -> None:
    # Given that the command line saved something while the window was open
    Settings(stop_timeout=77).save(paths.settings)

    # When notifications are switched off
    page.notify.setChecked(False)

    # Then both are there, in the file and in the window
    qtbot.waitUntil(lambda: page._saved.text() == "Saved.")
    assert Settings.load(paths.settings) == Settings(stop_timeout=77, notify=False)
    assert page.settings.stop_timeout == 77


def test_how_text_is_recognised_is_saved_and_begun_with(
    qtbot: QtBot, page: SettingsPage, window: MainWindow, paths: Paths, store: sqlite3.Connection
) -> None:
    # When another model is chosen, which is wrong at first
    page.text_defaults.form.model.setEditText("../san")
    assert page.text_defaults.form.complaint.isVisible()
    page.text_defaults.form.model.setEditText("san+Devanagari")
    qtbot.waitUntil(lambda: paths.settings.exists())
    usual = OcrOptions(model="san+Devanagari")
    assert Settings.load(paths.settings).ocr == usual

    # Then whoever asks for a text begins with that
    add_split_book(store, paths, 1)
    window.go_to("books")
    qtbot.waitUntil(lambda: bool(window.books.selection.books))
    window.books.do("recognise")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), RecogniseDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, RecogniseDialog)
    assert dialog.form.options == usual
    dialog.reject()


def test_a_time_that_is_wrong_is_said_and_not_saved(qtbot: QtBot, page: SettingsPage, paths: Paths) -> None:
    page.timeout.box.setValue(601)
    assert page.timeout.complaint.text() == "Running tasks get 1 to 600 seconds to finish."
    assert page.timeout.complaint.isVisible()
    assert not page.timeout._settle.isActive()
    page.timeout.box.setValue(45)
    assert not page.timeout.complaint.isVisible()
    qtbot.waitUntil(lambda: paths.settings.exists() and Settings.load(paths.settings).stop_timeout == 45)


def test_pool_sizes_are_wished_here_too(
    qtbot: QtBot, page: SettingsPage, window: MainWindow, store: sqlite3.Connection
) -> None:
    put_facts(store)
    qtbot.waitUntil(lambda: page.sizes["net"].box.value() == 8)
    page.sizes["net"].box.setValue(5)
    qtbot.waitUntil(lambda: wish(store, "pools") == {"net": 5})
    window.go_to("workers")
    assert window.workers.sizes["net"].box.value() == 5


def test_no_language_is_offered_that_does_not_exist(page: SettingsPage) -> None:
    words = [page.language.itemText(row) for row in range(page.language.count())]
    assert words == ["As the system", "English"]


def test_a_folder_that_is_no_good_is_said_as_it_is_typed(
    qtbot: QtBot, page: SettingsPage, paths: Paths, tmp_path: Path
) -> None:
    library = page.library
    (tmp_path / "a file").touch()
    wrong: dict[Path | str, str] = {
        "books": "no full path",
        tmp_path / "a file": "is a file",
        paths.library / "inside": "lie within one another",
        paths.root / "logs": "holds other files",
    }
    for place, said in wrong.items():
        type_place(qtbot, library, place)
        qtbot.waitUntil(lambda said=said: said in library.complaint.text())  # type: ignore[misc]
        assert not library.move_button.isEnabled()

    # And it can be left as it is
    library.back.click()
    assert library.field.text() == str(paths.library)
    assert not library.complaint.isVisible()
    assert not library.move_button.isVisible()


def test_the_library_is_moved(qtbot: QtBot, page: SettingsPage, paths: Paths, tmp_path: Path) -> None:
    # Given a book
    (paths.library / "gita").mkdir()
    (paths.library / "gita" / "original.pdf").write_bytes(b"%PDF")
    library = page.library

    # When another folder is typed and the button pressed
    type_place(qtbot, library, tmp_path / "new books")
    qtbot.waitUntil(library.move_button.isEnabled)
    with qtbot.waitSignal(library.moved):
        library.move_button.click()
        assert library.stop.isVisible()
        assert not library.field.isEnabled()

    # Then the book is there, and the page says so
    assert (tmp_path / "new books" / "gita" / "original.pdf").is_file()
    assert paths.library == tmp_path / "new books"
    assert library.told.text() == f"The books are in {tmp_path / 'new books'} now."
    assert library.field.isEnabled()
    assert not library.bar.isVisible()


def test_a_move_can_be_stopped_and_the_books_stay(
    qtbot: QtBot, page: SettingsPage, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a move to another disk that takes its time
    (paths.library / "gita").mkdir()
    (paths.library / "gita" / "original.pdf").write_bytes(b"%PDF")

    def copies(current: Path, target: Path, progress: Progress) -> bool:
        for done in range(10_000_000):
            progress(done, 10_000_000)
        return True

    monkeypatch.setattr(relocation, "_rename_or_copy", copies)
    library = page.library
    type_place(qtbot, library, tmp_path / "new books")
    qtbot.waitUntil(library.move_button.isEnabled)
    library.move_button.click()
    qtbot.waitUntil(lambda: library.bar.maximum() == 1000 and " of " in library.bar.format())

    # When it is stopped, Then the books are where they were
    with qtbot.waitSignal(library.moved):
        library.stop.click()
    assert library.told.text() == "Stopped; the books are where they were."
    assert paths.library == paths.root / "library"
    assert library.field.text() == str(paths.library)


def test_how_pages_are_made_is_saved_when_it_rests_and_not_while_it_is_wrong(
    qtbot: QtBot, page: SettingsPage, paths: Paths
) -> None:
    # Given the form on the page, when a resolution is typed that is none
    form = page.page_defaults.form
    form.dpi.setText("7")
    qtbot.waitUntil(lambda: "is no resolution" in form.complaint.text())

    # Then nothing is saved; and when it is mended, all of it is
    form.gray.setChecked(True)
    form.dpi.setText("300")
    qtbot.waitUntil(lambda: Settings.load(paths.settings).split == PageOptions(grayscale=True, max_dpi=300))

    # And a name for it is kept beside
    form.preset_saved.emit("Old prints", form.options)
    qtbot.waitUntil(lambda: "Old prints" in Settings.load(paths.settings).presets)


def type_folder(page: SettingsPage, folder: Path | str) -> None:
    page.task_folders.field.clear()
    QTest.keyClicks(page.task_folders.field, str(folder))


def test_a_folder_of_task_code_that_is_no_good_is_said_as_it_is_typed(
    qtbot: QtBot, page: SettingsPage, paths: Paths
) -> None:
    wrong: dict[Path | str, str] = {
        "tasks": "no full path",
        paths.root / "nothing here": "is not there",
        paths.library: "it overlaps the library",
        paths.logs: "it overlaps the logs",
    }
    folders = page.task_folders
    assert not folders.complaint.isVisible()
    for place, said in wrong.items():
        type_folder(page, place)
        qtbot.waitUntil(lambda said=said: said in folders.complaint.text())  # type: ignore[misc]
        assert not folders.add.isEnabled()
        # And Enter is no way around it
        QTest.keyClick(folders.field, Qt.Key.Key_Return)
    qtbot.wait(50)
    assert not paths.task_folders


def test_a_folder_of_task_code_is_added_and_removed(
    qtbot: QtBot, page: SettingsPage, paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # Given a daemon that watches the folder there always is
    put_facts(store)
    put_code(store, folders=[str(paths.tasks)])
    more = tmp_path / "more"
    more.mkdir()
    folders = page.task_folders

    # When another is added
    type_folder(page, more)
    qtbot.waitUntil(folders.add.isEnabled)
    folders.add.click()

    # Then it is in the list and in the settings, which the daemon follows
    qtbot.waitUntil(lambda: more in folders.removes)
    assert Settings.load(paths.settings).task_folders == [more]
    assert folders.field.text() == ""

    # And it is removed, and its files stay
    folders.removes[more].click()
    qtbot.waitUntil(lambda: more not in folders.removes)
    assert Settings.load(paths.settings).task_folders == []
    assert more.is_dir()


def test_a_folder_that_cannot_be_used_any_more_says_so(
    qtbot: QtBot, window: MainWindow, paths: Paths, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    Settings(task_folders=[gone]).save(paths.settings)
    window.settings.task_folders._look()
    window.go_to("settings")
    qtbot.waitUntil(lambda: gone in window.settings.task_folders.removes)
    told = [label.text() for label in window.settings.task_folders.findChildren(QLabel)]
    assert f"{gone} (cannot be used now)" in told


def test_reload_is_switched_here_too(qtbot: QtBot, page: SettingsPage, paths: Paths) -> None:
    page.reload.click()
    qtbot.waitUntil(lambda: paths.settings.exists() and not Settings.load(paths.settings).reload)
    page.notify.click()
    qtbot.waitUntil(lambda: not Settings.load(paths.settings).notify)
    assert not Settings.load(paths.settings).reload
