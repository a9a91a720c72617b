"""The command line without any process: for tests of what commands do to the store, and what they say."""

import json
from typing import Any

from click.testing import CliRunner, Result

from ambuda_desktop.cli.main import main


class Commands:
    """Runs commands one after another on the data folder of the test."""

    def run(self, *arguments: str, stdin: str = "", code: int = 0, **environment: str) -> Result:
        """Run one, and check its exit code."""
        result = CliRunner().invoke(main, list(arguments), input=stdin, env=environment)
        assert result.exit_code == code, (result.exit_code, result.output)
        return result

    def out(self, *arguments: str, **options: Any) -> str:
        """What it writes to standard output."""
        return self.run(*arguments, **options).stdout

    def err(self, *arguments: str, code: int, **options: Any) -> str:
        """What it complains of."""
        return self.run(*arguments, code=code, **options).stderr

    def json(self, *arguments: str, **options: Any) -> Any:
        """The only object that it writes."""
        (line,) = self.lines(*arguments, **options)
        return line

    def lines(self, *arguments: str, **options: Any) -> list[Any]:
        """The objects that it writes, one a line."""
        return [json.loads(line) for line in self.out(*arguments, "--json", **options).splitlines()]
