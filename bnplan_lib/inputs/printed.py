"""Which numbers does a printed figure hold? Vietnamese notation: 375.700 and 30,65."""

from __future__ import annotations

import re

# A year is a date, not a figure: "đến hết năm 2027", "giai đoạn 2026 – 2030".
DATED = re.compile(r"(năm|giai đoạn)\s+\d{4}(\s*[-–]\s*\d{4})?", re.IGNORECASE)
TOKEN = re.compile(r"\d[\d.,]*\d|\d")
NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
WORDS = {"không còn": 0.0, "toàn dân": 100.0}


def printed_numbers(text: str) -> tuple[float, ...]:
    """Return the figures of a printed text in their order, dates left out.

    Dots group thousands and a comma marks decimals; two targets are printed in
    words ("không còn" is 0, "toàn dân" is 100 per cent).

    Raises
    ------
    ValueError
        If a figure is written otherwise, such as 8.70 or 1,234,5.
    """
    figures = tuple(_number(token, text) for token in TOKEN.findall(DATED.sub(" ", text)))
    if figures:
        return figures
    return tuple(value for words, value in WORDS.items() if words in text.lower())


def _number(token: str, text: str) -> float:
    if NUMBER.fullmatch(token) is None:
        raise ValueError(f"figure not in Vietnamese notation: {token!r} in {text!r}")
    return float(token.replace(".", "").replace(",", "."))
