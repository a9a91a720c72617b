"""The task code that is live, in words: the last reload, what is wrong with the code on the disk, what waits for it."""

from pathlib import Path
from typing import Any

import click

from ambuda_desktop.cli import words


def code_lines(known: dict[str, Any]) -> list[str]:
    """The lines of `workers` that tell of code; `known` has the facts `code`, `reloads` and `waiting_for_code`."""
    lines = []
    code = known["code"]
    if code:
        last = f"  {_reload(known['reloads'][-1])}" if known["reloads"] else ""
        lines.append(
            f"code    {code['hash'][:4]}{last}{'' if code['on'] else '; saved code is not taken up'}"
        )
        fault = code["fault"]
        if fault:
            lines.append(click.style(f"        {fault['sentence']}", fg="red"))
            if fault["text"]:
                lines += [f"          {fault['text']}", f"          {' ' * max(0, fault['column'] - 1)}^"]
    for name, count in known["waiting_for_code"].items():
        tasks = "1 task waits" if count == 1 else f"{count} tasks wait"
        how = f"“map {name} OTHER”, or “cancel --without-code {name}”"
        lines.append(click.style(f"        {tasks} for the code of {name}: {how}.", fg="yellow"))
    return lines


def _reload(entry: dict[str, Any]) -> str:
    files = [Path(file).name for file in entry["files"]]
    what = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    when = words.clock(entry["at"])
    if entry["outcome"] == "reloaded":
        return f"reloaded {what or 'all'} in {entry['seconds']:.2f} s at {when}"
    return f"{entry['outcome']} {what} at {when}"
