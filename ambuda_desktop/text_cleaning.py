"""What is wrong with recognised Sanskrit in the same way everywhere, put right as Ambuda does. Pure."""

import re
import unicodedata

#: In this order: the single daṇḍas of the second step may be the halves of a double one.
_REPLACED = (
    ("||", "॥"), ("|", "।"), ("।।", "॥"),
    ("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'),
)  # fmt: skip


#: A joiner at the end of a word joins nothing. Tesseract writes one after a last virāma: then nobody finds the word.
_JOINERS_AT_END = re.compile(r"[\u200c\u200d]+(?![\w\u0900-\u0963])")


def clean(text: str) -> str:
    """Bars become daṇḍas, curly quotes straight ones, joiners that join nothing go, and all is NFC."""
    for wrong, right in _REPLACED:
        text = text.replace(wrong, right)
    text = _JOINERS_AT_END.sub("", text)
    return unicodedata.normalize("NFC", text)
