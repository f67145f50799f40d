"""One door for texts: what a reader would not see, would misread or would run is refused, and named."""

from __future__ import annotations

import unicodedata

import pytest

import bnplan_lib as bn
from bnplan_lib.inputs.texts import text_problem


@pytest.mark.parametrize(
    ("text", "rule"),
    {
        "two\nlines": "must not hold control or invisible characters such as U+000A",
        "a\u202eb": "must not hold control or invisible characters such as U+202E",
        "a\u200bb": "must not hold control or invisible characters such as U+200B",
        "a\u00a0b": "must not hold control or invisible characters such as U+00A0",
        "a\ue000b": "must not hold control or invisible characters such as U+E000",
        "a\u3164b": "must not hold characters that show nothing, such as U+3164",
        "a\ufe0fb": "must not hold characters that show nothing, such as U+FE0F",
        "a\U000e0101b": "must not hold characters that show nothing, such as U+E0101",
        "a \u05d0": "must not hold letters that are read from right to left, such as U+05D0",
        "a \u0627": "must not hold letters that are read from right to left, such as U+0627",
        "a \u0661": "must not hold letters that are read from right to left, such as U+0661",
        "a\u0301\u0302\u0303\u0304": "must not hold more than 3 marks on one letter",
        "<b>": "must not hold markup",
        "</script": "must not hold markup",
        "&lt;b": "must not hold markup",
    }.items(),
)
def test_what_is_refused_is_named(text, rule):
    assert text_problem(text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "Đường vành đai 4",
        "=1+1",
        "a < b",
        "R&D",
        "5 %",
        "“Khuôn Thần” – giai đoạn 2",
        "${x} %{y}",
        "中文",
        "naïve café",
    ],
)
def test_what_can_be_read_is_let_through(text):
    assert text_problem(text) == ""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_vietnamese_name_of_the_programme_passes_in_either_form(form):
    names = bn.read_programme().projects["name_vi"]
    assert [text_problem(unicodedata.normalize(form, name)) for name in names] == [""] * 56
