"""`ocr`: the text of books, and of loose pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ambuda_desktop.books import book_folder
from ambuda_desktop.cli import names, say, shapes, waiting_for_text, words
from ambuda_desktop.cli.completing import BOOK
from ambuda_desktop.cli.options import example, takes_json, takes_wait
from ambuda_desktop.cli.page_options import takes_pages
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.errors import BadInput
from ambuda_desktop.ocr_cost import cost_sentence
from ambuda_desktop.ocr_needs import check_engine
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.reading_list import read_already, reading_list
from ambuda_desktop.recognising import recognise
from ambuda_desktop.sources import PICTURE_SUFFIXES
from ambuda_desktop.store.books import BookSummary, title
from ambuda_desktop.store.texts import text_summary


class Model(click.ParamType[str]):
    """The name of a model."""

    name = "model"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            OcrOptions(model=value)
        except ValueError:
            self.fail(
                f"“{value}” is not the name of a model such as Devanagari or san+Devanagari.", param, ctx
            )
        return str(value)


@click.command()
@click.argument("things", nargs=-1, required=True, type=BOOK, metavar="BOOK|IMAGE...")
@click.option(
    "--engine", type=click.Choice(["google", "tesseract"]),
    help="Google Vision, or Tesseract, which needs no network.",
)  # fmt: skip
@click.option("--model", type=Model(), help="Of the engine, such as san+Devanagari. Tesseract: Devanagari.")
@click.option("--preset", type=click.Choice(["old-type"]), help="For worn prints of the 19th century.")
@takes_pages
@click.option(
    "--again", is_flag=True, help="Pages that have a text, too, where they were read in another way."
)
@click.option(
    "--below", type=click.FloatRange(0, 1, min_open=True), metavar="0.6",
    help="Only pages that were read with a lower confidence.",
)  # fmt: skip
@takes_wait
@takes_json
@pass_session
@example(
    "ocr meghaduta --wait",
    "ocr meghaduta --model san+Devanagari --below 0.8 --wait",
    "ocr meghaduta --engine google --pages 1-20",
    "ocr page.jpg",
)
def ocr(
    session: Session,
    things: Sequence[str],
    engine: str | None,
    model: str | None,
    preset: str | None,
    pages: str | None,
    again: bool,
    below: float | None,
    wait: bool,
) -> None:
    """Recognise the text of books, or of pictures.

    Of a BOOK, the pages that have no text yet are read. What a person wrote is never replaced, and an earlier result
    stays beside the new one. The text of an IMAGE (JPEG, PNG, TIFF) is written to standard output. Without engine,
    model and preset, those of the settings “ocr.*” are taken.
    """
    said = OcrOptions(
        engine="google" if engine == "google" else "tesseract",
        model=model,
        preset="old type" if preset else None,
    )
    options = said if engine or model or preset else session.settings.ocr
    check_engine(session.paths, options)
    images = [Path(thing) for thing in things if _is_image(thing)]
    books = [thing for thing in things if not _is_image(thing)]
    if images:
        _read_images(session, images, options)
    asked = OcrBook(book="", options=options, pages=pages, only_missing=not again, below=below)
    begun: list[str] = []
    session.each(books, lambda name: _begin(session, name, asked, begun))
    if not begun:
        return
    session.stay()
    session.see_to_work()
    if wait:
        waiting_for_text.follow(session, begun)
        return
    for book in begun:
        text = text_summary(session.store, book)
        assert text is not None
        sentence = f"The text of “{title(session.store, book)}” is task {text.task}."
        session.tell(sentence, shapes.of_text(session.paths, text))
    session.remark(waiting_for_text.GOES_ON)


def _is_image(thing: str) -> bool:
    """What looks like a picture; and a file that is there, unless it may as well be the name of a book."""
    path = Path(thing)
    return path.suffix.lower() in PICTURE_SUFFIXES or (bool(path.suffix) and path.is_file())


def _begin(session: Session, name: str, asked: OcrBook, begun: list[str]) -> None:
    book = names.book(session.store, name)
    mine = asked.model_copy(update={"book": book.id})
    wanted = reading_list(book_folder(session.paths, book.id), mine)
    if wanted.without_image:
        session.remark(f"“{book.title}” has no image of page {format_pages(wanted.without_image)}.")
    if not wanted.pages:
        _nothing_to_read(session, book, mine)
        return
    same = read_already(book_folder(session.paths, book.id), wanted.pages, mine.options)
    count = len(wanted.pages) - len(same)
    if same:
        stay = "stays as it is" if len(same) == 1 else "stay as they are"
        session.remark(f"“{book.title}”: {words.pages(len(same))} read in this way before {stay}.")
    recognise(session.store, mine)
    begun.append(book.id)
    if mine.options.engine == "google":
        session.remark(f"“{book.title}”: Google will read {cost_sentence(count)}.")
    else:
        session.remark(f"“{book.title}”: {words.pages(count)} will be read.")


def _nothing_to_read(session: Session, book: BookSummary, asked: OcrBook) -> None:
    if not book.done:
        raise BadInput(f"“{book.title}” has no page images yet. Split it first.")
    if asked.below is not None:
        sentence = f"No page of “{book.title}” was read with a confidence below {asked.below:g}."
    elif asked.only_missing:
        sentence = f"The pages of “{book.title}” have their text. --again reads them again."
    else:
        raise BadInput(f"“{book.title}” has none of these pages.")
    text = text_summary(session.store, book.id)
    session.tell(sentence, shapes.of_text(session.paths, text) if text else {"book": book.id, "state": None})


def _read_images(session: Session, images: list[Path], options: OcrOptions) -> None:
    """In this very process: nothing is kept of it."""
    from ambuda_desktop.worker.ocr.engine import PageUnread
    from ambuda_desktop.worker.ocr.opening import open_engine

    for pdf in [image for image in images if image.suffix.lower() == ".pdf"]:
        images.remove(pdf)
        session.complain(
            BadInput(
                f"{pdf} is a PDF. “ambuda-desktop split {pdf} --then-ocr” adds it and recognises its text."
            )
        )
    if not images:
        return
    reader = open_engine(session.paths, options)
    while images:
        batch = images[: reader.take(images)]
        texts = reader.read(batch)
        left = [image for image, text in zip(batch, texts, strict=True) if text is None]
        images = [*left, *images[len(batch) :]]
        for image, text in zip(batch, texts, strict=True):
            if text is None:
                session.remark(f"{image} has no answer yet, and is asked for again: it comes after others.")
            elif isinstance(text, PageUnread):
                session.complain(BadInput(str(text)))
            elif session.as_json:
                say.obj({"image": str(image), **text.model_dump()})
            else:
                if text.is_blank:
                    session.remark(f"There is no text on {image}.")
                click.echo(text.text, nl=False)
