"""The colours of figures are told apart from their ground, by the formula of WCAG 2.2."""

from __future__ import annotations

import pytest

from bnplan_lib.figures import style

PALETTE = ("BLUE", "ORANGE", "GREEN", "PURPLE", "GREY", "RED", "FAINT")
TEXTS = ("INK", "GREY")


def luminance(color: str) -> float:
    """Return the relative luminance of #rrggbb."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the ratio of contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("name", PALETTE)
def test_marks_are_told_apart_from_the_ground(name):
    assert contrast(getattr(style, name), "#ffffff") >= 3


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_read_on_the_ground(name):
    assert contrast(getattr(style, name), "#ffffff") >= 4.5


@pytest.mark.parametrize("looks", [style.SECTOR_STYLE, style.SOURCE_STYLE])
def test_kinds_are_told_apart_without_colour(looks):
    assert len({shape for _, shape in looks.values()}) == len(looks)
