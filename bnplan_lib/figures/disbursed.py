"""Has the money gone out as cost and period would have it?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import BLUE, GREY, frame, pattern, rows_table

if TYPE_CHECKING:
    from bnplan_lib.analysis.progress import Progress
    from bnplan_lib.inputs.programme import Programme

SOURCES: Final = ("public", "ppp", "off_budget")


def money_bars(programme: Programme, now: Progress, lang: str) -> go.Figure | HTML:
    """Draw what projects should have spent by cost and period beside what they report, by source of capital.

    A sentence where no project falls to the body that is asked about.
    """
    say = speak(lang)
    if now.money.empty:
        told = say("No listed project falls to this body.")
        return markup(f"<p>{html.escape(told)}</p>")
    names = say.labels(programme.codes, "capital_source")
    source = programme.projects.set_index("id")["capital_source"]
    table = now.money.assign(source=now.money["project_id"].map(source))
    sums = table.groupby("source")[["planned_bn_vnd", "disbursed_bn_vnd"]].sum()
    sums = sums.reindex([one for one in SOURCES if one in sums.index])
    reported = table.dropna(subset="disbursed_bn_vnd")
    beside = reported.groupby("source")["planned_bn_vnd"].sum().reindex(sums.index, fill_value=0.0)
    labels = [names[one] for one in sums.index]
    figure = go.Figure()
    first, last = programme.years[0], now.year
    for name, values, color, shape in (
        (say("By cost and period"), sums["planned_bn_vnd"], GREY, ""),
        (say("Of those that report: by cost and period"), beside, GREY, "/"),
        (say("Of those that report: disbursed"), sums["disbursed_bn_vnd"], BLUE, "."),
    ):
        if len(reported) or (not shape and color == GREY):
            figure.add_bar(
                y=labels,
                x=values / 1000,
                orientation="h",
                name=name,
                marker=pattern(color, shape),
                text=[say.money(value) for value in values],
                textposition="outside",
                cliponaxis=False,
                hovertemplate="%{y}: %{text}<extra></extra>",
            )
    most, paid = (float(sums[name].max()) if len(sums) else 1.0 for name in ("planned_bn_vnd", "disbursed_bn_vnd"))
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=say("thousand bn VND"), range=[0, max(most, paid) * 1.3 / 1000])
    span = str(first) if first == last else f"{first}–{last}"
    count = reported["project_id"].nunique()
    title = (
        say.plural(
            "{count} project has reported what it spent in {span}",
            "{count} projects have reported what they spent in {span}",
            count,
            span=span,
        )
        if count
        else say("No project has reported what it spent in {span}", span=span)
    )
    return frame(
        figure,
        say,
        title=title,
        subtitle=say("Money of {span} in prices of 2025; by cost and period it is no plan of payments", span=span),
        source=source_line("investment", programme, say),
        table=_money_rows(programme, now, say),
        height=230 + 62 * len(labels),
        least_width=560,
    )


def _money_rows(programme: Programme, now: Progress, say: Language) -> pd.DataFrame:
    items = programme.projects.set_index("id")
    rows = [
        (
            row.project_id,
            say.of(items.loc[row.project_id], "label"),
            str(row.year),
            say.number(row.planned_bn_vnd, 1),
            say.number(row.disbursed_bn_vnd, 1),
            row.source if isinstance(row.source, str) else "–",
        )
        for row in now.money.itertuples()
    ]
    heads = [
        say("Row"),
        say("Project"),
        say("Year"),
        say("By cost and period, bn VND"),
        say("Disbursed, bn VND"),
        say("Evidence"),
    ]
    return rows_table(heads, rows)
