"""Which words stand on a page of the searchable PDF, and where: the engine's, or a person's in their place."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ambuda_desktop.books import BookFolder
from ambuda_desktop.page_text import Word
from ambuda_desktop.recognised import PageReading, is_changed, reading, text_file

Box = tuple[float, float, float, float]  # x1, y1, x2, y2 in pixels
_LEAST_LINES = 25  # of a page: a lone line is not made larger than that


def shown_words(folder: BookFolder, number: int, width: int, height: int) -> list[Word]:
    """The words of a page (from 1) in pixels of its image, which has this size; none where nothing was read.

    Where a person changed the text, the person's words are shown, and their places are estimated. Has the text as many
    lines as were recognised, each line stands where it was recognised: word by word if their number is the same, else
    spread over the line by their lengths. Has it more lines or fewer, they are spread over the place of all the text,
    from top to bottom: a search finds the page, and about the place.
    """
    known = reading(folder, number)
    words = _fitted(known, width, height) if known else []
    if not is_changed(folder, number):
        return words
    lines = _lines_of_person(folder, number)
    found = [list(line) for _, line in groupby(words, key=lambda word: word.line)]
    if len(lines) != len(found):
        places = _bands(_around(words) if words else (0, 0, width, height), len(lines), height)
        spread = (_spread(line, place, n) for n, (line, place) in enumerate(zip(lines, places, strict=True)))
        return [word for line in spread for word in line]
    return [word for line, before in zip(lines, found, strict=True) for word in _replaced(line, before)]


def _lines_of_person(folder: BookFolder, number: int) -> list[list[str]]:
    """The words of each line that has some. What is no UTF-8 is shown as that."""
    text = text_file(folder, number).read_bytes().decode("utf-8-sig", "replace")
    lines = (line.split() for line in unicodedata.normalize("NFC", text).splitlines())
    return [line for line in lines if line]


def _fitted(known: PageReading, width: int, height: int) -> list[Word]:
    """The words as they are on an image that may have been made larger or smaller since."""
    if (known.width, known.height) == (width, height):
        return known.words
    across, down = width / known.width, height / known.height
    return [
        _word(word.text, (word.x1 * across, word.y1 * down, word.x2 * across, word.y2 * down), word.line)
        for word in known.words
    ]


def _replaced(line: Sequence[str], before: Sequence[Word]) -> Iterator[Word]:
    if len(line) == len(before):
        return (word.model_copy(update={"text": text}) for text, word in zip(line, before, strict=True))
    return _spread(line, _around(before), before[0].line)


def _spread(line: Sequence[str], place: Box, number: int) -> Iterator[Word]:
    """The words beside each other, as wide as they are long, with spaces between them."""
    x1, y1, x2, y2 = place
    # Letters that are much wider than high would make readers take two lines for one.
    step = min((x2 - x1) / (sum(map(len, line)) + len(line) - 1), y2 - y1)
    at = x1
    for text in line:
        yield _word(text, (at, y1, at + step * len(text), y2), number)
        at += step * (len(text) + 1)


def _bands(place: Box, count: int, height: int) -> Iterator[Box]:
    """So many lines, from the top of this place to its bottom."""
    x1, y1, x2, y2 = place
    step = min((y2 - y1) / max(1, count), height / _LEAST_LINES)
    return ((x1, y1 + step * n, x2, y1 + step * (n + 1)) for n in range(count))


def _around(words: Iterable[Word]) -> Box:
    boxes = [(word.x1, word.y1, word.x2, word.y2) for word in words]
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _word(text: str, place: Box, line: int) -> Word:
    x1, y1, x2, y2 = (round(value) for value in place)
    return Word(text=text, x1=x1, y1=y1, x2=x2, y2=y2, line=line)
