"""The command line. Without a command it opens the window."""

import json
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from ambuda_desktop import __version__, terminal
from ambuda_desktop.errors import AmbudaError, NotFound, WorkFailed
from ambuda_desktop.launch import attach, keep_daemon, start_daemon, stop_daemon, wait_for_daemon
from ambuda_desktop.library import add_book
from ambuda_desktop.paths import ENVIRONMENT, Paths, resources
from ambuda_desktop.retry import retry_book
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.control import cancel as cancel_tasks
from ambuda_desktop.store.query import STATE_GROUPS, TaskFilter, task, task_seqs
from ambuda_desktop.store.query import tasks as task_rows

EXIT_CODES = """Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the file or value cannot be used, 4 no such task
or book, 5 another daemon runs, 6 the daemon did not start or stop, 7 a program is missing, 8 some pages failed."""

_paths = click.make_pass_decorator(Paths)
_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Where books and tasks are kept. Default: ~/Ambuda"
)
@click.version_option(__version__, prog_name="ambuda-desktop")
@click.pass_context
def main(context: click.Context, data_dir: Path | None) -> None:
    """A desktop control room for Celery, made for people who digitize Sanskrit books.

    Without a command, the window opens.
    """
    if data_dir is not None:
        terminal.set_environment(ENVIRONMENT, str(data_dir.expanduser().absolute()))
    context.obj = Paths.current()
    if context.invoked_subcommand is None:
        context.invoke(window, files=())


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_paths
def window(paths: Paths, files: Sequence[Path]) -> None:
    """Open the window, and add FILES to the library."""
    from ambuda_desktop.ui.app import run as run_window  # the command line also runs where Qt does not

    sys.exit(run_window(paths, list(files)))


@main.command()
@_files
@click.option("--wait", is_flag=True, help="Show a bar, and end when the books have ended.")
@_paths
def split(paths: Paths, files: Sequence[Path], wait: bool) -> None:
    """Split PDF FILES into page images.

    Example: ambuda-desktop split meghaduta.pdf --wait
    """
    paths.make()
    connection = connect(paths.store)
    watching = attach(paths)
    books, failed = [], None
    for file in files:
        try:
            with terminal.bar(f"copying {file.name}") as progress:
                books.append(add_book(connection, paths, file, progress))
        except AmbudaError as error:
            terminal.complain(str(error))
            failed = error
    for book in books:
        click.echo(f"{book}: {paths.library / book / 'pages'}" if wait else f"{book}: accepted")
    _see_to(paths, connection, books, wait=wait)
    if watching is not None:
        watching.release()
    if failed is not None:
        raise SystemExit(failed.exit_code)


@main.command()
@click.argument("books", nargs=-1, required=True)
@click.option("--wait", is_flag=True, help="Show a bar, and end when the books have ended.")
@_paths
def retry(paths: Paths, books: Sequence[str], wait: bool) -> None:
    """Try the failed pages of BOOKS again.

    Example: ambuda-desktop retry meghaduta
    """
    connection = connect(paths.make().store)
    watching = attach(paths)
    for book in books:
        retry_book(connection, book)
    _see_to(paths, connection, books, wait=wait)
    if watching is not None:
        watching.release()


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--state", type=click.Choice(list(STATE_GROUPS)), help="Only tasks in this state.")
@click.option("--book", help="Only tasks of this book.")
@click.option("--limit", default=50, show_default=True, help="At most so many, newest first; 0 for all.")
@_paths
def tasks(paths: Paths, as_json: bool, state: str | None, book: str | None, limit: int) -> None:
    """List tasks, newest first.

    Example: ambuda-desktop tasks --state failed
    """
    connection = connect(paths.make().store)
    seqs = task_seqs(connection, TaskFilter(group=state, book=book))
    seqs = seqs[:limit] if limit else seqs
    rows = task_rows(connection, seqs)
    for seq in seqs:
        click.echo(json.dumps(terminal.task_json(rows[seq])) if as_json else terminal.task_line(rows[seq]))
    if not seqs and not as_json:
        click.echo("No tasks.")


@main.command()
@click.argument("ids", nargs=-1, required=True)
@_paths
def cancel(paths: Paths, ids: Sequence[str]) -> None:
    """Cancel tasks or books by their IDS: waiting ones at once, running ones after the page in hand.

    Example: ambuda-desktop cancel meghaduta
    """
    connection = connect(paths.make().store)
    wanted = []
    for name in ids:
        found = summary(connection, name)
        one = found.task if found else (row.id if (row := task(connection, name)) else None)
        if one is None:
            raise NotFound(f"There is no task or book “{name}”.")
        wanted.append(one)
    with transaction(connection):
        hit = cancel_tasks(connection, wanted)
    click.echo(
        f"{hit} {'task' if hit == 1 else 'tasks'} cancelled." if hit else "Nothing was left to cancel."
    )


