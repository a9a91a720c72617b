"""What the user may set: one model, saved as `settings.json` in the data folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ambuda_desktop.broker_url import check
from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import write_atomic
from ambuda_desktop.locks import FileLock
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions

LOCK_WAIT = 5.0  # seconds that a change waits for another one
LANGUAGES = {"system": "", "en": "English"}


class Settings(BaseModel):
    """Settings of the window, the command line and the daemon."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True, hide_input_in_errors=True)

    theme: Literal["system", "light", "dark"] = "system"
    language: Literal["system", "en"] = "system"
    #: Seconds that running tasks get to reach the end of their page when the daemon stops.
    stop_timeout: float = Field(default=30.0, ge=1, le=600)
    #: MB (millions of bytes) of memory that a pool process may take; one that takes more is ended, with its task.
    memory_limit: int = Field(default=2000, ge=100)
    #: MB: a pool process that has ever taken more is replaced by a new one at the end of its task. Workers read it when
    #: they start.
    memory_recycle: int = Field(default=500, ge=100)
    #: The folder of all books; None: `library` in the data folder.
    library: Path | None = None
    #: How pages are made where nobody says otherwise.
    split: PageOptions = PageOptions()
    #: How text is recognised where nobody says otherwise.
    ocr: OcrOptions = OcrOptions()
    #: Options that were given a name.
    presets: dict[str, PageOptions] = {}
    #: Folders of task code beside `tasks` in the data folder; watched, and live again when a file in them is saved.
    task_folders: list[Path] = []
    #: A folder with language data for Tesseract, looked into before those of the program and the system.
    tessdata: Path | None = None
    #: RabbitMQ as broker, without its password: `amqp://user@host:5672/vhost`. Empty: our own Redis. The daemon reads
    #: it when it starts.
    broker_url: Annotated[str, AfterValidator(check)] = ""
    #: Whether saved task code goes live by itself.
    reload: bool = True
    #: Whether the system tells when a book ends or fails.
    notify: bool = True

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """The saved settings, or the defaults where none were saved. Raises BadInput with the reason."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except ValidationError as error:
            raise BadInput(f"{path} cannot be used: {first_fault(error)}. Mend or remove it.") from error

    @classmethod
    def usable(cls, path: Path) -> "Settings":
        """The saved settings, or the defaults where those are damaged: for what must go on all the same."""
        try:
            return cls.load(path)
        except BadInput:
            return cls()

    def save(self, path: Path) -> None:
        write_atomic(path, self.model_dump_json(indent=2).encode())

    @classmethod
    def change(cls, path: Path, **values: object) -> "Settings":
        """Save some values beside those that are saved already. Raises BadInput with the reason; then none is."""
        with cls._changing(path) as settings:
            for name, value in values.items():
                setattr(settings, name, value)
        return settings

    @classmethod
    def change_preset(cls, path: Path, name: str, options: PageOptions | None) -> "Settings":
        """Give options a name, or with None forget that name. Raises BadInput."""
        with cls._changing(path) as settings:
            others = {key: value for key, value in settings.presets.items() if key != name}
            settings.presets = {**others, name: options} if options else others
        return settings

    @classmethod
    @contextlib.contextmanager
    def _changing(cls, path: Path) -> "Iterator[Settings]":
        # One at a time: of two changes at once, one would be lost.
        lock = FileLock.take(path.with_name(f".{path.name}.lock"), wait=LOCK_WAIT)
        if lock is None:
            raise BadInput(f"{path} is being changed by another program. Try again.")
        try:
            settings = cls.load(path)
            yield settings
            settings.save(path)
        except ValidationError as error:
            raise BadInput(f"This cannot be used: {first_fault(error)}.") from error
        finally:
            lock.release()


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong with some values: `stop_timeout: Input should be a valid number`."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{field}: {first['msg']}"
