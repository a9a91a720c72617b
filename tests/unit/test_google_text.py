"""worker/ocr/google_text.py: words and lines out of symbols and detected breaks."""

from typing import Any

from google.cloud import vision

from ambuda_desktop.page_text import Word, text_of
from ambuda_desktop.worker.ocr.google_text import Place, words_of
from tests.support.fake_vision import Break, Drawn, Page, annotation, lines

PLACE = Place(1000, 1500)


def read(page: Page, place: Place = PLACE) -> list[Word]:
    return words_of(vision.TextAnnotation.pb(annotation(page)), place)


def test_breaks_make_words_lines_and_blocks() -> None:
    # Given two blocks, the first of two lines
    words = read([*lines("रामो वनं", "गच्छति"), *lines("अथ")])

    # Then each word knows its line and block, and the text has an empty line between blocks
    assert [(w.text, w.line, w.block) for w in words] == [
        ("रामो", 0, 0), ("वनं", 0, 0), ("गच्छति", 1, 0), ("अथ", 2, 1),
    ]  # fmt: skip
    assert text_of(words) == "रामो वनं\nगच्छति\n\nअथ\n"


def test_what_nothing_separates_is_one_word_with_one_box() -> None:
    # Given a comma and two bars, which Google takes for words of their own
    words = read([[
        Drawn("अथ", None, (10, 10, 50, 30), 0.9), Drawn(",", Break.SPACE, (52, 20, 56, 34), 0.3),
        Drawn("|", None, (70, 10, 72, 30)), Drawn("|", Break.LINE_BREAK, (74, 10, 76, 30)),
    ]])  # fmt: skip

    # Then the comma belongs to its word, and the bars are a double danda
    assert [(w.text, w.x1, w.y1, w.x2, w.y2) for w in words] == [
        ("अथ,", 10, 10, 56, 34), ("॥", 70, 10, 76, 30),
    ]  # fmt: skip
    # And a sign counts as much as another: two of 0.9, one of 0.3
    assert words[0].confidence is not None
    assert abs(words[0].confidence - 0.7) < 1e-6


def test_a_hyphen_that_is_not_in_the_text_is_written_and_ends_the_line() -> None:
    words = read([[Drawn("महा", Break.HYPHEN), Drawn("भारतम्", Break.EOL_SURE_SPACE), Drawn("अथ", None)]])
    assert text_of(words) == "महा-\nभारतम्\nअथ\n"


def test_a_break_before_a_word_separates_too() -> None:
    # Given a word whose break stands before its first symbol
    found: Any = annotation([[Drawn("क", None), Drawn("ख", Break.LINE_BREAK)]])
    symbol = found.pages[0].blocks[0].paragraphs[0].words[1].symbols[0]
    symbol.property.detected_break = {"type_": Break.SPACE, "is_prefix": True}

    # Then these are two words
    assert text_of(words_of(vision.TextAnnotation.pb(found), PLACE)) == "क ख\n"


def test_missing_coordinates_are_zero_and_boxes_stay_within_the_page() -> None:
    # Given a word at the very corner, and one that reaches beyond the edges
    words = read([[Drawn("क", Break.SPACE, (0, 0, 20, 20)), Drawn("ख", None, (990, -5, 1010, 1510))]])
    assert [(w.x1, w.y1, w.x2, w.y2) for w in words] == [(0, 0, 20, 20), (990, 0, 1000, 1500)]


def test_boxes_of_a_smaller_picture_are_those_of_the_page() -> None:
    word = read([[Drawn("क", None, (10, 20, 30, 40))]], Place(1000, 1500, scale=2.5))[0]
    assert (word.x1, word.y1, word.x2, word.y2) == (25, 50, 75, 100)


def test_no_confidence_is_none_and_not_zero() -> None:
    assert read([[Drawn("क", None, confidence=0.0)]])[0].confidence is None


def test_a_blank_page_and_a_picture_have_no_words() -> None:
    # Given an answer without blocks, and one whose only block is a picture
    picture = vision.TextAnnotation.pb(vision.TextAnnotation(pages=[vision.Page(blocks=[vision.Block()])]))
    assert read([]) == words_of(picture, PLACE) == []
    assert text_of([]) == ""


def test_text_is_composed() -> None:
    # Given a sign that has two spellings in Unicode: ऩ decomposed
    assert read([[Drawn("न\u093c", None)]])[0].text == "ऩ"
