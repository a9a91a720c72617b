"""`settings`: list, get, set, forget, and move the library."""

import json
import os
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from ambuda_desktop import broker_password, broker_url
from ambuda_desktop.cli import say
from ambuda_desktop.cli.completing import Named, paths_of
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.errors import AmbudaError, BadInput, NotFound
from ambuda_desktop.launch import daemon_is_running
from ambuda_desktop.relocation import move_library
from ambuda_desktop.secrets import KeyringLocked
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import fact
from ambuda_desktop.task_folders import check_task_folder

LIBRARY, TASK_FOLDERS, BROKER, OCR_ENGINE = "library", "task_folders", "broker_url", "ocr.engine"


def flat(settings: Settings) -> dict[str, Any]:
    """Each value by its key; those within others as `split.quality` and `presets.NAME`."""
    found: dict[str, Any] = {}
    for name, value in settings.model_dump(mode="json").items():
        if isinstance(value, dict):
            found |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found


class Key(Named):
    """The key of a setting."""

    def __init__(self) -> None:
        super().__init__("key")

    def shell_complete(self, ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
        try:
            settings = Settings.load(paths_of(ctx).settings)
        except (AmbudaError, OSError):
            settings = Settings()
        return [
            click.shell_completion.CompletionItem(key) for key in flat(settings) if key.startswith(incomplete)
        ]


@click.group(invoke_without_command=True)
@takes_json
@click.pass_context
@example("settings", "settings set split.quality 85", "settings library /media/disk/books")
def settings(context: click.Context) -> None:
    """Show or change the settings. Without a command, all are listed."""
    if context.invoked_subcommand is None:
        context.invoke(show_all)


@settings.command("list")
@takes_json
@pass_session
@example("settings list", "settings list --json")
def show_all(session: Session) -> None:
    """List all settings."""
    values = {**flat(session.settings), LIBRARY: str(session.paths.library)}
    if session.as_json:
        say.obj(values)
        return
    for key, value in values.items():
        say.line(f"{key} = {_shown(value)}")


@settings.command()
@click.argument("key", type=Key())
@takes_json
@pass_session
@example("settings get split.quality")
def get(session: Session, key: str) -> None:
    """Show the value of KEY."""
    values = {**flat(session.settings), LIBRARY: str(session.paths.library)}
    if key not in values:
        raise _no_such(key)
    session.tell(_shown(values[key]), {key: values[key]})


@settings.command("set")
@click.argument("key", type=Key())
@click.argument("value")
@takes_json
@pass_session
@example("settings set theme dark", "settings set split.max_dpi 300", "settings set split.max_dpi none")
def set_value(session: Session, key: str, value: str) -> None:
    """Set KEY to VALUE; “none” where nothing is wanted."""
    if key == LIBRARY:
        if value.casefold() == "none":
            _move_back(session)
        else:
            _move(session, Path(value))
        return
    values = session.settings.model_dump(mode="json")
    name, _, inner = key.partition(".")
    if inner in values.get(name, {}) if inner else name in values and not isinstance(values[name], dict):
        target, last = (values[name], inner) if inner else (values, name)
    else:
        raise _no_such(key)
    if isinstance(target[last], dict):
        raise BadInput(f"“{key}” is a preset: “ambuda-desktop split … --save-preset {inner}” sets it.")
    if key == BROKER:
        _set_broker(session, "" if value.casefold() == "none" else value)
        return
    target[last] = _parsed(target[last], value)
    if key == OCR_ENGINE:
        values["ocr"] |= {"model": None, "preset": None}  # those were of the other engine
    _save(session, key, values)


@settings.command()
@click.argument("key", type=Key())
@takes_json
@pass_session
@example("settings reset split.quality", "settings reset presets.archive")
def reset(session: Session, key: str) -> None:
    """Set KEY to what it was at first; a preset is forgotten."""
    if key == LIBRARY:
        _move_back(session)
        return
    values, first = session.settings.model_dump(mode="json"), Settings().model_dump(mode="json")
    name, _, inner = key.partition(".")
    if key not in flat(session.settings):
        raise _no_such(key)
    if key == BROKER:
        _set_broker(session, "")
        return
    if not inner:
        values[name] = first[name]
    elif inner in first[name]:
        values[name][inner] = first[name][inner]
    else:
        del values[name][inner]
    _save(session, key, values)


@settings.command(LIBRARY)
@click.argument("folder", type=click.Path(path_type=Path))
@takes_json
@pass_session
@example("settings library /media/disk/books")
def library(session: Session, folder: Path) -> None:
    """Move the library, with all books in it, to FOLDER, which should be new or empty.

    On another disk each file is copied and the copy proved before anything is removed.
    """
    _move(session, folder)


def _move(session: Session, folder: Path) -> None:
    target = folder.expanduser().absolute()
    session.if_interrupted = f"Interrupted: the library stays in {session.paths.library}."
    session.stay()
    with session.bar("moving the library") as draw:
        move_library(session.store, session.paths, target, draw)
    session.see_to_work()
    session.tell(f"The library is in {session.paths.library}.", {LIBRARY: str(session.paths.library)})


def _move_back(session: Session) -> None:
    """Into the data folder, where it is made again when it is missing, unlike a folder that somebody chose."""
    _move(session, session.paths.root / LIBRARY)
    Settings.change(session.paths.settings, library=None)


def _set_broker(session: Session, typed: str) -> None:
    """Its password goes where secrets are, before the address is set: who reads that finds its password."""
    try:
        url, password = broker_url.take_password(typed) if typed else ("", None)
    except ValueError as error:
        raise BadInput(f"“{BROKER}” cannot be that: {error}. It stays as it was.") from None
    session.paths.make()
    in_use = _broker_in_use(session)
    warning = "" if password is None else broker_password.keep(session.paths, url, password).warning
    if warning:
        session.remark(warning)
    Settings.change(session.paths.settings, **{BROKER: url})
    try:
        broker_password.forget_others(session.paths, url, in_use)
    except KeyringLocked:
        session.remark(
            "The keyring of this computer cannot be opened, so the password of a broker before may still be in it. "
            f"Unlock it, and set “{BROKER}” again."
        )
    later = ""
    if daemon_is_running(session.paths):
        later = "\nIt holds from the daemon's next start on; “ambuda-desktop daemon --stop” ends this one."
    session.tell(f"{BROKER} = {url or 'none'}{later}", {BROKER: url})


def _broker_in_use(session: Session) -> str:
    """A daemon that runs keeps the broker that it was started with, and logs in there again and again."""
    if not daemon_is_running(session.paths):
        return ""
    broker = session.look(lambda store: fact(store, "broker"))
    return str(broker["url"]) if broker else ""


def _save(session: Session, key: str, values: dict[str, Any]) -> None:
    try:
        new = Settings.model_validate(values)
    except ValidationError as error:
        raise BadInput(f"{key} cannot be set: {_reason(error)}. It stays as it was.") from None
    session.paths.make()
    name = key.partition(".")[0]
    if name == TASK_FOLDERS:
        for folder in new.task_folders:
            check_task_folder(session.paths, folder)
    # Only this one: a window may change others at the same moment.
    now = flat(Settings.change(session.paths.settings, **{name: getattr(new, name)}))
    session.tell(f"{key} = {_shown(now[key])}" if key in now else f"{key} is forgotten.", {key: now.get(key)})


def _reason(error: ValidationError) -> str:
    message = error.errors()[0]["msg"]
    return message.partition(", unable")[0].replace("Input should", "it should", 1)


def _parsed(before: Any, text: str) -> Any:
    """What was typed: a list is JSON, or paths with colons between them."""
    if isinstance(before, list):
        if not text.startswith("["):
            return [part for part in text.split(os.pathsep) if part and part.casefold() != "none"]
        try:
            return json.loads(text)
        except ValueError:
            raise BadInput(f"“{text}” is no list: write paths with “{os.pathsep}” between them.") from None
    return None if text.casefold() == "none" else text


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _no_such(key: str) -> NotFound:
    return NotFound(f"There is no setting “{key}”. “ambuda-desktop settings” lists all.")
