from pytestqt.qtbot import QtBot

from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.ui.dialogs.split_options import Ask, SplitOptionsDialog
from ambuda_desktop.ui.text_survey import Needs


def dialog(qtbot: QtBot, **changes: object) -> SplitOptionsDialog:
    fields: dict[str, object] = {
        "heading": "Add “Gītā”", "explanation": "It is only read.", "button": "Add the book",
        "options": PageOptions(), "presets": {}, "title": "Gītā", **changes,
    }  # fmt: skip
    made = SplitOptionsDialog(Ask(**fields))  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_left_as_it_is_asks_for_nothing(qtbot: QtBot) -> None:
    asked = dialog(qtbot)
    with qtbot.waitSignal(asked.chosen) as chosen:
        asked.ok.click()
    assert chosen.args == [None, None, PageOptions(), False, None]


def test_all_of_it_is_passed_on(qtbot: QtBot) -> None:
    asked = dialog(qtbot)
    asked.title.setText("  Bhagavad-\u00a0Gītā ")
    asked.pages.setText("1-20,25")
    asked.form.gray.setChecked(True)
    asked.remember.setChecked(True)
    with qtbot.waitSignal(asked.chosen) as chosen:
        asked.ok.click()
    assert chosen.args == ["Bhagavad- Gītā", "1-20,25", PageOptions(grayscale=True), True, None]


def test_wrong_pages_are_said_and_not_passed_on(qtbot: QtBot) -> None:
    asked = dialog(qtbot, most_pages=30)
    for text, said in (
        ("1-x", "“1-x” is not a page or a range of pages"),
        ("9-3", "“9-3” is not a range of pages"),
        ("1-31", "There is no page 31: the book has 30 pages."),
    ):
        asked.pages.setText(text)
        assert said in asked.complaint.text()
        assert asked.complaint.isVisible()
        assert not asked.ok.isEnabled()
    asked.pages.setText("1-30")
    assert asked.ok.isEnabled()
    assert not asked.complaint.isVisible()


def test_wrong_options_cannot_be_passed_on(qtbot: QtBot) -> None:
    asked = dialog(qtbot)
    asked.form.dpi.setText("1")
    assert not asked.ok.isEnabled()


def test_several_books_have_neither_title_nor_pages(qtbot: QtBot) -> None:
    asked = dialog(qtbot, title=None, pages=None, offers_default=False)
    assert not asked.title.isVisible()
    assert not asked.pages.isVisible()
    assert not asked.remember.isVisible()


def test_then_the_text(qtbot: QtBot) -> None:
    # Given that the text is wanted too, in a way for which something is missing
    asked = dialog(qtbot)
    wanted: list[OcrOptions] = []
    asked.text_wanted.connect(wanted.append)
    asked.then_ocr.setChecked(True)
    assert wanted == [OcrOptions(model="Devanagari")]
    lacks = Needs(wanted[-1], "Tesseract has no language data for Devanagari.")
    asked.show_needs(lacks)
    assert asked.lacks.text() == "Tesseract has no language data for Devanagari."
    assert not asked.ok.isEnabled()

    # When another model is chosen, for which all is there; what is said of the first comes late
    asked.ocr.model.setEditText("san+Devanagari")
    asked.show_needs(lacks)
    asked.show_needs(Needs(wanted[-1], ""))

    # Then it is asked for
    with qtbot.waitSignal(asked.chosen) as chosen:
        asked.ok.click()
    assert chosen.args[-1] == OcrOptions(model="san+Devanagari")


def test_the_text_is_recognised_as_is_usual(qtbot: QtBot) -> None:
    usual = OcrOptions(model="san+Devanagari", preset="old type")
    asked = dialog(qtbot, ocr=usual)
    asked.then_ocr.setChecked(True)
    with qtbot.waitSignal(asked.chosen) as chosen:
        asked.ok.click()
    assert chosen.args is not None
    assert chosen.args[-1] == usual
