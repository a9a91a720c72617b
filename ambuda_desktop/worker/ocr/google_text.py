"""What Google Vision answers, as words and lines: it tells symbols, and after which of them a space or a line ends.

Everything is read from the raw protobuf messages: through proto-plus a full page takes ten times as long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ambuda_desktop.page_text import Word
from ambuda_desktop.text_cleaning import clean

#: DetectedBreak.BreakType; what else there is (UNKNOWN, none) separates nothing.
SPACES, LINE_ENDS, HYPHEN = (1, 2), (3, 5), 4


@dataclass
class _Piece:
    """One of Google's words: it makes one of a danda or a comma, too. `ends`: nothing, ` `, `-` or a line break."""

    text: str
    box: tuple[int, int, int, int]
    symbols: int
    confidence: float
    ends: str
    apart: bool  # a break stands before it


@dataclass(frozen=True)
class Place:
    """How the picture that was sent lies in the page image: `scale` times as large is the page, in pixels."""

    width: int
    height: int
    scale: float = 1.0


def words_of(annotation: Any, place: Place) -> list[Word]:
    """The words of a TextAnnotation (the raw message), in the order of reading: what stands between two breaks.

    Boxes are pixels of the page image, and never outside of it.
    """
    words: list[Word] = []
    line = block_number = 0
    for page in annotation.pages:
        for block in page.blocks:
            found, line = _words_of_block(block, line, block_number, place)
            words += found
            block_number += bool(found)
    return words


def _words_of_block(block: Any, line: int, number: int, place: Place) -> tuple[list[Word], int]:
    """Also the number of the next line: a paragraph ends its last one."""
    words: list[Word] = []
    for paragraph in block.paragraphs:
        pieces: list[_Piece] = []
        for piece in map(_piece, paragraph.words):
            if piece.apart:
                words += _joined(pieces, line, number, place)
                pieces = []
            pieces.append(piece)
            if piece.ends:
                words += _joined(pieces, line, number, place)
                pieces = []
            if piece.ends in ("\n", "-"):
                line += 1
        words += _joined(pieces, line, number, place)
        if words and words[-1].line == line:
            line += 1
    return words, line


def _piece(word: Any) -> _Piece:
    text, ends, apart = "", "", False
    for symbol in word.symbols:
        text += symbol.text
        found = symbol.property.detected_break
        if found.is_prefix:
            apart = True
            continue
        kind = found.type_
        ends = "\n" if kind in LINE_ENDS else " " if kind in SPACES else "-" if kind == HYPHEN else ""
    text += "-" if ends == "-" else ""
    return _Piece(text, _box(word), len(word.symbols), word.confidence, ends, apart)


def _box(word: Any) -> tuple[int, int, int, int]:
    # A coordinate that is missing is 0: protobuf sends no zeros.
    xs = [vertex.x for vertex in word.bounding_box.vertices] or [0]
    ys = [vertex.y for vertex in word.bounding_box.vertices] or [0]
    return min(xs), min(ys), max(xs), max(ys)


def _joined(pieces: list[_Piece], line: int, block: int, place: Place) -> Iterator[Word]:
    """What nothing separates is one word: no box of its own for a comma, and two bars are a double danda."""
    text = clean("".join(piece.text for piece in pieces)).strip()
    if not text:
        return
    boxes = [piece.box for piece in pieces]
    known = [piece for piece in pieces if piece.confidence > 0]  # 0 is how protobuf says nothing
    symbols = sum(piece.symbols for piece in known)
    yield Word(
        text=text,
        x1=_clamped(min(box[0] for box in boxes) * place.scale, place.width),
        y1=_clamped(min(box[1] for box in boxes) * place.scale, place.height),
        x2=_clamped(max(box[2] for box in boxes) * place.scale, place.width),
        y2=_clamped(max(box[3] for box in boxes) * place.scale, place.height),
        confidence=min(1.0, sum(p.confidence * p.symbols for p in known) / symbols) if symbols else None,
        line=line,
        block=block,
    )


def _clamped(value: float, most: int) -> int:
    return min(max(round(value), 0), most)
