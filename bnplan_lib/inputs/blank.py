"""How does another programme begin? As an empty data package that is valid, with a word on what to fill in."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bnplan_lib.errors import PlanError, shorten
from bnplan_lib.inputs.programme import data_folder, read_programme, read_schema
from bnplan_lib.inputs.texts import text_problem

# lists of codes that are of one province; the others belong to the suite
OWN_CODES: Final = ("place", "corridor", "task_group")
EARLIEST, LATEST, LONGEST = 2000, 2095, 10
INSTRUCTIONS: Final = "INSTRUCTIONS.md"  # beside this module
MIDDLE: Final = """title_vi = "Theo đúng chương trình, điểm giữa các khoảng chỉ tiêu"
title_en = "The programme as printed, middle of its ranges"
why = "No change."
"""
END: Final = """title_vi = "Mọi khu vực ở cận {vi} của khoảng chỉ tiêu"
title_en = "Sector targets at their {en} end"
why = "Every sector grows at the {en} end of its printed range."

[targets]
position = {position}
"""
UNCERTAIN: Final = "uncertain"  # the suite's scenario whose spreads are assumed for any programme
COMPARED: Final = ["low", "high"]
# what is said of a lever whose own words speak of one province, by what it rests on
DESCRIBED: Final = {
    "assumed": {
        "description_vi": "Giả định, lấy từ khoảng thường gặp; cần kiểm tra với số liệu của tỉnh.",
        "description_en": "Assumed, from its usual range; check it against the province's own figures.",
    },
    "fact": {"description_vi": "Lấy từ số liệu năm gốc.", "description_en": "From a figure of the base year."},
    "target": {
        "description_vi": "Mặc định là điểm giữa của chỉ tiêu về cùng đại lượng.",
        "description_en": "By default the middle of the target for the same figure.",
    },
}


@dataclass(frozen=True, slots=True)
class Head:
    """What a programme is: a short `name`, `titles` and `province` by language, and its document.

    `number` and `signed` are those of the document, a day such as 2026-03-31; `years` its
    first and last one.
    """

    name: str
    titles: Mapping[str, str]
    province: Mapping[str, str]
    number: str
    signed: str
    years: tuple[int, int]


def new_package(to: Path, head: Head) -> list[Path]:
    """Write an empty, valid data package into a folder and return its files.

    Levers and lists of codes are the suite's, but without values and places of its own
    programme; every other table has its header alone.

    Raises
    ------
    PlanError
        If the folder is there and not empty or cannot be written, or a word is not fit.
    """
    _check(head)
    files = _files(head)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise PlanError(f"{to}: must be a new or an empty folder")
    aside = None
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".", dir=to.parent))
        for path, text in files.items():
            (aside / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / path).write_text(text, encoding="utf-8", newline="\n")
        read_programme(aside)  # what is written can be read, or is not written
        if to.exists():
            to.rmdir()
        aside.chmod(0o755)
        aside.rename(to)
    except OSError as error:
        raise PlanError(f"{to}: must be writable, {error.strerror or error}") from None
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
    return [to / path for path in files]


def _check(head: Head) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", head.name):
        raise PlanError(f"--name: must be small letters, digits and hyphens, found {shorten(head.name)}")
    for option, text in (("--number", {"": head.number}), ("--province", head.province), ("--title", head.titles)):
        for one in text.values():
            if not one.strip() or (problem := text_problem(one)):
                raise PlanError(f"{option}: {problem if one.strip() else 'must not be blank'}, found {shorten(one)}")
    try:
        date.fromisoformat(head.signed)
    except ValueError:
        raise PlanError(f"--signed: must be a day such as 2026-03-31, found {shorten(head.signed)}") from None
    first, last = head.years
    if not EARLIEST <= first <= last <= LATEST or last - first >= LONGEST:
        rule = f"--first-year, --last-year: must be at most {LONGEST} years from {EARLIEST} to {LATEST}"
        raise PlanError(f"{rule}, found {first} to {last}")


def _files(head: Head) -> dict[str, str]:
    """Return the files of a package by their paths."""
    package = read_schema()
    own = data_folder()
    files = {}
    for resource in package["resources"]:
        header = [field["name"] for field in resource["schema"]["fields"]]
        rows: list[dict[str, str]] = []
        if resource["name"] in ("codes", "levers"):
            with (own / resource["path"]).open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        if resource["name"] == "codes":
            rows = [row for row in rows if row["list"] not in OWN_CODES]
        for row in rows if resource["name"] == "levers" else []:
            row |= {"target_id": "", "fact_id": "", **DESCRIBED.get(row["basis"], {})}
        text = io.StringIO()
        writer = csv.DictWriter(text, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files[resource["path"]] = text.getvalue()
    about: dict[str, Any] = {
        **{key: package[key] for key in ("profile", "licenses") if key in package},
        "name": head.name,
        "title": head.titles["en"],
        "title_vi": head.titles["vi"],
        "version": "0.1.0",
        "sources": [
            {"title": f"{head.titles['vi']} ({head.number})", "title_en": f"{head.titles['en']} ({head.number})"}
        ],
        "programme": {
            "number": head.number,
            "signed": head.signed,
            "province_vi": head.province["vi"],
            "province_en": head.province["en"],
            "first_year": head.years[0],
            "last_year": head.years[1],
            "base_year": head.years[0] - 1,
            "compared": COMPARED,
        },
        "resources": package["resources"],
    }
    files["datapackage.json"] = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    files["scenarios/middle.toml"] = MIDDLE
    files["scenarios/low.toml"] = END.format(vi="dưới", en="low", position="0.0")
    files["scenarios/high.toml"] = END.format(vi="trên", en="high", position="1.0")
    files[f"scenarios/{UNCERTAIN}.toml"] = _spreads((own / "scenarios" / f"{UNCERTAIN}.toml").read_text("utf-8"))
    files[INSTRUCTIONS] = (Path(__file__).parent / INSTRUCTIONS).read_text(encoding="utf-8")
    return files


def _spreads(text: str) -> str:
    """Return a scenario's distributions without its remarks on one head.province and without classes of projects."""
    kept, skipped = [], False
    for line in text.splitlines():
        if line.startswith("["):
            skipped = "projects." in line and "projects.*" not in line
        if line.startswith("why"):
            line = 'why = "Assumed spreads around whatever a scenario sets, those of the suite: check them."'
        if not skipped and not line.startswith("#"):
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"
