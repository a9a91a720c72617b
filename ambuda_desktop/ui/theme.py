"""Colours, light and dark, and the application's palette and style sheet made of them."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from ambuda_desktop.ui.style_sheet import style_sheet

Choice = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Colours:
    """One scheme. Text on `window` and `base` has a contrast of at least 4.5, state colours of 3."""

    window: str
    base: str
    raised: str
    line: str
    text: str
    faint: str  # text of the second rank
    accent: str
    on_accent: str
    hover: str
    selected: str
    done: str
    fair: str
    running: str
    waiting: str
    look: str
    failed: str
    warning_back: str
    error_back: str


LIGHT = Colours(
    window="#f5f1ea", base="#fffdf9", raised="#fbf7f0", line="#ddd4c6", text="#26211b", faint="#6a6054",
    accent="#96500f", on_accent="#ffffff", hover="#f3ebde", selected="#f0dfc6",
    done="#3b7a57", fair="#8a8420", running="#c47a1c", waiting="#cfc5b5", look="#7a5bb0", failed="#b3312b",
    warning_back="#fbeecb", error_back="#fae3df",
)  # fmt: skip

DARK = Colours(
    window="#1c1916", base="#232019", raised="#2a261f", line="#3d372e", text="#ece5d9", faint="#b3a796",
    accent="#e6a152", on_accent="#221405", hover="#2d2820", selected="#47361f",
    done="#69b98b", fair="#c8c05e", running="#e6a152", waiting="#564e42", look="#b39be0", failed="#f58a7f",
    warning_back="#3d3117", error_back="#43221d",
)  # fmt: skip


class _InUse:
    scheme: Colours = LIGHT
    # Made once: a screen of pages asks a thousand times a second.
    made: ClassVar[dict[str, QColor]] = {}


def colours() -> Colours:
    """The scheme in use."""
    return _InUse.scheme


def color(name: str) -> QColor:
    """One colour of the scheme in use."""
    if name not in _InUse.made:
        _InUse.made[name] = QColor(getattr(_InUse.scheme, name))
    return _InUse.made[name]


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def apply(choice: Choice) -> None:
    """Dress the application. Called again when the choice or the system's scheme changes."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    hints = QGuiApplication.styleHints()
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}
    hints.setColorScheme(schemes[choice])  # title bars and file dialogs follow too
    dark = choice == "dark" or (choice == "system" and system_is_dark())
    scheme = DARK if dark else LIGHT
    if app.property("ambudaScheme") == ("dark" if dark else "light"):
        return
    app.setProperty("ambudaScheme", "dark" if dark else "light")
    _InUse.scheme = scheme
    _InUse.made.clear()
    if app.style().objectName() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(scheme))
    app.setStyleSheet(style_sheet(scheme))


def _palette(scheme: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for key, value in {
        role.Window: scheme.window, role.WindowText: scheme.text, role.Base: scheme.base,
        role.AlternateBase: scheme.raised, role.Text: scheme.text, role.Button: scheme.raised,
        role.ButtonText: scheme.text, role.BrightText: scheme.failed, role.ToolTipBase: scheme.raised,
        role.ToolTipText: scheme.text, role.PlaceholderText: scheme.faint, role.Link: scheme.accent,
        role.LinkVisited: scheme.accent, role.Highlight: scheme.selected, role.HighlightedText: scheme.text,
        role.Accent: scheme.accent, role.Mid: scheme.line, role.Midlight: scheme.line,
        role.Dark: scheme.line, role.Light: scheme.raised, role.Shadow: scheme.line,
    }.items():  # fmt: skip
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(scheme.faint))
    return palette
