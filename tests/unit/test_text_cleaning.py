"""text_cleaning.py: bars, daṇḍas, quotes, composed letters."""

import unicodedata

import pytest

from ambuda_desktop.text_cleaning import clean


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("धर्मक्षेत्रे कुरुक्षेत्रे | समवेता ||", "धर्मक्षेत्रे कुरुक्षेत्रे । समवेता ॥"),
        ("॥ १ ।।", "॥ १ ॥"),
        ("|||", "॥।"),
        ("|।", "॥"),
        ("‘एवम्’ “उक्त्वा”", "'एवम्' \"उक्त्वा\""),
        (unicodedata.normalize("NFD", "Ṛtusaṃhāra"), "Ṛtusaṃhāra"),
        ("मेघदूतम्\u200c ५ राजन्\u200c, क्\u200dष र\u200d्य", "मेघदूतम् ५ राजन्, क्\u200dष र\u200d्य"),
        ("", ""),
    ],
)
def test_text_is_cleaned_as_ambuda_does(read: str, meant: str) -> None:
    assert clean(read) == meant


def test_cleaning_twice_changes_nothing_more() -> None:
    assert clean(clean("॥ | || ।। “क’")) == clean("॥ | || ।। “क’")
