"""Starts the packaged program and proves that its fork server forks: a task runs, is saved, and answers anew.

    PYTHONPATH=. .venv/bin/python packaging/smoke_bundle.py [dist/ambuda-desktop/ambuda-desktop]

Called by packaging/build.sh, so that a bundle whose workers cannot start is never handed out.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from ambuda_desktop.store.submit import NewTask, insert
from tests.support.program import Program

BUNDLE = Path(__file__).resolve().parent.parent / "dist" / "ambuda-desktop" / "ambuda-desktop"

# Of what a user's file may import, something of the standard library that the program itself does not.
TASK = """
import colorsys
import turtle_free_helper
from ambuda_desktop.celery_app import app

@app.task
def hello(name: str = "world"):
    \"\"\"Greet.\"\"\"
    return f"{turtle_free_helper.WORD} {name} {colorsys.rgb_to_hls(0, 0, 0)[1]:.0f}"
"""


class Bundle(Program):
    """The packaged program instead of the checkout's."""

    binary = BUNDLE

    def command(self, *arguments: str) -> list[str]:
        return [str(self.binary), *arguments]

    def answer(self) -> Any:
        """What the task says now."""
        task = NewTask("hello.hello", kwargs={"name": "world"})
        insert(self.connection, [task])
        return self.wait_for_end(task.id).value

    def save(self, word: str) -> None:
        self.add_tasks(TASK, "hello")
        self.add_tasks(f"WORD = {word!r}\n", "turtle_free_helper")


def smoke(bundle: Bundle) -> None:
    """Run, save, kill the fork server, save again."""
    bundle.save("namaste")
    bundle.start_daemon()
    assert bundle.answer() == "namaste world 0"
    schema = next(t["schema"] for t in bundle.fact("catalogue") if t["name"] == "hello.hello")
    assert schema["properties"]["name"]["type"] == "string", schema

    bundle.save("pranamami")
    bundle.wait_until(lambda: bundle.answer() == "pranamami world 0", "saved code is live")
    reloads = bundle.wait_until(lambda: bundle.fact("reloads"), "the reload is told")
    print("A save went live in", reloads[-1]["seconds"], "s.")  # noqa: T201

    servers = bundle.fork_servers()
    assert servers, "no fork server"
    for server in servers:
        server.kill()
    bundle.save("svagatam")
    bundle.wait_until(lambda: bundle.answer() == "svagatam world 0", "code saved after the kill is live")
    assert set(bundle.fork_servers()).isdisjoint(servers), bundle.fork_servers()


def main() -> None:
    if len(sys.argv) > 1:
        Bundle.binary = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="ambuda-smoke-") as folder:
        bundle = Bundle(Path(folder) / "data folder")
        try:
            smoke(bundle)
        finally:
            bundle.end()
    print(f"{Bundle.binary.name}: tasks run, reload and survive the end of the fork server.")  # noqa: T201


if __name__ == "__main__":
    main()
