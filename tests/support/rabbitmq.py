"""A RabbitMQ server of a test's own, on loopback, with nothing in it and nothing outside its folder."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
from kombu import Connection

# The one in the PATH changes to a user of its own, with the files of a broker that may be in use.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
EPMD = Path("/usr/bin/epmd")
PATIENCE = 60.0  # seconds; 5 are usual


def is_installed() -> bool:
    return SERVER.exists() and EPMD.exists()


class RabbitMQ:
    """Started with `start()`, and again after `kill()` with what was in it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._port, distribution, epmd = _free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = 127.0.0.1:{self._port}\ndisk_free_limit.absolute = 10MB\n"
        )
        (folder / "plugins").write_text("[].\n")
        self._environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(epmd), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"test{self._port}@localhost", "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"), "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }  # fmt: skip
        # Else the server starts one that outlives it.
        self._epmd = subprocess.Popen(
            [EPMD, "-address", "127.0.0.1", "-port", str(epmd)], env=self._environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._folder / "output").open("ab") as output:
            self._server = subprocess.Popen(
                [SERVER], env=self._environment, cwd=self._folder, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._server.poll() is None:
            with suppress(OSError), Connection(self.url, connect_timeout=1) as connection:
                connection.connect()
                return
            time.sleep(0.05)
        raise AssertionError(f"RabbitMQ does not start:\n{(self._folder / 'output').read_text()[-2000:]}")

    def kill(self) -> None:
        """kill -9."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if self._server is not None:
            self._server.wait()
            self._server = None

    def pause(self) -> None:
        """Let it answer no more, though all connections stay."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """End everything that was started."""
        self.kill()
        self._epmd.kill()
        self._epmd.wait()

    def queues(self) -> set[str]:
        """The names of its queues."""
        return set(self._control("list_queues", "name", "--no-table-headers").split())

    def let_write(self, names: str) -> None:
        """Let its user write to exchanges and queues of these names only: a regular expression."""
        self._control("set_permissions", "guest", ".*", names, ".*")

    def _control(self, *words: str) -> str:
        done = subprocess.run(
            [SERVER.with_name("rabbitmqctl"), "-n", self._environment["RABBITMQ_NODENAME"], "-q", *words],
            env=self._environment, capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        return done.stdout

    def _signal(self, number: int) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _processes(self) -> list[psutil.Process]:
        """The shell script that was started, and the server: what it starts has its environment."""
        if self._server is None or self._server.poll() is not None:
            return []
        with suppress(psutil.NoSuchProcess):
            script = psutil.Process(self._server.pid)
            return [*reversed(script.children(recursive=True)), script]
        return []


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports
