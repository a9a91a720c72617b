from dataclasses import replace

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.ui.book_commands import BY_NAME, COMMANDS
from tests.ui.summaries import book, text

DONE = book(state="done", cells="d" * 100)
LOCKED = book(state="waiting", cells="", pages=None, waiting_for="password")


def fits(*books: object) -> list[str]:
    return [c.name for c in COMMANDS if c.fitting(books)]  # type: ignore[arg-type]


def test_what_can_be_done_follows_the_state() -> None:
    assert fits(book()) == ["pause", "cancel", "folder", "pages", "tasks"]
    assert fits(book(paused=True)) == ["resume", "cancel", "folder", "pages", "tasks"]
    assert fits(book(stopping=True)) == ["folder", "pages", "tasks"]
    assert fits(DONE) == ["recognise", "folder", "pages", "tasks", "split", "remove"]
    stopped = fits(book(state="cancelled"))
    assert stopped == ["retry", "recognise", "folder", "pages", "tasks", "split", "remove"]
    assert fits(LOCKED) == ["cancel", "folder", "tasks"]


def test_what_can_be_done_follows_the_text_too() -> None:
    # Its text is read: as with a split
    reading = replace(DONE, text=text(state="working"))
    assert fits(reading) == ["pause", "cancel", "folder", "pages", "tasks"]
    assert fits(replace(reading, text=text(state="working", stopping=True))) == ["folder", "pages", "tasks"]

    # It waits for the network: Tesseract needs none
    google = OcrBook(book="gita", options=OcrOptions(engine="google"))
    waiting = text(state="waiting", waiting_for="the network since 14:02", asked=google)
    assert fits(replace(DONE, text=waiting))[0] == "offline"

    # Pages are missing in it
    unread = replace(DONE, text=text(state="incomplete", missing=[4, 7]))
    assert fits(unread)[:2] == ["retry", "recognise"]
    assert BY_NAME["retry"].words([unread]) == "Read 2 pages again"
    assert BY_NAME["retry"].words([replace(DONE, text=text(state="cancelled"))]) == "Go on reading"
    assert BY_NAME["retry"].words([replace(DONE, text=text(state="failed"))]) == "Try again"


def test_of_several_books_those_that_fit_are_counted() -> None:
    books = [book(), book(), book(paused=True), DONE]
    assert fits(*books) == ["resume", "pause", "cancel", "recognise", "split", "remove"]
    words = {c.name: c.words(c.fitting(books)) for c in COMMANDS if c.fitting(books)}
    assert words["pause"] == "Pause 2 books"
    assert words["cancel"] == "Cancel 3 books"
    assert words["resume"] == "Resume"


def test_retry_says_what_it_will_do() -> None:
    words = BY_NAME["retry"].words
    assert words([book(state="incomplete", missing=[3], failures={3: "x"})]) == "Retry 1 failed page"
    assert words([book(state="incomplete")]) == "Try the last step again"
    assert words([book(state="cancelled")]) == "Go on with the rest"
    assert words([book(state="failed", cells="")]) == "Try again"
    assert words([book(state="failed"), book(state="cancelled")]) == "Retry 2 books"

    # And whether the text is tried again with them
    lacks = book(state="incomplete", missing=[3])
    unread = replace(lacks, text=text(state="incomplete", missing=[4]))
    assert words([unread]) == "Retry 1 failed page, and the text"
    assert words([replace(lacks, text=text(state="cancelled", missing=[4]))]) == "Retry 1 failed page"


def test_each_has_words_and_a_shortcut_of_its_own() -> None:
    assert all(command.words() and command.keys for command in COMMANDS)
    assert len({command.keys for command in COMMANDS}) == len(COMMANDS)
