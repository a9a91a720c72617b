"""What recognising text offline needs."""

from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.errors import MissingProgram
from ambuda_desktop.params.ocr_options import DEFAULT_MODEL
from ambuda_desktop.paths import Paths
from ambuda_desktop.tessdata import folders, locate, models


def language_data(paths: Paths) -> Finding:
    """Whether Tesseract has the data for Devanagari."""
    what = "Tesseract data"
    places = folders(paths)
    try:
        folder, _ = locate(places, DEFAULT_MODEL)
    except MissingProgram as error:
        says, _, mend = str(error).rpartition("Install it: ")
        return Finding(what, "look", f"{says.strip()} Text cannot be recognised offline.", mend)
    return Finding(what, "ok", f"{', '.join(models(places))}; {DEFAULT_MODEL} in {folder}")
