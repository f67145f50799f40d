"""How is it said in Vietnamese and in English? Messages, numbers, quarters."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bnplan_lib.errors import UnknownName

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
NBSP = "\N{NO-BREAK SPACE}"
NO_DATE = {"en": "no date", "vi": "không ghi ngày"}
ROMAN = ("I", "II", "III", "IV")


class Language:
    """One language: call it with an English message to have it said, values filled in."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._catalog = Catalog() if code == "en" else _catalog(code)

    def __call__(self, message: str, **values: Any) -> str:
        """Return the message in this language; English is the key of the catalogue."""
        entry = self._catalog.get(message)
        said = str(entry.string) if entry and entry.string else message
        return said.format(**values) if values else said

    def plural(self, one: str, many: str, count: int, **values: Any) -> str:
        """Return the message that fits a count; Vietnamese has one form for all."""
        entry = self._catalog.get(one)
        if entry and entry.string:
            said = entry.string[0] if isinstance(entry.string, tuple | list) else str(entry.string)
        else:
            said = one if count == 1 else many
        return said.format(count=self.number(count), **values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number in this language's notation: 1.234,5 or 1,234.5; '–' if missing."""
        if value is None or pd.isna(value):
            return "–"
        decimals = "." + "0" * digits if digits else ""
        said = format_decimal(round(value, digits) + 0.0, format=f"#,##0{decimals}", locale=self.code)
        return said.replace("-", "−")

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Return a share per cent: 10,5 % or 10.5%; '–' if missing."""
        if share is None or pd.isna(share):
            return "–"
        return self.number(share * 100, digits) + (f"{NBSP}%" if self.code == "vi" else "%")

    def money(self, value: float | None, digits: int = 0) -> str:
        """Return an amount with its unit: 1.234 tỷ đồng or 1,234 bn VND."""
        unit = "tỷ đồng" if self.code == "vi" else "bn VND"
        return "–" if value is None or pd.isna(value) else self.number(value, digits) + NBSP + unit

    def quarter(self, quarter: str) -> str:
        """Return a quarter: Quý III/2026 or Q3 2026."""
        year, place = quarter.split("Q")
        return f"Quý{NBSP}{ROMAN[int(place) - 1]}/{year}" if self.code == "vi" else f"Q{place}{NBSP}{year}"

    def date(self, iso: str) -> str:
        """Return a date that may lack its day or month: 09/12/2025 or 9 December 2025."""
        parts = iso.split("-")
        if len(parts) == 3 and parts[0].isdigit():
            day = date.fromisoformat(iso)
            return format_date(day, "dd/MM/yyyy" if self.code == "vi" else "d MMMM yyyy", locale=self.code)
        if len(parts) == 2 and parts[0].isdigit():
            day = date(int(parts[0]), int(parts[1]), 1)
            return format_date(day, "MM/yyyy" if self.code == "vi" else "MMMM yyyy", locale=self.code)
        return iso if parts[0].isdigit() else NO_DATE[self.code]

    def of(self, row: Any, column: str) -> str:
        """Return the text that a table holds in this language: `name_vi` or `name_en`."""
        value = row[f"{column}_{self.code}"]
        return "" if pd.isna(value) else str(value)

    def labels(self, codes: pd.DataFrame, code_list: str) -> dict[str, str]:
        """Return the labels of a code list by code."""
        chosen = codes[codes["list"] == code_list]
        return dict(zip(chosen["code"], chosen[f"label_{self.code}"], strict=True))

    @property
    def separators(self) -> str:
        """Decimal and thousands sign, as plotly wants them."""
        return ",." if self.code == "vi" else ".,"


@lru_cache
def speak(lang: str) -> Language:
    """Return a language by its code; UnknownName if it is neither vi nor en."""
    if lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES)
    return Language(lang)


def _catalog(code: str) -> Catalog:
    with (LOCALE / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)
