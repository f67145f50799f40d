"""What does the page of investment need to answer "what if"? Projects, what is set for them, what can be invested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bnplan_lib.explore.live import Live, file_around, lever_row, words_of_form
from bnplan_lib.figures.envelope import envelope_titles
from bnplan_lib.figures.lanes import kind_name
from bnplan_lib.figures.language import Language
from bnplan_lib.figures.style import SOURCE_STYLE
from bnplan_lib.inputs.levers import CHOICES, read_levers
from bnplan_lib.model.economy import economy
from bnplan_lib.model.projects import CLASSES

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.inputs.levers import Lever
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

NUMBERS = ("delay_quarters", "stretch", "overrun")
LEVERS = (*NUMBERS, "profile", "dropped")
PHASING = ("phasing.open_end", "phasing.milestone_start", "phasing.delay_from")
SOURCES = tuple(SOURCE_STYLE)


def live_investment(programme: Programme, story: Scenario, limit: float, figure: go.Figure, say: Language) -> Live:
    """Return the figure of the investment envelope with what is set for each project.

    Parameters
    ----------
    limit
        Per cent of a year's investment above which the list alone is called out.
    """
    catalogue, names = read_levers(programme), say.labels(programme.codes, "capital_source")
    values = {key: value for key, value in story.values.items() if key.startswith("projects.")}
    own = {lever: catalogue[f"projects.*.{lever}"] for lever in LEVERS}
    profiles = say.labels(programme.codes, "profile")
    spec = {
        "form": "investment",
        "lang": say.code,
        "basis": {"years": list(programme.years), "sources": list(SOURCES), "projects": _projects(programme)},
        "values": values | {key: story.values[key] for key in PHASING},
        "envelope": economy(programme, story).investment[1:, 0].tolist(),
        "limit": limit / 100,
        "bars": [place for place, trace in enumerate(figure.data) if trace.type == "bar"],
        "sources": [{"code": code, "name": names[code]} for code in SOURCES],
        "levers": {
            name: {
                "title": say("Off the list") if name == "dropped" else _title(lever, say),
                "range": lever.hard,
                "whole": lever.type == "integer",
                "percent": lever.unit == "percent",
            }
            for name, lever in own.items()
        },
        "sliders": [{**lever_row(own[name], values[f"projects.*.{name}"], say), "key": name} for name in NUMBERS],
        "profiles": {code: profiles[code] for code in CHOICES["profile"]},
        "choices": _choices(programme, say),
        **file_around(programme, story, values),
        "texts": {
            **words_of_form(say),
            **envelope_titles(limit, say),
            "unit": say("bn VND"),
            "yes": say("yes"),
            "no": say("no"),
            "peak": say("{count} in {quarter}"),
            "narrower": say("A narrower setting wins: {names}"),
        },
    }
    return Live(spec, figure)


def _title(lever: Lever, say: Language) -> str:
    return lever.title_vi if say.code == "vi" else lever.title_en


def _projects(programme: Programme) -> list[dict[str, Any]]:
    """Return each project with its names, the wider first: all, its classes, its own id; and its phases."""
    phases = dict(list(programme.project_phases.groupby("project_id")))
    return [
        {
            "names": ["*", *(_class(name, row[name]) for name in CLASSES), row["id"]],
            "source": SOURCES.index(row["capital_source"]),
            "cost": _known(row["cost_bn_vnd"]),
            "phases": [
                {"start": _known(phase["start"]), "end": _known(phase["end"]), "cost": _known(phase["cost_bn_vnd"])}
                for phase in phases[row["id"]].to_dict("records")
            ],
        }
        for row in programme.projects.to_dict("records")
    ]


def _class(name: str, code: Any) -> str:
    return f"{name}:{code}" if _known(code) else ""


def _known(value: Any) -> Any:
    """Return a value as JSON can hold it: None where it is missing."""
    return None if pd.isna(value) else value


def _choices(programme: Programme, say: Language) -> list[dict[str, Any]]:
    """Return which projects may be chosen, in groups: the value, the text and the reach of each option."""
    projects = programme.projects
    groups = [{"title": "", "options": [("*", say("All projects"), _reach(projects, say))]}]
    for kind in CLASSES:
        labels = say.labels(programme.codes, kind)
        found = [(code, text, projects[projects[kind] == code]) for code, text in labels.items()]
        options = [(f"{kind}:{code}", text, _reach(rows, say)) for code, text, rows in found if len(rows)]
        groups.append({"title": kind_name(kind, say), "options": options})
    single = [
        (row["id"], f"{row['id']} {say.of(row, 'label')}", _cost(row["cost_bn_vnd"], say))
        for row in projects.to_dict("records")
    ]
    return [*groups, {"title": say("Single projects"), "options": single}]


def _reach(rows: pd.DataFrame, say: Language) -> str:
    """Return how many projects a choice has, and their cost."""
    count = say.plural("{count} project", "{count} projects", len(rows))
    return f"{count}: {_cost(rows['cost_bn_vnd'].sum(min_count=1), say)}"


def _cost(cost: float, say: Language) -> str:
    if pd.isna(cost):
        return say("no cost is printed")
    return say("{amount} as printed", amount=say.money(cost))
