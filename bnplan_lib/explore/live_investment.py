"""What does the page of investment need to answer "what if"? Projects, what is set for them, what can be invested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnplan_lib.explore.live import Live, file_around, words_of_form
from bnplan_lib.explore.live_items import (
    PHASING,
    SOURCES,
    item_levers,
    item_setting,
    item_sliders,
    project_choices,
    project_rows,
)
from bnplan_lib.figures.envelope import envelope_titles
from bnplan_lib.figures.language import Language
from bnplan_lib.inputs.levers import CHOICES
from bnplan_lib.model.economy import economy

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

NUMBERS = ("delay_quarters", "stretch", "overrun")


def live_investment(programme: Programme, story: Scenario, limit: float, figure: go.Figure, say: Language) -> Live:
    """Return the figure of the investment envelope with what is set for each project.

    Parameters
    ----------
    limit
        Per cent of a year's investment above which the list alone is called out.
    """
    setting, names = item_setting(story, "projects"), say.labels(programme.codes, "capital_source")
    profiles = say.labels(programme.codes, "profile")
    spec = {
        "form": "investment",
        "lang": say.code,
        "basis": {
            "years": list(programme.years),
            "sources": list(SOURCES),
            "projects": project_rows(programme),
        },
        "values": setting | {key: story.values[key] for key in PHASING},
        "envelope": economy(programme, story).investment[1:, 0].tolist(),
        "limit": limit / 100,
        "bars": [place for place, trace in enumerate(figure.data) if trace.type == "bar"],
        "labels": next(place for place, trace in enumerate(figure.data) if trace.text is not None),
        "sources": [{"code": code, "name": names[code]} for code in SOURCES],
        "levers": item_levers(programme, say),
        "sliders": item_sliders(programme, NUMBERS, setting, say),
        "profiles": {code: profiles[code] for code in CHOICES["profile"]},
        "choices": project_choices(programme, say),
        **file_around(programme, story, setting),
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
