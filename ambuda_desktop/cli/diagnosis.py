"""`doctor`: looks the machine over."""

from dataclasses import asdict

import click

from ambuda_desktop.cli import say
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.cli.vision_check import ask_google
from ambuda_desktop.doctor import Level, examine
from ambuda_desktop.errors import AmbudaError

_COLOURS: dict[Level, str] = {"ok": "green", "look": "yellow", "problem": "red"}
PROBLEM_CODE = AmbudaError.exit_code


@click.command()
@click.option(
    "--vision", is_flag=True, help="Let Google Vision read a picture of one word, with your account."
)
@takes_json
@pass_session
@example("doctor", "doctor --json", "doctor --vision")
def doctor(session: Session, vision: bool) -> None:
    """Look over this machine, and say how to mend it.

    Programs, libraries, folders, disk and daemon are looked at; nothing is changed. “look” is a thing that could be
    better; a “problem” makes the exit code 1.
    """
    levels = set[Level]()
    for finding in [ask_google(session.paths)] if vision else examine(session.paths):
        levels.add(finding.level)
        level = click.style(f"{finding.level:8}", fg=_COLOURS[finding.level])
        mend = f"\n{'':26}Mend: {finding.mend}" if finding.mend else ""
        session.tell(f"{level} {finding.what:16} {finding.says}{mend}", asdict(finding))
    if "problem" in levels:
        session.exit_code = PROBLEM_CODE
    elif not session.as_json:
        say.line(
            "Nothing is wrong."
            if levels == {"ok"}
            else "Nothing is wrong that keeps the program from working."
        )
