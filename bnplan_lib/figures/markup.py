"""How do texts reach a notebook and its page? Letter for letter, whatever they begin with or hold."""

from __future__ import annotations

import re
from urllib.parse import quote

from IPython.display import HTML

# what Markdown, its links without brackets and its formulas begin with
MARKDOWN = re.compile(r"[\\`*_\[\]<>&!#$~|]|:(?=//)|@|(?<=www)\.")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def markup(text: str) -> HTML:
    """Return HTML that a notebook shows.

    `IPython.display.HTML(text)` takes a text that names a file, or begins with `http`, for a place to read from; what
    comes from a table must never be one.
    """
    shown = HTML("")
    shown.data = text
    return shown


def plain(text: str) -> str:
    """Return Markdown that is shown as the text."""
    return MARKDOWN.sub(r"\\\g<0>", text)


def unescaped(markdown: str) -> str:
    """Return the text that `plain` made Markdown of."""
    return ESCAPED.sub(r"\1", markdown)


def link(text: str, address: str) -> str:
    """Return Markdown that leads a text to an address of the web; the text alone where it is no such address."""
    if not ADDRESS.match(address):
        return plain(text)
    return f"[{plain(text)}]({quote(address, safe=':/?#@!$&*+,;=%~')})"
