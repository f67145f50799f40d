"""May this text stand in a page, a table and a message? One door for what comes from files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MARKUP = re.compile(r"<[A-Za-z/!?]|&#|&(lt|gt|amp|quot|apos|nbsp);")
RIGHT_TO_LEFT = {"R", "AL", "AN"}
# printable to Python and to Unicode, yet nothing is seen of them: fillers, joiners, selectors of a shape
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
MOST_MARKS = 3  # on one letter; Vietnamese has two


def text_problem(text: str) -> str:
    """Return the rule that a line of text breaks, with the character that breaks it; '' if none."""
    if not text.isprintable():  # control and formatting characters hide text, reverse it or break a line
        return f"must not hold control or invisible characters such as {_named(_unprintable(text))}"
    if unseen := UNSEEN.search(text):
        return f"must not hold characters that show nothing, such as {_named(unseen[0])}"
    if turned := next((one for one in text if unicodedata.bidirectional(one) in RIGHT_TO_LEFT), ""):
        return f"must not hold letters that are read from right to left, such as {_named(turned)}"
    if max(_marks(text), default=0) > MOST_MARKS:
        return f"must not hold more than {MOST_MARKS} marks on one letter"
    return "must not hold markup" if MARKUP.search(text) else ""


def _unprintable(text: str) -> str:
    return next(one for one in text if not one.isprintable())


def _marks(text: str) -> Iterator[int]:
    """Yield how many marks each letter carries, apart from the letter."""
    count = 0
    for one in unicodedata.normalize("NFD", text):
        count = count + 1 if unicodedata.category(one) in ("Mn", "Me") else 0
        yield count


def _named(one: str) -> str:
    return f"U+{ord(one):04X}"
