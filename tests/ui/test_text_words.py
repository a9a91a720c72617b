"""ui/text_words.py: what the text of books and of their pages is doing, in words."""

from dataclasses import replace

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.store.texts import TextSummary
from ambuda_desktop.ui.text_cells import confidence_cells, low_pages, strip
from ambuda_desktop.ui.text_words import page_and_text, text_sentence, text_state, waits_for_network
from tests.ui.summaries import book, text

DONE = book(state="done", cells="d" * 100)
GOOGLE = OcrBook(book="gita", options=OcrOptions(engine="google"))


def state(found: TextSummary, *, paused: bool = False) -> tuple[str, str]:
    return text_state(replace(DONE, text=found, paused=paused))


def test_a_text_through_its_life() -> None:
    assert text_state(DONE) == ("", "done")
    waiting = text(state="waiting", wanted=0, tried=0, cells="-" * 100, confidence={})
    assert state(waiting) == ("text waiting for a worker", "waiting")
    assert state(replace(waiting, state="working")) == ("choosing the pages to read", "running")
    half = text(state="working", tried=60, cells="d" * 60 + "r" + "." * 39, confidence={})
    assert state(half) == ("text of 60 pages read", "running")
    assert state(half, paused=True) == ("text paused, 60 of 100 pages read", "waiting")
    assert state(replace(half, stopping=True)) == ("text stops after the pages in hand", "waiting")
    assert state(text()) == ("text of 100 pages", "done")


def test_a_text_that_is_not_whole() -> None:
    sure = {**text().confidence, 7: 0.5, 9: 0.2, 11: 0.59}
    assert state(text(confidence=sure)) == ("text of 100 pages, 3 pages with low confidence", "look")
    unread = text(state="incomplete", cells="d" * 99 + "x", missing=[100], failures={100: "It is torn."})
    assert state(unread) == ("text of 99 pages, 1 page not read", "failed")
    assert state(text(state="cancelled", cells="d" * 60 + "." * 40)) == (
        "text stopped, 60 pages kept",
        "waiting",
    )
    assert state(text(state="failed", error="There is no data.")) == ("text: There is no data.", "failed")
    last = text(state="incomplete", error="The disk is full.")
    assert state(last) == ("text of 100 pages; its last step failed: The disk is full.", "failed")


def test_waiting_for_the_network_is_told_and_tesseract_never_does() -> None:
    waits = text(state="working", waiting_for="the network since 14:02", cells="." * 100, asked=GOOGLE)
    assert state(waits) == ("text waiting for the network since 14:02", "look")
    assert waits_for_network(replace(DONE, text=waits))
    silent = replace(waits, waiting_for="an answer from Google since 14:02")
    assert waits_for_network(replace(DONE, text=silent))
    assert not waits_for_network(replace(DONE, text=replace(waits, stopping=True)))
    assert not waits_for_network(replace(DONE, text=replace(waits, asked=OcrBook(book="gita"))))
    assert not waits_for_network(DONE)


def test_the_strip_tells_how_sure_each_page_is() -> None:
    # Given pages that were read in all ways there are
    found = text(
        state="working", cells="ddddddlxr.-",
        confidence={1: 0.95, 2: 0.7, 3: 0.4, 4: None, 5: 0.1, 7: 0.3}, kept=[5], failures={8: "It is torn."},
    )  # fmt: skip

    # Then each has a letter of its own; one whose task has not ended is only known to be read
    assert confidence_cells(found, 12) == "hfpbPdlxr.--"
    # And those that a person corrected need no look
    assert low_pages(found) == [7, 3]
    # And the row shows them as soon as all images are there
    assert strip(replace(DONE, cells="d" * 12, text=found)) == "hfpbPdlxr.--"
    assert strip(book(text=found)) == book().cells


def test_a_page_in_words() -> None:
    found = text(
        state="incomplete", cells="ddddx" + "d" * 95, kept=[4], failures={5: "It is torn."},
        confidence={1: 0.94, 2: 0.41, 3: None},
    )  # fmt: skip
    whole = replace(DONE, text=found)
    assert page_and_text(DONE, 1) == "Page 1 of 100: done."
    assert page_and_text(whole, 1) == "Page 1 of 100: done. Text: read, 94 %."
    assert page_and_text(whole, 2).endswith("Text: low confidence, 41 %.")
    assert page_and_text(whole, 3).endswith("Text: blank, or the engine does not say how sure it is.")
    assert page_and_text(whole, 4).endswith("Text: as a person left it.")
    assert page_and_text(whole, 5).endswith("Text: not read. It is torn.")


def test_the_sentence_of_the_detail_pane() -> None:
    found = text(kept=[3, 4], started_at=10.0, ended_at=13.9)
    assert text_sentence(replace(DONE, text=found)) == (
        "Text of 100 pages; read in 3.9 s by Tesseract, Devanagari. 2 pages were left as a person has them."
    )
    paid = text_sentence(replace(DONE, text=text(asked=GOOGLE, read=312)))
    assert paid == "Text of 100 pages; read by Google Vision. Google read 312 pages this time, about $0.47."
    assert "$" not in text_sentence(replace(DONE, text=text(read=312)))
    aside = text_sentence(replace(DONE, text=text(set_aside=["gita.1.txt"])))
    assert aside.endswith(". The whole text as a person changed it is kept in gita.1.txt.")
    assert text_sentence(DONE) == ""
    split = book(then_ocr=OcrOptions(model="san+Devanagari"))
    assert text_sentence(split) == "Then its text is recognised by Tesseract, san+Devanagari."
    reading = text_sentence(replace(DONE, text=text(state="working", tried=8, cells="d" * 8 + "." * 92)))
    assert reading == "Text of 8 pages read (Tesseract, Devanagari)."
    failed = text_sentence(replace(DONE, text=text(state="failed", error="There is no data.")))
    assert failed == "Text: There is no data."
