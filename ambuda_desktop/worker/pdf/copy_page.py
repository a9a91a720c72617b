"""Taking a page's JPEG out of the PDF, byte for byte."""

from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pdf.preflight import Copy, color_components


class BadJpeg(Exception):
    """The embedded JPEG is not what the PDF says it is: `str` says in what way."""


def embedded_jpeg(page: Copy) -> tuple[memoryview, jpeg.Frame]:
    """The bytes of the page's JPEG as they lie in the PDF. Raises BadJpeg where they cannot stand alone."""
    image = page.image
    # A view: a 20 MB scan need not be held twice.
    data = memoryview(image.get_raw_stream_buffer())
    frame = jpeg.read_frame(data)
    if frame is None:
        raise BadJpeg("The PDF's image of this page is not a JPEG.")
    if not frame.common or frame.components != color_components(image):
        raise BadJpeg("The PDF's image of this page is an unusual kind of JPEG.")
    stated = int(image.get("/Width", 0)), int(image.get("/Height", 0))
    if (frame.width, frame.height) != stated:
        raise BadJpeg(
            f"The PDF says {stated[0]} × {stated[1]} pixels of this page, its image has "
            f"{frame.width} × {frame.height}."
        )
    if not jpeg.is_complete(data):
        raise BadJpeg("The PDF's image of this page is cut short.")
    return data, frame
