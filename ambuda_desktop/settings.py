"""What the user may set: one model, saved as `settings.json` in the data folder."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import write_atomic
from ambuda_desktop.paths import Paths


class Settings(BaseModel):
    """Settings of the window and the daemon."""

    model_config = ConfigDict(extra="ignore")

    theme: Literal["system", "light", "dark"] = "system"
    #: Seconds that running tasks get to reach the end of their page when the daemon stops.
    stop_timeout: float = 30.0

    @classmethod
    def load(cls, paths: Paths) -> "Settings":
        """The saved settings, or the defaults where none were saved. Raises BadInput with the reason."""
        if not paths.settings.exists():
            return cls()
        try:
            return cls.model_validate_json(paths.settings.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "the file"
            raise BadInput(
                f"{paths.settings} cannot be used: {field}: {first['msg']}. Mend or remove it."
            ) from error

    def save(self, paths: Paths) -> None:
        write_atomic(paths.settings, self.model_dump_json(indent=2).encode())
