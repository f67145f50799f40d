"""How does a page hold what may be wider than the screen? In an area that keys reach and scroll, with its name."""

from __future__ import annotations

import html

from bnplan_lib.figures.language import Language


def scroll_area(inner: str, name: str, role: str = "group") -> str:
    """Return HTML in an area that scrolls sideways; `name` is what a screen reader calls it."""
    told = html.escape(name)
    return f'<div class="scroll" tabindex="0" role="{role}" aria-label="{told}">{inner}</div>'


def swipe_hint(say: Language) -> str:
    """Return what tells the reader of a phone that a figure or table may be wider than the screen."""
    told = html.escape(say("Swipe sideways for the rest."))
    return f'<p class="hint">{told}</p>'
