from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.ui import book_words
from ambuda_desktop.ui.pages.book_detail import together
from tests.ui.summaries import book

DOUBT = "The PDF is damaged and was repaired as far as possible. Compare the pages with the book."
KEPT = "It could not be made again, so its earlier image was kept: The image is damaged."


def test_states_in_words() -> None:
    cases = {
        "stopped after page 61; 61 pages kept": book(state="cancelled"),
        "stopped; 60 pages of 100 kept": book(state="cancelled", cells="." + "d" * 60 + "." * 39),
        "stopped; no page was made": book(state="cancelled", cells="." * 100),
        "1 page failed": book(state="incomplete", failures={3: "x"}),
        "2 pages were not made": book(state="incomplete", missing=[3, 4]),
        "1 page could not be made again": book(state="incomplete", missing=[3], warnings={3: KEPT}),
        "its last step failed": book(state="incomplete"),
        "2 pages need a look": book(state="done", warnings={3: "x", 4: "x"}),
        "done": book(state="done"),
        "waiting for a worker": book(),
        "waiting for the network": book(waiting_for="network"),
        "waiting for a password": book(state="waiting", cells="", waiting_for="password"),
        "waiting for another password: the last one was wrong": book(
            state="waiting", cells="", waiting_for="another password"
        ),
        "splitting into pages": book(cells="d" * 61 + "r" + "." * 38),
        "looking at its pages": book(pages=None, cells=""),
        "stopping after the pages in hand": book(stopping=True),
        "paused; 61 of 100 done": book(paused=True),
        "pausing after the pages in hand": book(paused=True, cells="d" * 61 + "r" + "." * 38),
        "paused": book(paused=True, pages=None, cells=""),
        "It is protected.": book(state="failed", error="It is protected."),
    }
    for said, summary in cases.items():
        assert book_words.book_state(summary)[0] == said


def test_a_paused_book_that_has_ended_is_not_called_paused() -> None:
    assert book_words.book_state(book(state="done", paused=True))[0] == "done"


def test_left_out_pages_count_for_nothing_but_are_told() -> None:
    some = book(state="done", cells="d" * 20 + "-" * 80, asked="1-20")
    assert book_words.notes(some) == "80 pages left out"
    assert book_words.wanted_pages(some) == 20
    assert "20 pages made; 80 pages left out." in book_words.book_sentence(some)
    assert book_words.page_words(some, 21) == "Page 21 of 100: left out."


def test_doubts_are_in_the_row_with_the_tone_of_a_look() -> None:
    doubtful = book(state="done", cells="d" * 100, doubt=DOUBT)
    assert book_words.book_state(doubtful) == ("done", "look")
    assert book_words.notes(doubtful) == "The PDF is damaged and was repaired as far as possible"


def test_pages_of_a_book_that_rests_do_not_wait() -> None:
    assert book_words.page_words(book(), 62) == "Page 62 of 100: waiting."
    assert book_words.page_words(book(paused=True), 62) == "Page 62 of 100: paused."
    assert book_words.page_words(book(state="cancelled"), 62) == "Page 62 of 100: not made."


def test_options_and_titles() -> None:
    assert book_words.options(PageOptions()) == "JPEG 90"
    full = PageOptions(format="png", grayscale=True, max_dpi=300)
    assert book_words.options(full) == "PNG, grayscale, at most 300 dpi"
    assert book_words.titles([book()]) == "“Gītā”"
    assert book_words.titles([book(), book()]) == "2 books"


def test_several_books_together() -> None:
    books = [book(paused=True), book(state="incomplete", failures={3: "x"}), book(paused=True)]
    assert together(books) == "2 paused, 1 with pages missing. 183 of 300 pages made, 1 page failed."
