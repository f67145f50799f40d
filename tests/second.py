"""A second programme, made up: another province, other numbers and names, begun by `bnplan new` and filled in."""

from __future__ import annotations

import csv
from pathlib import Path

from small import bnplan

NUMBER, PROVINCE = "7/CTr-HD", "Hà Đông Mới"
BODIES = {
    "planning": ("Sở Kế hoạch", "Planning Department"),
    "works": ("Sở Công trình", "Works Department"),
    "schools": ("Sở Học tập", "Schools Department"),
    "communes": ("UBND các xã", "Communes"),
}
# number, what it measures, low, high, how it is compared, unit, kind, better, lead, printed
TARGETS = (
    ("A.I.1", "growth", 7, 8, "percent_per_year", "average_rate", "higher", "planning"),
    ("A.I.2", "growth.agriculture", 2, 3, "percent_per_year", "average_rate", "higher", "planning"),
    ("A.I.3", "growth.industry", 9, 10, "percent_per_year", "average_rate", "higher", "works"),
    ("A.I.4", "growth.construction", 8, 9, "percent_per_year", "average_rate", "higher", "works"),
    ("A.I.5", "growth.services", 7, 8, "percent_per_year", "average_rate", "higher", "planning"),
    ("A.I.6", "growth.product_taxes", 5, 6, "percent_per_year", "average_rate", "higher", "planning"),
    ("A.I.7", "investment_share", 30, 34, "percent_of_grdp", "average_ratio", "within", "planning"),
    ("A.I.8", "icor", 4, 5, "ratio", "average_ratio", "lower", "planning"),
    ("A.I.9", "per_head_usd", 4000, 4500, "usd_per_head", "level", "higher", "planning"),
    ("A.I.10", "revenue", 90_000, 95_000, "bn_vnd", "cumulative", "higher", "planning"),
    ("A.II.1", "", 60, 65, "percent", "level", "higher", "schools"),
)
FACTS = {
    "grdp.2025": (100_000, "bn_vnd", "base_year.grdp_bn_vnd"),
    "grdp_growth.2025": (6.5, "percent", ""),
    "share_agriculture.2025": (20, "percent", "base_year.share_agriculture"),
    "share_industry_construction.2025": (40, "percent", "base_year.share_industry_construction"),
    "share_services.2025": (35, "percent", "base_year.share_services"),
    "share_product_taxes.2025": (5, "percent", "base_year.share_product_taxes"),
    "population.2025": (1_200_000, "persons", "macro.population"),
    "exchange_rate.2025": (25_000, "vnd_per_usd", "macro.exchange_rate"),
    "investment_ratio.2025": (29, "percent", "macro.investment_ratio_base"),
    "trade.2025": (3, "bn_usd", "macro.trade"),
    "revenue.2025": (15_000, "bn_vnd", "macro.revenue"),
    "income.2025": (4, "million_vnd_per_month", "macro.income"),
}
PROJECTS = (
    ("I.1", "public", "Cầu Vân Sa", "1.200", 1200, "2026-2028", "roads_bridges", "bridge", (("2026Q1", "2028Q4"),)),
    ("I.2", "public", "Đường ven sông Mây", "800", 800, "2027-2029", "roads_bridges", "road", (("2027Q1", "2029Q4"),)),
    ("II.1", "ppp", "Cảng cạn Phú Lâm", "2.500", 2500, "2026-2030", "ports_logistics", "dry_port",
     (("2026Q1", "2030Q4"),)),
    ("III.1", "off_budget", "Khu công nghiệp Lộc An", "", None, "2026-2027", "industrial_parks", "industrial_park",
     (("2026Q1", "2027Q4"),)),
)  # fmt: skip
GROUPS = (("I", "public", "Vốn đầu tư công", "2.000", 2000), ("II", "ppp", "Đối tác công tư", "2.500", 2500),
          ("III", "off_budget", "Ngoài ngân sách", "500", 500))  # fmt: skip
TASKS = (
    ("I.1", "planning", "Kế hoạch vùng", "Quý II/2026", "2026Q2", "2026Q2"),
    ("I.2", "works", "Đề án cầu", "Quý III-IV/2026", "2026Q3", "2026Q4"),
    ("II.1", "schools", "Kế hoạch trường học", "Quý I/2027", "2027Q1", "2027Q1"),
)
UNIT_WORDS = {"percent_per_year": "%/năm", "usd_per_head": " USD", "bn_vnd": " tỷ đồng", "ratio": ""}


