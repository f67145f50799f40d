"""What could be smoothed: how much lower would the peak be if starts were staggered, and what would move?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.levelling import Levelled, level
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import (
    BAND,
    BLUE,
    INK,
    ORANGE,
    YEARS_SHOWN_AFTER,
    frame,
    in_years,
    middles,
    pattern,
    rows_table,
)

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def levelled_bars(
    programme: Programme, story: Scenario, lower: str, later: int, lang: str, capital: str | None = None
) -> go.Figure:
    """Draw the quarters before and after starts are staggered, and the bound no plan gets below; moves in the table.

    Parameters
    ----------
    lower
        load or running, as of `level`.
    later
        Quarters by which a project may start later, 0 to 20.
    capital
        The projects of one capital source alone: public, ppp or off_budget.
    """
    say = speak(lang)
    plan = level(programme, story, lower, later, capital=capital)
    last = programme.years[-1] + YEARS_SHOWN_AFTER
    shown = in_years(plan.quarters, last)
    at = middles(shown["quarter"])
    scale = 1000 if lower == "load" else 1
    figure = go.Figure()
    figure.add_bar(
        x=at,
        y=shown["after"] / scale,
        width=0.22,
        name=say("With staggered starts"),
        marker=pattern(BLUE, ""),
        customdata=[_hover(say, plan, *row) for row in shown.itertuples(index=False)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_scatter(
        x=at,
        y=shown["before"] / scale,
        mode="lines",
        name=say("As the scenario has it"),
        line={"width": 2, "color": INK, "shape": "hvh", "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[programme.years[0], last + 1],
        y=[plan.bound / scale] * 2,
        mode="lines",
        name=say("No plan under the same rules peaks lower"),
        line={"width": 2, "color": ORANGE, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_vrect(x0=programme.years[0], x1=programme.years[-1] + 1, fillcolor=BAND, line_width=0, layer="below")
    figure.update_xaxes(dtick=1, tickformat="d", range=[programme.years[0], last + 1.05])
    unit = say("thousand bn VND a quarter") if lower == "load" else say("projects running")
    figure.update_yaxes(title=unit, rangemode="tozero")
    return frame(
        figure,
        say,
        title=_title(say, plan),
        subtitle=" ".join(
            (*_which(programme, say, capital), _from_to(say, plan), _rules(say, plan, story), _proof(say, plan))
        ),
        source=source_line("investment" if lower == "load" else "timeline", programme, say),
        table=_moves(programme, say, plan),
        height=450,
        least_width=620,
    )


def _title(say: Language, plan: Levelled) -> str:
    if plan.moved.empty:
        return say("No later start lowers the peak")
    return say.plural(
        "{count} later start lowers the peak by {share}",
        "{count} later starts lower the peak by {share}",
        len(plan.moved),
        share=say.percent(1 - plan.after / plan.before, 1),
    )


def _from_to(say: Language, plan: Levelled) -> str:
    if plan.moved.empty:
        return say("The peak stays at {before}.", before=_told(say, plan, plan.before))
    before, after = _told(say, plan, plan.before), _told(say, plan, plan.after)
    return say("The peak falls from {before} to {after}.", before=before, after=after)


def _told(say: Language, plan: Levelled, value: float) -> str:
    if plan.lower == "load":
        return say.money(value)
    return say.plural("{count} project", "{count} projects", round(value))


def _which(programme: Programme, say: Language, capital: str | None) -> list[str]:
    return [] if capital is None else [f"{say.labels(programme.codes, 'capital_source')[capital]}."]


def _rules(say: Language, plan: Levelled, story: Scenario) -> str:
    return say.plural(
        "{count} project that begins in {since} or later and is not urgent may start, and end, up to {most} later.",
        "{count} projects that begin in {since} or later and are not urgent may start, and end, up to {most} later.",
        plan.movable,
        since=say.quarter(story.values["phasing.delay_from"]),
        most=say.plural("{count} quarter", "{count} quarters", plan.most_later),
    )


def _proof(say: Language, plan: Levelled) -> str:
    if plan.lowest:
        return say(
            "No plan under these rules peaks lower, though others may peak as low. "
            "No ranking of merit: it knows dates and amounts only."
        )
    return say(
        "At most {gap} above the lowest. No ranking of merit: it knows dates and amounts only.",
        gap=say.percent(plan.gap_share, 2),
    )


def _hover(say: Language, plan: Levelled, quarter: str, before: float, after: float) -> str:
    told = say("{after}, before {before}", after=_told(say, plan, after), before=_told(say, plan, before))
    return f"{say.quarter(quarter)}<br>{told}"


def _moves(programme: Programme, say: Language, plan: Levelled) -> pd.DataFrame:
    projects = programme.projects.set_index("id")
    columns = [
        say("Row"),
        say("Project"),
        say("Starts later by, quarters"),
        say("Period before"),
        say("Period after"),
        say("Cost, bn VND"),
    ]
    rows = [
        (
            row.project_id,
            say.of(projects.loc[row.project_id], "label"),
            say.number(row.later_quarters),
            f"{say.quarter(row.start_before)} – {say.quarter(row.end_before)}",
            f"{say.quarter(row.start_after)} – {say.quarter(row.end_after)}",
            say.number(row.cost_bn_vnd),
        )
        for row in plan.moved.itertuples()
    ]
    return rows_table(columns, rows)
