"""`settings google`: the key of the account with which Google Vision is asked."""

from pathlib import Path

import click

from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.google_account import forget_key, keep_key


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--forget", is_flag=True, help="Delete the key that was kept.")
@takes_json
@pass_session
@example("settings google ~/Downloads/vision-key.json", "settings google --forget")
def google(session: Session, file: Path | None, forget: bool) -> None:
    """Keep the key of an account with Google Vision.

    FILE is the JSON key of a service account. Its content goes into the keyring of the system, so that the file may
    be deleted. Without a key, the sign-in of Google's own tools is used.
    """
    if forget == (file is not None):
        raise click.UsageError("Name the file of the key, or say --forget.")
    session.paths.make()
    if file is None:
        forget_key(session.paths)
        session.tell("The key is forgotten.", {"account": None, "kept_in": None})
        return
    account, kept = keep_key(session.paths, file)
    session.tell(
        f"Google Vision is asked as {account}. The key is kept in {kept.place}; {file} may be deleted.",
        {"account": account, "kept_in": kept.place},
    )
    if kept.warning:
        session.remark(kept.warning)
