"""What does a page need to answer "what if" without a kernel? The numbers of the model, for a form in the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bnplan_lib.explore.scale import scale_of
from bnplan_lib.figures.amounts import unit_words
from bnplan_lib.figures.growth import sector_names
from bnplan_lib.figures.language import NBSP, Language
from bnplan_lib.figures.levers import lever_suffix
from bnplan_lib.figures.sources import row_number
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.scenario import scenario_names, scenario_of
from bnplan_lib.inputs.scenario_text import scenario_text
from bnplan_lib.model.averages import RATE
from bnplan_lib.model.economy import economy
from bnplan_lib.model.growth import BLOCK_TARGET, SECTORS, TARGETS, basis_of
from bnplan_lib.model.measures import MEASURES, goals_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

LIVE: Final = "application/vnd.bnplan.live+json"
PLOTLY: Final = "application/vnd.plotly.v1+json"
POSITION: Final = "targets.position"
SHARES: Final = ("base_year.share_agriculture", "base_year.share_services", "base_year.share_product_taxes")
REST: Final = "base_year.share_industry_construction"  # what the other three leave
SCRIPT: Final = Path(__file__).with_name("static") / "live.js"


class Live:
    """A figure that a page can move: what the browser computes from, and the figure as the scenario has it."""

    def __init__(self, spec: Mapping[str, Any], figure: go.Figure) -> None:
        self.spec, self.figure = spec, figure

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        drawn = json.loads(self.figure.to_json())
        title = drawn["layout"]["meta"]["title"]
        return {LIVE: dict(self.spec), PLOTLY: drawn, "text/plain": title}


def live_growth(
    programme: Programme,
    story: Scenario,
    groups: Mapping[str, Sequence[str]],
    settings: Mapping[str, Any],
    at_start: Mapping[str, float],
    figure: go.Figure,
    say: Language,
) -> Live:
    """Return the figure of growth targets with the levers that move it.

    Parameters
    ----------
    groups
        Titles to keys of levers.
    settings
        Value in effect of each lever, a tuple where it differs by year; `at_start` is one number for its slider.
    """
    catalogue, basis = read_levers(programme), basis_of(programme)
    values = {**settings, REST: story.values[REST]}
    head, kept, tail = _file(programme, story, values)
    spec = {
        "lang": say.code,
        "basis": {
            "years": list(basis.years),
            "sectors": list(SECTORS),
            "targets": {TARGETS[sector]: [sector] for sector in SECTORS}
            | {TARGETS["grdp"]: list(SECTORS), BLOCK_TARGET: ["industry", "construction"]},
        },
        "values": {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()},
        "at_start": dict(at_start),
        "groups": [
            {"title": title, "levers": [_lever(catalogue[key], at_start[key], say) for key in keys]}
            for title, keys in groups.items()
        ],
        "position": POSITION,
        "ranges": {f"growth.{sector}": list(basis.ranges[TARGETS[sector]]) for sector in SECTORS},
        "shares": list(SHARES),
        "rest": REST,
        "head": head,
        "kept": kept,
        "tail": tail,
        "targets": _targets(programme, story, say),
        **_marks(programme, say),
    }
    return Live(spec, figure)


def _file(programme: Programme, story: Scenario, values: Mapping[str, Any]) -> tuple[list[str], list[str], str]:
    """Return what a setting's file has beside the levers moved: first lines, levers of the form to keep, other tables.

    It rests on the scenario of the suite that is shown; on nothing where that is no scenario of the suite.
    """
    below = _of_the_suite(programme, story)
    before = below.changes if below else {}
    own = {key: value for key, value in story.changes.items() if key not in before or before[key] != value}
    others = replace(story, changes={key: value for key, value in own.items() if key not in values})
    if below:
        others = replace(others, uncertainty={}, correlations={})
    titles = f"{story.title_en}, moved by hand", f"{story.title_vi}, đã điều chỉnh"
    head, _, tail = scenario_text(others, *titles, "Set with the sliders of a page.").partition("\n\n")
    lines = [*head.strip().split("\n"), *([f'base = "{below.name}"'] if below else [])]
    return lines, [key for key in own if key in values], tail


def _of_the_suite(programme: Programme, story: Scenario) -> Scenario | None:
    """Return the scenario of the suite that a scenario is, but for levers moved by hand."""
    name = story.name.rstrip("*")
    if name not in scenario_names(programme.folder):
        return None
    found = scenario_of(programme, name)
    return found if found.title_en == story.title_en else None  # a file elsewhere may have the same name


def _lever(lever: Any, value: float, say: Language) -> dict[str, Any]:
    scale = scale_of(lever, value)
    title = lever.title_vi if say.code == "vi" else lever.title_en
    return {
        "key": lever.key,
        "title": title,
        "label": title + lever_suffix(lever.unit, say),
        "rate": lever.unit == RATE,
        "low": scale.low,
        "high": scale.high,
        "step": scale.step,
        "digits": scale.digits,
        "value": value,
    }


def _targets(programme: Programme, story: Scenario, say: Language) -> list[dict[str, Any]]:
    """Return each target that growth decides: how it is printed, what the scenario gives, and when it is met."""
    rows, one = programme.targets.set_index("id"), economy(programme, story)
    return [
        {
            "id": name,
            "title": f"{row_number(name)} {say.of(rows.loc[name], 'name')}",
            "printed": rows.loc[name, "printed"],
            "percent": goal.unit.startswith("percent"),
            "unit": NBSP + unit_words(goal.unit, say) if unit_words(goal.unit, say) else "",
            "least": _number(goal.least),
            "most": _number(goal.most),
            "value": _number(float(MEASURES[name].of(one)[0])),
        }
        for name, goal in goals_of(programme).items()
    ]


def _number(value: float) -> float | None:
    """Return a number as JSON can hold it."""
    return float(value) if np.isfinite(value) else None


def _marks(programme: Programme, say: Language) -> dict[str, Any]:
    """Return what the marks of the figure show, from the lowest up, and the words around them."""
    goals, names = goals_of(programme), sector_names(say)
    shown = [goal for goal in goals.values() if goal.measure.sector][::-1]
    return {
        "trace": 1,
        "marks": [
            {
                "id": goal.measure.target_id,
                "low": goal.low - goal.room,
                "high": goal.high + goal.room,
                "hover": say(
                    "{name}: {average} a year, target {low} to {high}, {standing}",
                    name=names[goal.measure.sector],
                    average="{average}",
                    low=say.percent(goal.low),
                    high=say.percent(goal.high),
                    standing="{standing}",
                ),
            }
            for goal in shown
        ],
        "texts": {
            "below": say("below"),
            "inside": say("inside"),
            "above": say("above"),
            "none": "–",
            "title": say(
                "The scenario lies inside {inside} of {all} growth targets",
                inside="{inside}",
                all=say.number(len(shown)),
            ),
            "met": say("met"),
            "not_met": say("not met"),
            "nothing": say("nothing yet"),
            "copied": say("Copied. Save it as mine.toml, then: bnplan run --scenario mine.toml"),
            "select": say("Copy the text below and save it as mine.toml, then: bnplan run --scenario mine.toml"),
        },
    }
