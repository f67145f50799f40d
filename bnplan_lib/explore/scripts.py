"""What does a browser need for our pages and forms? plotly.js, the model with its forms, and one style."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).with_name("static")


@lru_cache
def live_script() -> str:
    """Return the model and its forms, fit to stand inside a script element."""
    return (STATIC / "live.js").read_text(encoding="utf-8").replace("</", "<\\/")


@lru_cache
def page_style() -> str:
    """Return the style sheet of pages."""
    return (STATIC / "page.css").read_text(encoding="utf-8")


@lru_cache
def plotly_script() -> str:
    """Return plotly.js, its basic bundle, fit to stand inside a script element."""
    return (STATIC / "plotly-basic.min.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
