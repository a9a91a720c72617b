"""What is wrong with recognised Sanskrit in the same way everywhere, put right as Ambuda does. Pure."""

import unicodedata

#: In this order: the single daṇḍas of the second step may be the halves of a double one.
_REPLACED = (
    ("||", "॥"), ("|", "।"), ("।।", "॥"),
    ("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'),
)  # fmt: skip


def clean(text: str) -> str:
    """Bars become daṇḍas, curly quotes straight ones, and all is NFC."""
    for wrong, right in _REPLACED:
        text = text.replace(wrong, right)
    return unicodedata.normalize("NFC", text)
