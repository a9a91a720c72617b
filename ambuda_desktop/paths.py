"""Every file and folder of the program, under one root (`--data-dir`)."""

import contextlib
import functools
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.errors import BadInput
from ambuda_desktop.mounts import network_file_system
from ambuda_desktop.settings import Settings

#: Set by `--data-dir`, so that the daemon and its workers find the same root without being told again.
ENVIRONMENT = "AMBUDA_DESKTOP_DATA_DIR"

MAX_SOCKET_PATH = 103  # bytes; Linux allows 107, macOS 103


@dataclass(frozen=True)
class Paths:
    """The places below `root`; asking for one creates nothing, `make()` creates the folders."""

    root: Path

    @classmethod
    def current(cls) -> "Paths":
        """The root named by the environment, else `~/Ambuda`: visible, because the books are in it."""
        named = os.environ.get(ENVIRONMENT)
        return cls(Path(named).expanduser().absolute() if named else Path.home() / "Ambuda")

    @property
    def store(self) -> Path:
        return self.root / "store.db"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def library(self) -> Path:
        """One folder a book; the user may have moved it. Raises BadInput where the settings are damaged."""
        return self._settings().library or self.root / "library"

    def _settings(self) -> Settings:
        try:
            stat = self.settings.stat()
        except FileNotFoundError:
            return Settings()
        return _load_settings(self.settings, stat.st_mtime_ns, stat.st_ino)

    def _make_library(self) -> None:
        """Only where the user has not moved it: a disk that is not connected must not be imitated."""
        with contextlib.suppress(BadInput):  # damaged settings are complained of when they are needed
            if self._settings().library is not None:
                return
        (self.root / "library").mkdir(mode=0o700, exist_ok=True)

    @property
    def tasks(self) -> Path:
        """The user's own Celery tasks, one or more a file; need not exist."""
        return self.root / "tasks"

    @property
    def task_folders(self) -> list[Path]:
        """Further folders of task code that the user named."""
        return self._settings().task_folders

    @property
    def logs(self) -> Path:
        """One file per process of ours."""
        return self.root / "logs"

    @property
    def locks(self) -> Path:
        """Lock files of the daemon, its clients, the generations and the running tasks."""
        return self.root / "locks"

    @property
    def store_doubt(self) -> Path:
        """Left by whoever met damage in the store, so that a daemon which has met none looks for it."""
        return self.root / "store.doubt"  # not among the locks: what nobody holds there is removed

    def import_traceback(self, queue: str) -> Path:
        """Where a generation leaves the traceback of an import that hangs."""
        return self.locks / f"{queue}.traceback"

    def lease(self, task_id: str) -> Path:
        """The lock file of a running task; Celery's ids may be any text."""
        plain = re.fullmatch(r"[\w-]{1,80}", task_id, re.ASCII)
        return self.locks / (task_id if plain else hashlib.sha256(task_id.encode()).hexdigest())

    @property
    def learned_modules(self) -> Path:
        """What the fork server imports beforehand, as JSON. May be deleted: it is learned again."""
        return self.root / "learned-modules.json"

    @property
    def redis_password(self) -> Path:
        return self.root / "redis.password"

    @property
    def refused_messages(self) -> Path:
        """What came from a broker and is no task, as JSON lines."""
        return self.root / "refused-messages.jsonl"

    @property
    def runtime(self) -> Path:
        """Where Redis has its socket and its files. Not below the root: a socket's path has at most
        107 bytes, so the folder is short and named by a hash of the root."""
        key = hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:12]
        name = f"ambuda-{os.getuid()}-{key}"
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        fits = len(os.fsencode(base / name / "redis.sock")) <= MAX_SOCKET_PATH
        return (base if fits else Path("/tmp")) / name

    @property
    def redis_socket(self) -> Path:
        return self.runtime / "redis.sock"

    def make(self) -> "Paths":
        """Create the folders, readable by this user only. Raises BadInput where the place is no good."""
        if kind := network_file_system(self.root):
            raise BadInput(
                f"{self.root} is on a network drive ({kind}), where the task store would be damaged. "
                "Choose a folder on this machine with --data-dir."
            )
        try:
            for folder in (self.root, self.logs, self.locks, self.runtime):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_library()
        except OSError as error:
            raise BadInput(
                f"The data folder {self.root} cannot be made: {error.strerror}. "
                "Choose another with --data-dir."
            ) from error
        if self.runtime.stat().st_uid != os.getuid():
            raise BadInput(f"{self.runtime} belongs to another user. Remove it, then start again.")
        return self


@functools.lru_cache(maxsize=4)
def _load_settings(path: Path, _changed_at: int, _inode: int) -> Settings:
    """Read once a change: the place of the library is asked for at every page."""
    return Settings.load(path)


def resources() -> Path:
    """The folder of icons, fonts, the sample book and templates: beside the package, or in the bundle."""
    return Path(__file__).resolve().parent.parent / "resources"
