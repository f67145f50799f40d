"""`bnplan new`: begin another programme."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from bnplan_lib.cli_options import tell


def new(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.", show_default=False)],
    number: Annotated[str, typer.Option(help="Number of the document, such as 12/CTr-UBND.")],
    province_vi: Annotated[str, typer.Option(help="Name of the province in Vietnamese.")],
    signed: Annotated[str, typer.Option(metavar="DAY", help="Day the document was signed, such as 2026-03-31.")],
    province_en: Annotated[str | None, typer.Option(help="Its name in English, if it is another.")] = None,
    title_vi: Annotated[str | None, typer.Option(help="Title in Vietnamese; made of province and number.")] = None,
    title_en: Annotated[str | None, typer.Option(help="Title in English; made of province and number.")] = None,
    first_year: Annotated[int, typer.Option(help="First year of the programme.")] = 2026,
    last_year: Annotated[int, typer.Option(help="Its last year.")] = 2030,
) -> None:
    """Write an empty data package that is valid, with instructions on what to fill in."""
    from bnplan_lib.inputs.blank import Head, new_package

    province = {"vi": province_vi, "en": province_en or province_vi}
    titles = {
        "vi": title_vi or f"Chương trình hành động số {number} của UBND tỉnh {province['vi']}",
        "en": title_en or f"Action programme {number} of {province['en']}",
    }
    name = _name(f"{province_vi} {number}")
    files = new_package(folder, Head(name, titles, province, number, signed, (first_year, last_year)))
    tell(f"{folder}: {len(files)} files; begin with {folder / 'INSTRUCTIONS.md'}")


def _name(text: str) -> str:
    """Return a text as small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "programme"
