"""The structure of a PNG file: enough to say whether it is whole, and of what size."""

_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_END = b"IEND\xaeB`\x82"
_TAIL = 64  # bytes to search for the end


def read_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, or None where `data` is no PNG."""
    if not data.startswith(_START) or len(data) < len(_START) + 8:
        return None
    at = len(_START)
    return int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 4 : at + 8], "big")


def is_complete(data: bytes) -> bool:
    """Whether the data ends with the last chunk."""
    return _END in data[-_TAIL:]
