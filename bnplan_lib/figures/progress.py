"""Where does each target stand? Lights by domain, and a table of the way, the last value and what it still takes."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML

from bnplan_lib.analysis.pace import LIGHTS
from bnplan_lib.figures.amounts import amount, apart, exact
from bnplan_lib.figures.language import NBSP, Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, FAINT, GREEN, GREY, INK, ORANGE, RED, frame, pattern, rows_table
from bnplan_lib.figures.tables import html_table
from bnplan_lib.figures.uncertainty import chance

if TYPE_CHECKING:
    from bnplan_lib.analysis.progress import Progress
    from bnplan_lib.inputs.programme import Programme

# colour, pattern and sign of each light, so that it is told without colour
SIGNS: Final = {
    "reached": (GREEN, "", "✓"),
    "on_track": (BLUE, ".", "●"),
    "behind": (ORANGE, "/", "◐"),
    "far_behind": (RED, "x", "○"),
    "missed": (INK, "-", "✕"),
    "no_path": (GREY, "\\", "?"),
    "no_data": (FAINT, "+", "·"),
}


def light_names(say: Language) -> dict[str, str]:
    """Return what each light is called."""
    return {
        "reached": say("reached"),
        "on_track": say("on track"),
        "behind": say("behind"),
        "far_behind": say("far behind"),
        "missed": say("missed"),
        "no_path": say("no base year"),
        "no_data": say("no data"),
    }


def rule_of_lights(now: Progress, lang: str) -> str:
    """Return the rule by which a target is on track, behind or far behind."""
    say = speak(lang)
    return say(
        "On track: from here the target needs no more than its plan did. Behind: up to {slack} more. Far behind: "
        "more than that. No base year: the way cannot be drawn, only what is still needed. A level counts as reached "
        "once it is there, and has to be held.",
        slack=say.percent(now.slack, 0),
    )


def light_bars(programme: Programme, now: Progress, lang: str) -> go.Figure:
    """Draw how many targets of each domain are reached, on track, behind or without data at the end of a year."""
    say = speak(lang)
    names, domains = light_names(say), say.labels(programme.codes, "domain")
    domain = programme.targets.set_index("id")["domain"]
    table = now.targets.assign(domain=now.targets["id"].map(domain))
    counts = pd.crosstab(table["domain"], table["light"]).reindex(columns=list(LIGHTS), fill_value=0)
    counts = counts.reindex([one for one in dict.fromkeys(domain) if one in counts.index])
    labels = [domains[one] for one in counts.index]
    figure = go.Figure()
    for light in LIGHTS:
        values = counts[light].tolist()
        if not sum(values):
            continue
        color, shape, sign = SIGNS[light]
        figure.add_bar(
            y=labels,
            x=values,
            orientation="h",
            name=f"{sign} {names[light]}",
            marker=pattern(color, shape),
            hovertemplate="%{y}, " + names[light] + ": %{x}<extra></extra>",
        )
    sums = counts.sum(axis=1).tolist()
    told = [
        "".join(
            f"{NBSP}{NBSP}{SIGNS[light][2]}{NBSP}{say.number(count)}"
            for light, count in zip(LIGHTS, row, strict=True)
            if count
        )
        for row in counts.to_numpy().tolist()
    ]
    figure.add_scatter(
        y=labels,
        x=sums,
        mode="text",
        text=told,
        textposition="middle right",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )
    figure.update_layout(barmode="stack", showlegend=True)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=say("targets"), dtick=5, range=[0, max([*sums, 1]) * 1.5], showgrid=False)
    heads = [say("Domain"), *(names[light] for light in LIGHTS), say("All")]
    rows = [
        (label, *(say.number(count) for count in row), say.number(sum(row)))
        for label, row in zip(labels, counts.to_numpy().tolist(), strict=True)
    ]
    return frame(
        figure,
        say,
        title=_title(now, say),
        subtitle=_subtitle(now, say),
        source=source_line("progress", programme, say),
        table=rows_table(heads, rows),
        height=190 + 44 * len(labels),
        least_width=520,
    )


def _title(now: Progress, say: Language) -> str:
    lights = now.targets["light"]
    known = int((~lights.isin(["no_data"])).sum())
    if not known:
        return say("No target has a value for {year} yet", year=now.year)
    good = int(lights.isin(["reached", "on_track"]).sum())
    return say("{good} of {known} reported targets reached or on track", good=say.number(good), known=say.number(known))


def _subtitle(now: Progress, say: Language) -> str:
    silent = int((now.targets["light"] == "no_data").sum())
    told = say("Number of targets by domain and standing at the end of {year}", year=now.year)
    return told + "; " + say.plural("{count} has no data", "{count} have no data", silent)


def progress_table(programme: Programme, now: Progress, lang: str) -> HTML:
    """Return each target with its base, what is due, the last value, what it still takes, its light and its chance."""
    say = speak(lang)
    names = light_names(say)
    statuses = say.labels(programme.codes, "observation_status")
    base_year = programme.years[0] - 1
    rows = [_row(programme, say, names, statuses, base_year, row) for row in now.targets.to_dict("records")]
    heads = [
        say("Row"),
        say("Target"),
        say("Asked for"),
        say("In {year}", year=base_year),
        say("Due by the end of {year}", year=now.year),
        say("Last value"),
        say("Still needed"),
        say("Where it stands"),
        say("Chance"),
    ]
    return html_table("progress", heads, rows, numbers=(3, 4, 8), note=rule_of_lights(now, lang))


def _row(
    programme: Programme,
    say: Language,
    names: dict[str, str],
    statuses: dict[str, str],
    base_year: int,
    row: dict[str, Any],
) -> tuple[str | HTML, ...]:
    target = programme.target(row["id"])
    unit = row["unit"]
    last = "–"
    if row["year"] > base_year:
        value = exact(row["value"], "percent" if unit == "milestone" else unit, say)
        last = f"{row['year']}: {value} ({statuses[row['status']]})"
    color, _, sign = SIGNS[row["light"]]
    tint = GREY if row["light"] == "no_data" else color
    dot = markup(f'<span class="light" style="color:{tint}">{sign}</span> {html.escape(names[row["light"]])}')
    asked = say("by {year}", year=row["target_year"]) if unit == "milestone" else _asked(row, say)
    return (
        row_number(row["id"]),
        say.of(target, "name"),
        asked,
        exact(row["base"], unit, say),
        exact(row["due"], unit, say),
        last,
        needed_words(row, say),
        dot,
        chance(row["chance"], say) if row["chance"] == row["chance"] else "–",
    )


def _asked(row: dict[str, Any], say: Language) -> str:
    high = row["low"] if pd.isna(row["high"]) else row["high"]
    told = amount((row["low"], high), row["unit"], say)
    if row["kind"] == "by_date":
        return say("{amount} by {year}", amount=told, year=row["target_year"])
    return "≥ " + told if pd.isna(row["high"]) and row["better"] == "higher" else told


def needed_words(row: dict[str, Any], say: Language) -> str:
    """Return what the years that are left must bring, in the words of its kind; '–' where nothing is."""
    needed, unit, kind = row["needed"], row["unit"], row["kind"]
    if pd.isna(needed):
        return "–"
    if kind in ("average_rate", "average_ratio"):
        return exact(needed, unit, say)
    if kind == "yearly_change":
        return apart(needed, unit, say)
    if kind == "cumulative":
        return say("{amount} a year", amount=exact(needed, unit, say))
    if row["growth"] == needed:
        return say("{amount} a year", amount=("+" if needed > 0 else "") + say.percent(needed, 2))
    sign = "+" if needed > 0 else "−"
    return say("{amount} a year", amount=sign + apart(abs(needed), unit, say))
