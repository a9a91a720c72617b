"""The command line: a module for each family of commands, and what they share."""

from ambuda_desktop.cli.main import run

__all__ = ["run"]
