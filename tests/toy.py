"""A programme small enough to work out on paper, in a data folder of its own."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"
SOURCE = "appendix-1:A.I.1"

# GRDP 1,000: agriculture 100, industry 450 and construction 150, services 200, product taxes 100
FACTS = {
    "grdp.2025": 1000,
    "grdp_growth.2025": 5,
    "share_agriculture.2025": 10,
    "share_industry_construction.2025": 60,
    "share_services.2025": 20,
    "share_product_taxes.2025": 10,
    "population.2025.legal": 1000,
    "exchange_rate.2025.nso_average": 20_000,
    "investment_plan_to_grdp.2025": 30,
    "trade_total.2025": 10,
    "budget_revenue.2025": 100,
    "income_per_head_monthly.2025": 5,
}
with (DATA / "programme" / "targets.csv").open(encoding="utf-8", newline="") as _file:
    MEASURED = {row["id"]: {"measure": row["measure"], "better": row["better"]} for row in csv.DictReader(_file)}
RATES = {
    "A.I.1": (5, 12),
    "A.I.1.1": (0, 2),
    "A.I.1.2": (10, 10),
    "A.I.1.2.industry": (10, 10),
    "A.I.1.2.construction": (10, 10),
    "A.I.1.3": (0, 20),
    "A.I.1.4": (0, 0),
    "A.I.3": (5, 5),
    "A.I.4": (30, 50),
    "A.I.5": (3, 5),
}
# id, group, cost, period, sector, place: 8 quarters at 10, 4 at 5, none printed
PROJECTS = (
    ("I.1", "public", "80", "2026-2027", "roads_bridges", "gia_binh"),
    ("I.2", "public", "20", "2027", "roads_bridges", "gia_binh"),
    ("II.1", "ppp", "", "2026-2030", "airport", ""),
)
TASKS = (
    ("I.1", "finance", "Quý I-II/2026", "2026Q1", "2026Q2"),
    ("I.2", "finance;health", "Quý II/2026", "2026Q2", "2026Q2"),
)


def write_toy(folder: Path, **replaced: Sequence[Mapping[str, Any]]) -> Path:
    """Write the toy programme, some of its tables replaced, and return its data folder."""
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    tables = {**_tables(), **replaced}
    for resource in package["resources"]:
        path = folder / resource["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if resource["name"] in ("codes", "agencies", "levers"):
            shutil.copy(DATA / resource["path"], path)
            continue
        names = [field["name"] for field in resource["schema"]["fields"]]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables.get(resource["name"], []))
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    shutil.copytree(DATA / "scenarios", folder / "scenarios", dirs_exist_ok=True)
    return folder


def _tables() -> dict[str, list[dict[str, Any]]]:
    return {
        "targets": [target_row(key, low, high) for key, (low, high) in RATES.items()],
        "facts": [fact_row(key, value) for key, value in FACTS.items()],
        "projects": [project_row(*row) for row in PROJECTS],
        "project_phases": [
            phase_row("I.1", "2026Q1", "2027Q4"),
            phase_row("I.2", "2027Q1", "2027Q4"),
            phase_row("II.1", "2026Q1", "2030Q4"),
        ],
        "project_groups": [
            {"id": "I", "capital_source": "public", "name_vi": "a", "name_en": "a", "printed_total": "90",
             "total_bn_vnd": 90, "source": "appendix-3:I"},
        ],
        "tasks": [
            {"id": key, "group": "I", "title_vi": key, "title_en": key, "label_vi": key, "label_en": key,
             "leads": leads, "printed_period": printed, "start": start, "end": end, "source": f"appendix-2:{key}"}
            for key, leads, printed, start, end in TASKS
        ],
    }  # fmt: skip


def target_row(key: str, low: float, high: float) -> dict[str, Any]:
    return {
        "id": key, "list": "A", "domain": "economy", "row": "A.I.1", "name_vi": key, "name_en": key,
        "printed": f"{low} - {high}%/năm", "low": low, "high": high, "comparator": "range",
        "unit": "percent_per_year", "kind": "average_rate", "year": 2030, "leads": "finance", "source": SOURCE,
        **MEASURED.get(key, {}),
    }  # fmt: skip


def fact_row(key: str, value: float) -> dict[str, Any]:
    return {
        "id": key, "indicator": key.split(".")[0], "value": value, "unit": "bn_vnd", "period": "2025",
        "status": "estimate", "basis": "current_prices", "is_default": "true", "confidence": "A",
        "name_vi": key, "name_en": key, "source_title": "toy", "publisher": "toy", "published": "2026",
    }  # fmt: skip


def project_row(key: str, group: str, cost: str, period: str, sector: str, place: str) -> dict[str, Any]:
    return {
        "id": key, "capital_source": group, "name_vi": key, "name_en": key, "label_vi": key, "label_en": key,
        "printed_cost": cost, "cost_bn_vnd": cost, "cost_note": "" if cost else "no_cost_printed",
        "printed_period": period, "sector": sector, "asset": "road", "place": place, "urgent": "false",
        "source": f"appendix-3:{key}",
    }  # fmt: skip


def phase_row(key: str, start: str, end: str) -> dict[str, Any]:
    return {"project_id": key, "phase": 1, "start": start, "end": end, "open_ended": "false", "milestone": "false"}
