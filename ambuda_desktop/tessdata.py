"""The language data of Tesseract: where it lies, and which models there are."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ambuda_desktop.errors import MissingProgram
from ambuda_desktop.params.ocr_options import DEFAULT_MODEL
from ambuda_desktop.paths import Paths, resources
from ambuda_desktop.settings import Settings

SUFFIX = ".traineddata"
#: Where systems put it: Debian and Ubuntu, other Linuxes, Homebrew.
SYSTEM = (
    "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
    "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata",
)  # fmt: skip
PACKAGES = {"Devanagari": "tesseract-ocr-script-deva", "san": "tesseract-ocr-san"}
_NO_LANGUAGE = ("osd",)  # it tells how a page is turned


def folders(paths: Paths) -> list[Path]:
    """Where to look: the user's folder, the bundle's, the system's. Raises BadInput where the settings are damaged."""
    named = Settings.load(paths.settings).tessdata
    candidates = [*([named] if named else []), resources() / "tessdata", *map(Path, SYSTEM)]
    return [folder for folder in candidates if folder.is_dir()]


def models(places: Sequence[Path]) -> list[str]:
    """The models that are installed, the default first."""
    found = {name for folder in places for name in _names(folder)}
    return sorted(found, key=lambda name: (name != DEFAULT_MODEL, name.casefold()))


def locate(places: Sequence[Path], model: str) -> tuple[Path, str]:
    """The folder that has all parts of a model, and what the model is called in there.

    Raises MissingProgram with the fix where there is none.
    """
    lacks: list[str] = []
    for folder in places:
        names = [_name_in(folder, part) for part in model.split("+")]
        if all(names):
            return folder, "+".join(name for name in names if name)
        lacks = lacks or [part for part, name in zip(model.split("+"), names, strict=True) if not name]
    raise MissingProgram(_missing(lacks or model.split("+"), places))


def unusable(folder: Path, model: str) -> str:
    """A sentence for data that is there and cannot be read."""
    return f"The language data of Tesseract for {model} in {folder} is damaged. {_mend(model.split('+'), again=True)}"


def _name_in(folder: Path, part: str) -> str | None:
    """Debian has script models beside the languages, others in `script`."""
    return next(
        (name for name in (part, f"script/{part}") if (folder / f"{name}{SUFFIX}").is_file()), None
    )  # fmt: skip


def _names(folder: Path) -> Iterator[str]:
    for path in (*folder.glob(f"*{SUFFIX}"), *folder.glob(f"script/*{SUFFIX}")):
        if path.stem not in _NO_LANGUAGE:
            yield path.stem


def _missing(parts: Sequence[str], places: Sequence[Path]) -> str:
    there = models(places)
    known = f" There is {', '.join(there)}." if there else ""
    return f"Tesseract has no language data for {' and '.join(parts)}.{known} {_mend(parts)}"


def _mend(parts: Sequence[str], *, again: bool = False) -> str:
    packages = [PACKAGES.get(part.rpartition("/")[2], "") for part in parts]
    if all(packages):
        how = "apt-get install --reinstall" if again else "apt-get install"
        return f"Install it: {how} {' '.join(packages)}"
    return f"Put {', '.join(f'{part}{SUFFIX}' for part in parts)} into the folder that the setting tessdata names."
