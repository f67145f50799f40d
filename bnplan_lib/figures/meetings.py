"""What collides: which groups run at once, and which projects call for the same money?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from bnplan_lib.analysis.presence import first_largest
from bnplan_lib.analysis.rivals import rivals, source_load
from bnplan_lib.analysis.timeline import meetings, overlaps
from bnplan_lib.figures.lanes import agency_note, class_names, kind_name, spread_note
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.squares import draw_squares, shade_of
from bnplan_lib.figures.style import BAND, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, frame, pattern, rows_table, safe
from bnplan_lib.model.quarters import quarter_name

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

LISTED = 60  # pairs in a figure's table
STACKED = 5  # projects with a colour of their own
STACK_STYLE = ((BLUE, ""), (ORANGE, "/"), (GREEN, "\\"), (PURPLE, "."), (RED, "x"), (GREY, "+"))


def relation_names(say: Language) -> dict[str, str]:
    """Return what Allen's relations of two periods are called."""
    return {
        "before": say("ends well before"),
        "after": say("begins well after"),
        "meets": say("ends right before"),
        "met-by": say("begins right after"),
        "equals": say("same period"),
        "overlaps": say("begins and ends earlier"),
        "overlapped-by": say("begins and ends later"),
        "starts": say("same start, ends earlier"),
        "started-by": say("same start, ends later"),
        "finishes": say("begins later, same end"),
        "finished-by": say("begins earlier, same end"),
        "during": say("lies within"),
        "contains": say("contains"),
    }


def meeting_matrix(programme: Programme, story: Scenario, by: str, lang: str) -> go.Figure:
    """Draw how many pairs of items run at the same time, by the groups they belong to; the pairs stand in the table.

    Parameters
    ----------
    by
        As of `membership`, such as capital_source, sector, place, corridor or agency.
    """
    say = speak(lang)
    names = class_names(programme, by, say)
    table = meetings(programme, story, by)
    met = table[table["pairs"] > 0]
    shown = [key for key in names if key in set(met["one"]) | set(met["other"])]
    at = {key: height for height, key in enumerate(shown)}
    figure = go.Figure()
    cells = met.assign(
        row=met[["one", "other"]].map(at.get).max(axis=1), column=met[["one", "other"]].map(at.get).min(axis=1)
    )
    own = list(zip(cells["one"], cells["other"], cells["pairs"], strict=True))
    most = max((pairs for one, other, pairs in own if one == other), default=1)
    draw_squares(
        figure,
        (cells["column"], cells["row"]),
        [say.number(pairs) for pairs in cells["pairs"]],
        [shade_of(pairs, most) if one == other else 0 for one, other, pairs in own],
        [_meeting_text(say, row, names) for row in cells.itertuples()],
        27,
    )
    size = len(shown)
    labels = [f"{safe(names[key])}  {place}" for place, key in enumerate(shown, 1)]
    figure.update_yaxes(tickvals=list(range(size)), ticktext=labels, range=[size - 0.4, -0.6], showgrid=False)
    figure.update_xaxes(
        tickvals=list(range(size)),
        ticktext=[str(place + 1) for place in range(size)],
        range=[-0.6, size - 0.4],
        tickangle=0,
        showgrid=False,
    )
    pairs, kind = overlaps(programme, story, by), kind_name(by, say).lower()
    distinct = len(pairs.drop_duplicates(["first_table", "first_id", "second_table", "second_id"]))
    return frame(
        figure,
        say,
        title=say.plural(
            "{count} pair of one group runs at once ({kind})",
            "{count} pairs of one group run at once ({kind})",
            distinct,
            kind=kind,
        ),
        subtitle=say(
            "Pairs of items that run at the same time. On the diagonal, coloured: both of the same group; "
            "grey: one of each, which share nothing but the time"
        )
        + agency_note(by, say),
        source=source_line("timeline", programme, say),
        table=_pair_rows(programme, say, pairs, by, names),
        height=max(300, 190 + 34 * size),
        least_width=max(520, 230 + 30 * size),
    )


