"""What the program knows of a book's pages, as files beside them: these outlive the store."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ValidationError, model_validator

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.files import write_atomic
from ambuda_desktop.params.split import PageOptions

#: Why there is no image: it was asked for, but its split ended early; or nobody asked for it.
NOT_MADE, NOT_ASKED = "This page was not made.", "This page was not asked for."


class PageRecord(BaseModel):
    """How one page image came to be, or why it did not."""

    number: int  # from 1
    file: str = ""  # its name in `pages`
    method: Literal["copied", "rendered", "failed", "missing"]
    width: int = 0  # pixels
    height: int = 0  # pixels
    dpi: float = 0.0  # pixels per inch of the PDF's page
    bytes: int = 0
    sha256: str = ""
    reason: str | None = None  # why it failed, or why a person should look at it
    options: PageOptions = PageOptions()

    @model_validator(mode="after")
    def _name_file(self) -> Self:
        """Records of the first version had no name: they were of JPEGs."""
        if not self.file and self.method in ("copied", "rendered"):
            self.file = f"{self.number}.jpg"
        return self

    @classmethod
    def load(cls, path: Path) -> "PageRecord | None":
        """The record, or None where it is missing or torn: then the page is simply made again."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def save(self, path: Path) -> None:
        # Not fsynced: the page itself is, and a record lost in a power cut costs making one page again.
        write_atomic(path, self.model_dump_json().encode(), durable=False)


class Manifest(BaseModel):
    """A book: written when it is accepted, and again when a split of it ends."""

    title: str
    slug: str
    source_name: str  # the name of the file or folder when it was added
    source_sha256: str
    #: For a book made of pictures: their names in the folder that was added, in the order of the pages.
    sources: list[str] = []
    pages: list[PageRecord] = []

    @classmethod
    def load(cls, path: Path) -> "Manifest":
        """The saved manifest. Raises AmbudaError where it is missing or damaged."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            what = "is missing"
        except (OSError, ValidationError):
            what = "cannot be read"
        raise AmbudaError(
            f"{path} {what}: the book's pages are safe, but add its PDF or pictures as a new book."
        )

    def save(self, path: Path) -> None:
        write_atomic(path, self.model_dump_json(indent=1).encode())
