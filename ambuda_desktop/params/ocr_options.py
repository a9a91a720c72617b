"""How text is recognised: which engine, with which model."""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

DEFAULT_MODEL = "Devanagari"  # the script, not a language: Debian's tesseract-ocr-script-deva
_OLD_TYPE = "old type"
_MODEL = re.compile(r"[A-Za-z0-9_][\w.-]*(/[\w.-]+)?", re.ASCII)


class OcrOptions(BaseModel):
    """How the text of page images is recognised."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["google", "tesseract"] = Field(
        default="tesseract", description="Google Vision, or Tesseract, which needs no network"
    )
    model: str | None = Field(default=None, description="of the engine, such as san+Devanagari")
    preset: Literal["old type"] | None = Field(
        default=None, description="old type: for worn prints of the 19th century (Tesseract)"
    )

    @field_validator("preset", mode="before")
    @classmethod
    def _as_typed(cls, value: object) -> object:
        """The command line's `old-type` is meant, too: in a shell a name with a space wants quotes."""
        return value.replace("-", " ") if isinstance(value, str) else value

    @field_validator("model")
    @classmethod
    def _plain(cls, value: str | None) -> str | None:
        """A model is the name of a file, or several of them: none that leads out of their folder."""
        if value is not None and not all(
            _MODEL.fullmatch(part) and ".." not in part for part in value.split("+")
        ):
            raise ValueError(f"“{value}” is not the name of a model such as Devanagari or san+Devanagari.")
        return value

    @property
    def model_name(self) -> str:
        """The model that is meant; empty where the engine chooses."""
        return self.model or (DEFAULT_MODEL if self.engine == "tesseract" else "")

    @property
    def key(self) -> str:
        """A short name for all of it: two pages with the same key were read in the same way."""
        return " ".join(part for part in (self.engine, self.model_name, self.preset) if part)

    @classmethod
    def of_key(cls, key: str) -> Self:
        """The options that have this key. Raises ValueError where none have."""
        engine, _, model = key.partition(" ")
        preset = _OLD_TYPE if model.endswith(_OLD_TYPE) else None
        model = model.removesuffix(preset or "").strip()
        # Each of them is checked as anything that is read from a file.
        said = {
            "engine": engine,
            "preset": preset,
            "model": model if model and model != DEFAULT_MODEL else None,
        }
        return cls.model_validate(said)
