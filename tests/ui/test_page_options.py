from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.ui.page_options import PageOptionsForm

GRAY = PageOptions(grayscale=True, quality=70, max_dpi=300)


def form(qtbot: QtBot, presets: dict[str, PageOptions] | None = None) -> PageOptionsForm:
    made = PageOptionsForm(PageOptions(), presets or {})
    qtbot.addWidget(made)
    made.show()
    return made


def test_says_what_it_shows(qtbot: QtBot) -> None:
    asked = form(qtbot)
    assert asked.options == PageOptions()
    asked.set_options(GRAY)
    assert asked.options == GRAY
    asked.set_options(PageOptions(format="png"))
    assert asked.options == PageOptions(format="png")
    assert not asked.quality.isEnabled()


def test_a_wrong_resolution_is_said_as_it_is_typed(qtbot: QtBot) -> None:
    asked = form(qtbot)
    for text in ("3", "2401", "fine", "३००"):
        asked.dpi.setText(text)
        assert asked.options is None
        assert asked.complaint.isVisible()
        assert f"“{text}” is no resolution" in asked.complaint.text()
    asked.dpi.setText(" 300 ")
    assert asked.options == PageOptions(max_dpi=300)
    assert not asked.complaint.isVisible()


def test_a_preset_is_chosen_saved_and_deleted(qtbot: QtBot) -> None:
    # Given a form with one preset
    asked = form(qtbot, {"OCR": GRAY})
    saved: list[tuple[str, PageOptions]] = []
    deleted: list[str] = []
    asked.preset_saved.connect(lambda name, options: saved.append((name, options)))
    asked.preset_deleted.connect(deleted.append)

    # When it is chosen
    asked.presets.field.activated.emit(0)
    assert asked.options == GRAY
    assert asked.presets.field.currentText() == "OCR"
    assert not asked.presets.save.isEnabled()

    # And something is changed: it is no longer that preset
    asked.quality.setValue(50)
    assert asked.presets.field.currentText() == ""

    # And it gets a name of its own
    QTest.keyClicks(asked.presets.field, "small  files ")
    asked.presets.save.click()
    assert saved == [("small files", PageOptions(grayscale=True, quality=50, max_dpi=300))]
    assert asked.presets.field.findText("small files") >= 0

    # And is deleted
    asked.presets.delete.click()
    assert deleted == ["small files"]
    assert asked.presets.field.findText("small files") < 0
    assert asked.options == PageOptions(grayscale=True, quality=50, max_dpi=300)


def test_wrong_options_get_no_name(qtbot: QtBot) -> None:
    asked = form(qtbot)
    asked.dpi.setText("1")
    QTest.keyClicks(asked.presets.field, "bad")
    assert not asked.presets.save.isEnabled()
