"""The style sheet: what the palette alone cannot say. Sizes follow an 8 px grid."""

from typing import TYPE_CHECKING

from ambuda_desktop.ui.control_icons import tinted

if TYPE_CHECKING:
    from ambuda_desktop.ui.theme import Colours

_TEMPLATE = """
QPushButton, QToolButton#plain {{
    background: {raised}; color: {text}; border: 1px solid {line}; border-radius: 6px; padding: 5px 12px; }}
QPushButton:hover, QToolButton#plain:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {selected}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {accent}; }}
QPushButton:disabled {{ color: {faint}; background: {window}; }}
QPushButton#primary {{ background: {accent}; color: {on_accent}; border: 1px solid {accent}; }}
QPushButton#primary:hover {{ border: 1px solid {text}; }}
QPushButton#primary:focus {{ border: 1px solid {text}; }}
QPushButton#primary:disabled {{ background: {window}; color: {faint}; border: 1px solid {line}; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px; background: transparent; }}
QToolButton#plain::menu-indicator {{ image: none; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton#chip {{ border: 1px solid {line}; border-radius: 12px; padding: 4px 12px; background: {raised}; }}
QToolButton#chip:hover {{ background: {hover}; }}
QToolButton#chip:checked {{ background: {selected}; border: 1px solid {accent}; }}
QToolButton#chip:focus {{ border: 1px solid {text}; }}
QLineEdit {{
    background: {base}; color: {text}; border: 1px solid {line}; border-radius: 6px; padding: 5px 8px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit#flat {{ background: transparent; border: none; padding: 0; }}
QLineEdit:focus {{ border: 1px solid {accent}; }}
QLineEdit:disabled {{ color: {faint}; background: {window}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {faint}; border-radius: 3px; background: {base}; }}
QCheckBox::indicator:checked {{ background: {accent}; border: 1px solid {accent}; image: url("{check}"); }}
QCheckBox::indicator:focus {{ border: 1px solid {text}; }}
QComboBox, QAbstractSpinBox {{
    background: {base}; color: {text}; border: 1px solid {line}; border-radius: 6px; padding: 3px 8px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QComboBox:focus, QAbstractSpinBox:focus {{ border: 1px solid {accent}; }}
QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {faint}; background: {window}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{down}"); width: 14px; height: 14px; }}
QComboBox QLineEdit {{ border: none; padding: 0; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {line}; padding: 4px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 20px; background: transparent; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {hover}; }}
QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: 12px; height: 12px; }}
QAbstractSpinBox::down-arrow {{ image: url("{down}"); width: 12px; height: 12px; }}
QAbstractItemView {{ background: {base}; border: none; outline: none;
    selection-background-color: {selected}; selection-color: {text}; }}
QTableWidget#facts::item {{ padding: 0 5px; }}
QTableWidget#facts::item:selected {{ background: {selected}; color: {text}; }}
QListView#places {{ background: {window}; }}
QHeaderView {{ background: {base}; border: none; }}
QHeaderView::section {{ background: {base}; color: {faint}; border: none; border-bottom: 1px solid {line};
    padding: 5px 8px; }}
QPlainTextEdit {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; padding: 4px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QSplitter::handle {{ background: {line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QScrollArea, QScrollArea > QWidget > QWidget#sheet {{ background: {base}; border: none; }}
QFrame#line {{ background: {line}; border: none; }}
QFrame#card {{ background: {raised}; border: 1px solid {line}; border-radius: 8px; }}
QToolButton#quiet {{ color: {faint}; }}
QWidget#page {{ background: {base}; }}
QWidget#statusbar {{ border-top: 1px solid {line}; background: {window}; }}
QWidget#topbar {{ border-bottom: 1px solid {line}; background: {window}; }}
QDialog#commands {{ background: {raised}; border: 1px solid {line}; }}
QDialog#commands QListWidget {{ background: {raised}; }}
QLabel {{ background: transparent; }}
QLabel#complaint {{ color: {failed}; }}
QLabel#faint, QLabel#status {{ color: {faint}; }}
QFrame#bar[tone="warning"] {{ background: {warning_back}; border: none; border-bottom: 1px solid {line}; }}
QFrame#bar[tone="error"] {{ background: {error_back}; border: none; border-bottom: 1px solid {line}; }}
QFrame#bar[tone="note"] {{ background: {raised}; border: none; border-bottom: 1px solid {line}; }}
QScrollBar:vertical {{ width: 12px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: 12px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: {waiting}; border-radius: 4px; margin: 2px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px 6px; }}
QMenu {{ background: {base}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
"""


def style_sheet(scheme: "Colours") -> str:
    """The style sheet in the colours of a scheme."""
    pictures = {
        "check": tinted("check", scheme.on_accent),
        "down": tinted("chevron-down", scheme.text),
        "up": tinted("chevron-up", scheme.text),
    }
    return _TEMPLATE.format_map({**vars(scheme), **pictures})
