"""cli/: what is promised of every command: help with an example, JSON, its place in docs/command-line.md."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ambuda_desktop import errors
from ambuda_desktop.cli.exits import EXITS
from ambuda_desktop.cli.main import main
from ambuda_desktop.cli.shapes import of_book, of_task
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.query import task
from tests.support.commands import Commands
from tests.unit.test_pages import Book

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text()
#: They have nothing to write: a window, a script for a shell, shows for people.
WITHOUT_JSON = {"window", "completion", "demo", "dev"}


def all_commands(group: click.Group = main, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that help lists, with its whole name."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield f"{before}{name}", command
        if isinstance(command, click.Group):
            yield from all_commands(command, f"{before}{name} ")


NAMES = dict(all_commands())


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_help_with_an_example_of_itself(commands: Commands, name: str) -> None:
    text = commands.out(*name.split(), "--help")
    assert "Example" in text
    assert f"  ambuda-desktop {name}" in text


@pytest.mark.parametrize("name", NAMES)
def test_each_command_and_each_of_its_options_is_documented(name: str) -> None:
    assert f"`{name}" in DOCS
    for parameter in NAMES[name].params:
        if isinstance(parameter, click.Option):
            for option in [*parameter.opts, *parameter.secondary_opts]:
                assert option in DOCS, option


@pytest.mark.parametrize("name", set(NAMES) - WITHOUT_JSON)
def test_each_command_speaks_json(name: str) -> None:
    assert any("--json" in parameter.opts for parameter in NAMES[name].params)


def test_each_exit_code_is_told_by_help_and_by_the_document(commands: Commands) -> None:
    # Given the codes of all failures a user can meet
    family = {
        e.exit_code
        for _, e in inspect.getmembers(errors, inspect.isclass)
        if issubclass(e, errors.AmbudaError)
    }
    assert family <= set(EXITS)

    # Then help and document tell each, in the same words
    shown = " ".join(commands.out("--help").split())
    for code, words in EXITS.items():
        assert f"{code} {words}" in shown
        assert f"| {code} | {words} |".replace("doctor:", "`doctor`:") in DOCS


def test_the_fields_of_books_and_tasks_are_documented(paths: Paths, book: Book) -> None:
    book.plan("first")
    found = task(book.store, "first")
    assert found is not None
    fields = {**of_book(paths, book.summary), **of_task(found)}
    assert [field for field in fields if f"`{field}`" not in DOCS] == []


def test_a_command_loads_neither_celery_nor_qt() -> None:
    # Given a process that has only the command line
    script = (
        "import sys, ambuda_desktop.cli\n"
        "heavy = {'celery', 'kombu', 'redis', 'PySide6', 'pikepdf', 'PIL', 'google.cloud'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    # Then it answers at once, because it has loaded nothing heavy
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def book(paths: Paths) -> Iterator[Book]:
    from ambuda_desktop.store.connection import connect

    connection = connect(paths.store)
    yield Book(connection)
    connection.close()
