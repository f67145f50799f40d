"""How do the projects stand in the Open Contracting for Infrastructure Data Standard (OC4IDS)? What is known only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bnplan_lib.report.stamp import day_of_data, day_signed

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

VERSION: Final = "0.9"
VND: Final = 1_000_000_000  # in one bn VND
QUARTER_ENDS: Final = {
    "1": ("01-01", "03-31"),
    "2": ("04-01", "06-30"),
    "3": ("07-01", "09-30"),
    "4": ("10-01", "12-31"),
}


def to_oc4ids(programme: Programme) -> str:
    """Return the projects as an OC4IDS 0.9 project package, JSON.

    Budgets are in VND as used in the analysis; where a correction stands behind one, the
    description says what is printed. Status, contracts and owners are left out: the programme
    does not give them. Lead agencies are those of the order that covers a project, with the
    role `leadAgency`, which the standard's open list lacks. No prefix is registered for the
    publisher: ids begin with the name of the data package.

    References
    ----------
    https://standard.open-contracting.org/infrastructure/0.9/en/
    """
    about = programme.properties
    licences = [one["path"] for one in about.get("licenses", []) if one.get("path")]
    package = {
        "uri": f"urn:{about['name']}:{about['version']}",
        "version": VERSION,
        "publishedDate": _time(day_of_data(programme).date().isoformat()),
        "publisher": {"name": "bnplan"},
        **({"license": licences[0]} if licences else {}),
        "projects": [_project(programme, row) for row in programme.projects.to_dict("records")],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _project(programme: Programme, row: dict[str, Any]) -> dict[str, Any]:
    codes = programme.codes.set_index(["list", "code"])
    phases = programme.project_phases[programme.project_phases["project_id"] == row["id"]]
    sector = codes.loc[("sector", row["sector"]), "oc4ids"]
    kind = row["oc4ids_type"]
    places = row["place"].split(";") if isinstance(row["place"], str) else []
    parties = _parties(programme, row["id"])
    budget = _budget(row, phases)
    period = _period(phases)
    project: dict[str, Any] = {
        "id": f"{programme.properties['name']}-{row['id']}",
        "updated": _time(day_of_data(programme).date().isoformat()),
        "title": row["name_vi"],
        "description": " ".join([row["name_en"] + ".", *_corrected(programme, row)]),
    }
    if period:
        project["period"] = period
    if isinstance(sector, str) and sector:
        project["sector"] = list(dict.fromkeys([sector.partition(".")[0], sector]))
    project["additionalClassifications"] = [
        {
            "scheme": f"{programme.properties['name']}-{name}",
            "id": row[name],
            "description": str(codes.loc[(name, row[name]), "label_en"]),
        }
        for name in ("capital_source", "sector", "asset")
    ]
    if isinstance(kind, str):
        project["type"] = kind
    if places:
        project["locations"] = [
            {"id": one, "description": str(codes.loc[("place", one), "label_vi"])} for one in places
        ]
    if budget:
        project["budget"] = budget
    if parties:
        project["parties"] = parties
    project["documents"] = [_document(programme)]
    return project


def _period(phases: pd.DataFrame) -> dict[str, str]:
    """Return the first day and the last day of what is printed; an end that is not printed is left out."""
    starts, ends = phases["start"].dropna(), phases["end"].dropna()
    found = {}
    if len(starts):
        year, quarter = min(starts).split("Q")
        found["startDate"] = _time(f"{year}-{QUARTER_ENDS[quarter][0]}")
    if len(ends) == len(phases) and len(ends):
        year, quarter = max(ends).split("Q")
        found["endDate"] = _time(f"{year}-{QUARTER_ENDS[quarter][1]}")
    return found


def _budget(row: dict[str, Any], phases: pd.DataFrame) -> dict[str, Any]:
    """Return the cost in VND and that of its phases, nothing where none is printed."""
    if pd.isna(row["cost_bn_vnd"]):
        return {}
    budget: dict[str, Any] = {"amount": _value(row["cost_bn_vnd"])}
    parts = phases.dropna(subset="cost_bn_vnd").to_dict("records")
    if parts:
        budget["budgetBreakdown"] = [
            {"id": str(part["phase"]), "description": f"phase {part['phase']}", "amount": _value(part["cost_bn_vnd"])}
            for part in parts
        ]
    return budget


def _value(bn_vnd: float) -> dict[str, Any]:
    amount = round(bn_vnd * VND, 2)
    return {"amount": int(amount) if amount == int(amount) else amount, "currency": "VND"}


def _corrected(programme: Programme, row: dict[str, Any]) -> list[str]:
    table = programme.corrections
    own = table[(table["table"] == "projects") & (table["row_id"] == row["id"]) & (table["reading"] == "default")]
    return [
        f"Corrected {one['column']}: printed {one['printed_value']}, used {one['value']}. {one['reason_en']}"
        for one in own.to_dict("records")
    ]


def _parties(programme: Programme, project: str) -> list[dict[str, Any]]:
    orders = programme.project_orders[programme.project_orders["project_id"] == project]
    leads = programme.directives.set_index("id")["leads"].reindex(orders["directive_id"]).dropna()
    names = programme.agencies.set_index("id")
    found = dict.fromkeys(lead for cell in leads for lead in cell.split(";"))
    return [
        {"id": lead, "name": str(names.loc[lead, "name_vi"]), "roles": ["leadAgency"]}
        for lead in found
        if names.loc[lead, "kind"] != "collective"
    ]


def _document(programme: Programme) -> dict[str, Any]:
    about = programme.properties
    sources = about.get("sources") or [about]
    return {
        "id": str(about["programme"].get("number", about["name"])),
        "title": str(sources[0].get("title", "")),
        "datePublished": _time(day_signed(programme).date().isoformat()),
        "language": "vi",
    }


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"
