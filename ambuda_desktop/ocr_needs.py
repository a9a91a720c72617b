"""What an OCR engine needs before it can begin: asked by whoever submits work, and again by the plan."""

from ambuda_desktop.google_account import require_key
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.tessdata import folders, locate


def check_engine(paths: Paths, options: OcrOptions) -> None:
    """Raises AmbudaError with the fix: MissingProgram where language data is missing, BadInput without credentials."""
    if options.engine == "tesseract":
        locate(folders(paths), options.model_name)
    else:
        require_key(paths)
