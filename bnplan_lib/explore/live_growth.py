"""What does the page of growth need to answer "what if"? Levers, targets and marks for a form in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bnplan_lib.explore.live import Live, file_around, lever_row, words_of_form
from bnplan_lib.figures.amounts import unit_words
from bnplan_lib.figures.growth import sector_names
from bnplan_lib.figures.language import NBSP, Language
from bnplan_lib.figures.sources import row_number
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.model.economy import economy
from bnplan_lib.model.growth import BLOCK_MEASURE, HEADLINE, SECTORS, basis_of
from bnplan_lib.model.measures import goals_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

POSITION: Final = "targets.position"
SHARES: Final = ("base_year.share_agriculture", "base_year.share_services", "base_year.share_product_taxes")
REST: Final = "base_year.share_industry_construction"  # what the other three leave


def rest_of(story: Scenario, moved: Mapping[str, Any]) -> dict[str, float]:
    """Return the share of 2025 that the other three leave, where one of them was moved."""
    if not moved.keys() & set(SHARES):
        return {}
    return {REST: 100 - sum(moved.get(share, story.values[share]) for share in SHARES)}


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
    parts = {
        **{f"growth.{sector}": [sector] for sector in SECTORS},
        HEADLINE: list(SECTORS),
        BLOCK_MEASURE: ["industry", "construction"],
    }
    spec = {
        "form": "growth",
        "lang": say.code,
        "basis": {
            "years": list(basis.years),
            "sectors": list(SECTORS),
            "grown": parts,
        },
        "values": {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()},
        "at_start": dict(at_start),
        "bounds": {key: catalogue[key].hard for key in at_start},
        "groups": [
            {"title": title, "levers": [lever_row(catalogue[key], at_start[key], say) for key in keys]}
            for title, keys in groups.items()
        ],
        "position": POSITION,
        "ranges": {f"growth.{sector}": list(basis.range_of(f"growth.{sector}")) for sector in SECTORS},
        "shares": list(SHARES),
        "rest": REST,
        **file_around(programme, story, values),
        "targets": _targets(programme, story, say),
        **_marks(programme, say),
    }
    return Live(spec, figure)


def _targets(programme: Programme, story: Scenario, say: Language) -> list[dict[str, Any]]:
    """Return each target that growth decides: how it is printed, what the scenario gives, and when it is met."""
    rows, one = programme.targets.set_index("id"), economy(programme, story)
    return [
        {
            "id": name,
            "measure": goal.measure.name,
            "title": f"{row_number(name)} {say.of(rows.loc[name], 'name')}",
            "printed": rows.loc[name, "printed"],
            "percent": goal.unit.startswith("percent"),
            "unit": NBSP + unit_words(goal.unit, say) if unit_words(goal.unit, say) else "",
            "least": _number(goal.least),
            "most": _number(goal.most),
            "value": _number(float(goal.measure.of(one)[0])),
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
                "id": goal.target_id,
                "measure": goal.measure.name,
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
            **words_of_form(say),
        },
    }