@main.command()
@click.option("--stop", is_flag=True, help="Stop the daemon after the pages in hand.")
@click.option("--while-needed", is_flag=True, help="End when there is no work and nobody watches.")
@_paths
def daemon(paths: Paths, stop: bool, while_needed: bool) -> None:
    """Run Redis and the workers in the foreground, without a window."""
    paths.make()
    if stop:
        stopped = stop_daemon(paths)
        click.echo("Stopped." if stopped else "No daemon was running.")
        return
    from ambuda_desktop.daemon.main import run as run_daemon

    run_daemon(paths, while_needed=while_needed, foreground=not while_needed)


@main.command(hidden=True)
@click.argument("queue")
@click.argument("kind", type=click.Choice(["prefork", "threads"]))
@click.argument("size", type=int)
def worker(queue: str, kind: str, size: int) -> None:
    """Serve one generation's QUEUE. Started by the daemon."""
    from ambuda_desktop.worker.main import run as run_worker

    sys.exit(run_worker(queue, kind, size))


@main.command(hidden=True)
@click.argument("picture", type=click.Path(path_type=Path))
@_paths
def picture(paths: Paths, picture: Path) -> None:
    """Draw the window into the file PICTURE while work runs."""
    from ambuda_desktop.ui.picture import run as run_picture

    sys.exit(run_picture(paths, picture))


@main.command(hidden=True)
@click.argument("pdf", type=click.Path(path_type=Path))
@click.argument("number", type=int)
@click.argument("scale", type=float)
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("quality", type=int)
@click.option("-gray", is_flag=True)
def pdfium(pdf: Path, number: int, scale: float, target: Path, quality: int, gray: bool) -> None:
    """Render page NUMBER of PDF into TARGET, where poppler is missing."""
    from ambuda_desktop.worker.pdf.pdfium import render

    sys.exit(render(pdf, number, scale, target, quality, gray))


@main.command()
@click.option(
    "--picture", type=click.Path(path_type=Path), default=Path("window.png"), help="Where the picture goes."
)
def demo(picture: Path) -> None:
    """Do the main job on the sample book in the terminal, and draw the window while it runs."""
    paths = Paths(Path(tempfile.mkdtemp(prefix="ambuda-desktop-demo-"))).make()
    terminal.set_environment(ENVIRONMENT, str(paths.root))
    connection = connect(paths.store)
    click.echo("No display was found, so this is the main job in the terminal: a book becomes page images.")
    start_daemon(paths)
    try:
        wait_for_daemon(paths)
        camera = terminal.start_camera(paths, picture.absolute())
        book = add_book(connection, paths, resources() / "sample" / "sample.pdf", lambda _done, _total: None)
        terminal.follow(paths, connection, [book])
        terminal.end_camera(camera, picture.absolute())
    finally:
        stop_daemon(paths)
    found = summary(connection, book)
    if found is None or found.state != "done":
        raise WorkFailed("The sample book was not finished.")
    click.echo(f"Pages: {paths.library / book / 'pages'}")


def _see_to(paths: Paths, connection: sqlite3.Connection, books: Sequence[str], *, wait: bool) -> None:
    """Make sure that somebody works on accepted books, and wait for their ends where asked.

    Raises WorkFailed where one of them ended with pages missing.
    """
    if not books:
        return
    keep_daemon(paths)
    if not wait:
        return
    wait_for_daemon(paths)
    terminal.follow(paths, connection, list(books))
    if any((found := summary(connection, b)) is None or found.state != "done" for b in books):
        raise WorkFailed("Not every book is complete; the reasons stand above. “retry BOOK” tries again.")


def run() -> int:
    """Run the command line; a failure the user can meet is a sentence and an exit code."""
    try:
        main.main(standalone_mode=False)
    except click.exceptions.Abort:
        terminal.complain("Interrupted; work goes on in the background if a daemon runs.")
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except AmbudaError as error:
        terminal.complain(str(error))
        return error.exit_code
    except sqlite3.Error as error:
        terminal.complain(f"The task store cannot be used just now: {error}. Try it again.")
        return AmbudaError.exit_code
    except OSError as error:
        terminal.complain(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.")
        return AmbudaError.exit_code
    return 0