def second_programme(folder: Path) -> Path:
    """Write the second programme and return its data folder."""
    data = folder / "second"
    made = bnplan("new", str(data), "--number", NUMBER, "--province-vi", PROVINCE, "--signed", "2026-05-04")
    assert made.returncode == 0, made.stderr
    _fill(data / "programme" / "agencies.csv", [
        {"id": key, "name_vi": vi, "name_en": en, "short_vi": vi, "short_en": en, "kind": "department", "spellings": vi}
        for key, (vi, en) in BODIES.items()
    ])  # fmt: skip
    _fill(data / "programme" / "codes.csv", [
        {"list": "task_group", "code": code, "label_vi": label, "label_en": label, "oc4ids": ""}
        for code, label in (("I", "Quy hoạch"), ("II", "Trường học"))
    ])  # fmt: skip
    _fill(data / "programme" / "targets.csv", [_target(*row) for row in TARGETS])
    _fill(data / "context" / "facts.csv", [_fact(key, *row[:2]) for key, row in FACTS.items()])
    _fill(data / "programme" / "projects.csv", [_project(*row[:8]) for row in PROJECTS])
    _fill(data / "programme" / "project_phases.csv", [
        {"project_id": row[0], "phase": place, "start": start, "end": end, "open_ended": "false", "milestone": "false"}
        for row in PROJECTS for place, (start, end) in enumerate(row[8], 1)
    ])  # fmt: skip
    _fill(data / "programme" / "project_groups.csv", [
        {"id": key, "capital_source": source, "name_vi": name, "name_en": name, "printed_total": printed,
         "total_bn_vnd": total, "source": f"appendix-3:{key}"}
        for key, source, name, printed, total in GROUPS
    ])  # fmt: skip
    _fill(data / "programme" / "tasks.csv", [
        {"id": key, "group": key.split(".")[0], "title_vi": title, "title_en": title, "label_vi": title,
         "label_en": title, "leads": lead, "coordinates": "communes", "printed_period": printed, "start": start,
         "end": end, "source": f"appendix-2:{key}"}
        for key, lead, title, printed, start, end in TASKS
    ])  # fmt: skip
    _fill(data / "programme" / "directives.csv", [
        {"id": "1.1", "row": "1.1", "section": "II", "leads": "works", "coordinates": "communes",
         "summary_vi": "Xây cầu và đường", "summary_en": "Build bridges and roads", "source": "section-2:1.1"},
    ])  # fmt: skip
    _fill(data / "relations" / "project_orders.csv", [
        {"project_id": row[0], "directive_id": "1.1", "basis": "inferred", "confidence": "likely",
         "reason_vi": "Thuộc lĩnh vực", "reason_en": "Of its field", "source": "section-2:1.1"}
        for row in PROJECTS
    ])  # fmt: skip
    _levers(data / "context" / "levers.csv")
    return data


def _target(key, measure, low, high, unit, kind, better, lead):
    printed = f"{_vi(low)} - {_vi(high)}{UNIT_WORDS.get(unit, '%')}"
    return {
        "id": key, "list": "A", "domain": "society" if key.startswith("A.II") else "economy", "row": key,
        "name_vi": f"Chỉ tiêu {measure or 'trường học'}", "name_en": f"Target of {measure or 'schools'}",
        "printed": printed, "low": low, "high": high, "comparator": "range", "unit": unit, "kind": kind,
        "better": better, "measure": measure, "year": 2030, "leads": lead, "source": f"appendix-1:{key}",
    }  # fmt: skip


def _vi(number):
    return f"{number:,}".replace(",", ".")


def _fact(key, value, unit):
    return {
        "id": key, "indicator": key.split(".")[0], "value": value, "unit": unit, "period": "2025",
        "status": "estimate", "basis": "not_applicable", "is_default": "true", "confidence": "A", "name_vi": key,
        "name_en": key, "source_title": "Niên giám", "publisher": "Cục Thống kê", "published": "2026",
    }  # fmt: skip


def _project(key, source, name, printed, cost, period, sector, asset):
    return {
        "id": key, "capital_source": source, "name_vi": name, "name_en": name, "label_vi": name, "label_en": name,
        "printed_cost": printed, "cost_bn_vnd": "" if cost is None else cost,
        "cost_note": "no_cost_printed" if cost is None else "", "printed_period": period, "sector": sector,
        "asset": asset, "oc4ids_type": "construction", "urgent": "false", "source": f"appendix-3:{key}",
    }  # fmt: skip


def _fill(path, rows):
    """Add rows to a table that `bnplan new` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerows(rows)


def _levers(path):
    """Tie the levers to the facts of the base year; construction is a tenth of its block."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    facts = {lever: key for key, (_, _, lever) in FACTS.items() if lever}
    for row in rows:
        row["fact_id"] = facts.get(row["key"], "")
        if row["key"] == "base_year.construction_share":
            row["default"] = "10"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