def public_money(programme: Programme, story: Scenario, lang: str, capital: str = "public") -> go.Figure:
    """Draw what the projects of one capital source call for in each quarter, the largest apart; rivals in the table.

    Parameters
    ----------
    capital
        public, ppp or off_budget.
    """
    say = speak(lang)
    ids, start, load = source_load(programme, story, capital)
    source = say.labels(programme.codes, "capital_source")[capital]
    projects = programme.projects.set_index("id")
    first, end = programme.years[0] * 4 - start, (programme.years[-1] + 1) * 4 - start
    inside = load[:, max(first, 0) : max(end, 0)]
    begin = max(first, 0) + start
    order = np.argsort(-inside.sum(axis=1), kind="stable")
    figure = go.Figure()
    groups = [(f"{ids[row]} {say.of(projects.loc[ids[row]], 'label')}", inside[row]) for row in order[:STACKED]]
    if len(order) > STACKED:
        others = order[STACKED:]
        groups.append((say("the other {count}", count=len(others)), inside[others].sum(axis=0)))
    at = [(begin + place + 0.5) / 4 for place in range(inside.shape[1])]
    for (name, amounts), style in zip(groups, STACK_STYLE, strict=False):
        figure.add_bar(
            x=at,
            y=amounts,
            width=0.22,
            name=safe(name),
            marker=pattern(*style),
            customdata=[
                f"{say.quarter(quarter_name(begin + place))}<br>{safe(name)}: {say.money(amount)}"
                for place, amount in enumerate(amounts)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(dtick=1, tickformat="d", range=[programme.years[0] - 0.05, programme.years[-1] + 1.05])
    figure.update_yaxes(title=say("bn VND a quarter"), rangemode="tozero", tickformat=",.0f")
    figure.add_vrect(x0=programme.years[0], x1=programme.years[-1] + 1, fillcolor=BAND, line_width=0, layer="below")
    total = inside.sum(axis=0)
    table = rivals(programme, story, capital)
    title = say("No money of this source falls in the programme's years")
    if total.any():
        peak = first_largest(total)
        title = say.plural(
            "{count} project calls for {amount} in {quarter}",
            "{count} projects call for {amount} in {quarter}",
            int((inside[:, peak] > 0).sum()),
            amount=say.money(total[peak]),
            quarter=say.quarter(quarter_name(begin + peak)),
        )
    return frame(
        figure,
        say,
        title=title,
        subtitle=say(
            "{source}, by project; the pairs that call for most of it in the same quarters stand in the table.",
            source=source,
        )
        + f" {spread_note(story, say)}",
        source=source_line("investment", programme, say),
        table=_rival_rows(say, table, projects),
        height=470,
        least_width=620,
    )


def _meeting_text(say: Language, row: Any, names: dict[str, str]) -> str:
    groups = names[row.one] if row.one == row.other else f"{names[row.one]} × {names[row.other]}"
    pairs = say.plural("{count} pair", "{count} pairs", row.pairs)
    return f"{safe(groups)}<br>" + say(
        "{pairs}; quarters together: {quarters}", pairs=pairs, quarters=say.number(row.pair_quarters)
    )


def _pair_rows(
    programme: Programme, say: Language, pairs: pd.DataFrame, by: str, names: dict[str, str]
) -> pd.DataFrame:
    labels = {
        (table, row["id"]): f"{row['id']} {say.of(row, 'label')}"
        for table in ("projects", "tasks")
        for row in getattr(programme, table).to_dict("records")
    }
    relations = relation_names(say)
    rows = [
        (
            names[row[by]],
            labels[row["first_table"], row["first_id"]],
            relations[row["relation"]],
            labels[row["second_table"], row["second_id"]],
            f"{say.quarter(row['from_quarter'])} – {say.quarter(row['to_quarter'])}",
            say.number(row["overlap_quarters"]),
            say.number(row["cost_bn_vnd"], 0),
        )
        for row in pairs.head(LISTED).to_dict("records")
    ]
    columns = [
        kind_name(by, say),
        say("First"),
        say("Relation"),
        say("Second"),
        say("Together"),
        say("Quarters"),
        say("Cost of both, bn VND"),
    ]
    return rows_table(columns, rows)


def _rival_rows(say: Language, table: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    columns = [
        say("First project"),
        say("Second project"),
        say("Quarters with both"),
        say("Both call for, bn VND"),
        say("Contested: the smaller in each quarter, bn VND"),
        say("Peak of both"),
    ]
    rows = [
        (
            f"{row.first_id} {say.of(projects.loc[row.first_id], 'label')}",
            f"{row.second_id} {say.of(projects.loc[row.second_id], 'label')}",
            say.number(row.shared_quarters),
            say.number(row.both_bn_vnd, 0),
            say.number(row.contested_bn_vnd, 0),
            say.quarter(row.peak_quarter),
        )
        for row in table.head(LISTED).itertuples()
    ]
    return rows_table(columns, rows)
