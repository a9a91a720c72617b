"""The structure of a JPEG file: enough to say whether it is whole and of the size it claims."""

from typing import NamedTuple

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
# Baseline, extended and progressive with Huffman coding: what every program can show.
_COMMON_FRAMES = (0xC0, 0xC1, 0xC2)
_OTHER_FRAMES = (0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)
_ALONE = (0x01, *range(0xD0, 0xD8))  # markers without a length
_PADDING = b"\0\r\n\t "
_TAIL = 256  # bytes to search for the end marker


class Frame(NamedTuple):
    """What a JPEG's frame header says."""

    width: int  # pixels
    height: int  # pixels
    components: int
    common: bool  # whether every program can show it


def read_frame(data: bytes | memoryview) -> Frame | None:
    """The frame header, or None where `data` is no JPEG that goes as far as that."""
    if bytes(data[:2]) != SOI:
        return None
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _COMMON_FRAMES or marker in _OTHER_FRAMES:
            height, width = _word(data, at + 5), _word(data, at + 7)
            common = marker in _COMMON_FRAMES and data[at + 4] == 8
            return Frame(width, height, data[at + 9], common)
        elif marker in (0xD9, 0xDA):
            return None
        else:
            at += 2 + _word(data, at + 2)
    return None


def is_complete(data: bytes | memoryview) -> bool:
    """Whether the data ends with the end marker; zeros and line ends after it do no harm."""
    return bytes(data[-_TAIL:]).rstrip(_PADDING).endswith(EOI)


def _word(data: bytes | memoryview, at: int) -> int:
    return data[at] << 8 | data[at + 1]
