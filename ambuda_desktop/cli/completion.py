"""`completion`: the script that lets a shell complete our commands, with the ids of books and tasks."""

import os
from pathlib import Path

import click
from click.shell_completion import ShellComplete, get_completion_class

from ambuda_desktop.cli.options import example
from ambuda_desktop.errors import BadInput

PROGRAM = "ambuda-desktop"
VARIABLE = "_AMBUDA_DESKTOP_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
@example(
    "completion bash > ~/.local/share/bash-completion/completions/ambuda-desktop",
    "completion zsh > ~/.zfunc/_ambuda-desktop",
    "completion fish > ~/.config/fish/completions/ambuda-desktop.fish",
)
def completion(context: click.Context, shell: str | None) -> None:
    """Print the completion script of a SHELL.

    Without one, that of the shell you use.     To try it in bash: source <(ambuda-desktop completion bash)
    """
    shell = shell or Path(os.environ.get("SHELL", "")).name
    found = get_completion_class(shell)
    if shell not in SHELLS or found is None:
        raise BadInput(f"There is no completion for “{shell}”. Name one of {', '.join(SHELLS)}.")
    script = found(context.find_root().command, {}, PROGRAM, VARIABLE)
    # Not `script.source()`: that of bash starts a bash to complain of old ones.
    click.echo(ShellComplete.source(script))
