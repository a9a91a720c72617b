"""`daemon --install-unit`: a systemd user unit, which keeps the daemon running from login on and starts it again."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import AlreadyRunning, BadInput
from ambuda_desktop.files import write_atomic
from ambuda_desktop.launch import STOP_MARGIN, daemon_is_running, program, stop_timeout
from ambuda_desktop.paths import ENVIRONMENT, Paths

NAME = "ambuda-desktop.service"
RELOAD, ENABLE, DISABLE = ["daemon-reload"], ["enable", NAME], ["disable", "--now", NAME]
START, JUST_START, STOP = ["enable", "--now", NAME], ["start", NAME], ["stop", NAME]
WANTED = "default.target.wants"  # where systemd links what `enable` was asked for

#: KillMode: only the daemon is told to stop, and ends its own. A second daemon on the same data folder is not tried
#: again and again.
UNIT = """\
# Written by “ambuda-desktop daemon --install-unit”. “systemctl --user edit ambuda-desktop” keeps changes of your own.
[Unit]
Description=Ambuda Desktop: Redis and the workers

[Service]
Type=exec
ExecStart={command}
{environment}Restart=on-failure
RestartSec=1
RestartPreventExitStatus={already_running}
KillMode=mixed
TimeoutStopSec={stop_timeout}

[Install]
WantedBy=default.target
"""


def unit_path() -> Path:
    """Where systemd looks for the units of this user."""
    configuration = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(configuration) if configuration.startswith("/") else Path.home() / ".config"
    return folder / "systemd" / "user" / NAME


def unit_text(paths: Paths) -> str:
    """The unit for a data folder and the program that runs now."""
    first, *rest = program("daemon")
    if set(first) & set("'\"\\"):  # systemd starts no program with one of these in its path
        first, rest = "/usr/bin/env", [first, *rest]
    # The colon: a dollar in a path is a dollar.
    command = " ".join([quoted(f":{first}"), *map(quoted, rest)])
    is_default = paths.root == Path.home() / "Ambuda"
    return UNIT.format(
        command=command,
        environment="" if is_default else f"Environment={quoted(f'{ENVIRONMENT}={paths.root}')}\n",
        already_running=AlreadyRunning.exit_code,
        stop_timeout=round(stop_timeout(paths) + STOP_MARGIN),
    )


def quoted(word: str) -> str:
    """A word as systemd reads it: in quotes, with C's escapes, and “%” doubled, which would begin a specifier."""
    escaped = "".join(
        f"\\{c}" if c in '"\\' else f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 else c for c in word
    )
    return '"' + escaped.replace("%", "%%") + '"'


def install(session: Session) -> None:
    """Write the unit, and start it where systemd runs and no daemon does. Raises BadInput."""
    path, text = unit_path(), unit_text(session.paths)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode())
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from error
    running = daemon_is_running(session.paths)  # a second one would end at once
    fault = _systemctl(RELOAD, ENABLE if running else START)
    if fault:
        sentence = f"{fault} Once that is mended, run: {_typed(RELOAD, START)}"
    elif running:
        sentence = (
            "A daemon runs already and is left alone, so the unit starts one at the next login. To have that at once: "
            f"ambuda-desktop daemon --stop && {_typed(JUST_START)}"
        )
    else:
        sentence = "The daemon runs, and is started at each login and after a crash."
    session.tell(
        f"Wrote {path}. {sentence}", {"unit": str(path), "enabled": not fault, "error": fault or None}
    )


def remove(session: Session) -> None:
    """Stop the daemon of the unit after the pages in hand, and remove the unit. Raises BadInput."""
    path = unit_path()
    if not path.exists():
        session.tell(f"There is no {path}.", {"unit": str(path), "removed": False})
        return
    fault = _systemctl(DISABLE)
    try:
        for file in (path.parent / WANTED / NAME, path):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"{path} cannot be removed: {error.strerror}.") from error
    not_reloaded = _systemctl(RELOAD)
    fault = fault or not_reloaded
    sentence = f" {fault} Once that is mended, run: {_typed(STOP, RELOAD)}" if fault else ""
    session.tell(f"Removed {path}.{sentence}", {"unit": str(path), "removed": True, "error": fault or None})


def _systemctl(*commands: Sequence[str]) -> str:
    """Empty where systemd did all of that; else a sentence with what it said."""
    found = shutil.which("systemctl")
    if found is None:
        return "There is no systemctl here."
    for command in commands:
        done = subprocess.run(
            [found, "--user", *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            return f"“{_typed(command)}” failed: {said.rstrip('.')}."
    return ""


def _typed(*commands: Sequence[str]) -> str:
    return " && ".join(" ".join(["systemctl", "--user", *command]) for command in commands)
