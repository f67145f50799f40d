"""How does HTML of ours reach a notebook? As a text, whatever it begins with."""

from __future__ import annotations

from IPython.display import HTML


def markup(text: str) -> HTML:
    """Return HTML that a notebook shows.

    `IPython.display.HTML(text)` takes a text that names a file, or begins with `http`, for a place to read from; what
    comes from a table must never be one.
    """
    shown = HTML("")
    shown.data = text
    return shown
