"""Pictures of what it takes to meet a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from bnplan_lib.figures.amounts import amount, exact
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import change_of, lever_amount, lever_title
from bnplan_lib.figures.sources import source_line
from bnplan_lib.figures.style import BAND, BLUE, GREY, ORANGE, frame, rows_table

if TYPE_CHECKING:
    from bnplan_lib.analysis.goals import Solution
    from bnplan_lib.inputs.programme import Programme


def solution(programme: Programme, found: Solution, lang: str) -> go.Figure:
    """Draw how far each lever moves for the goals to be met, from where the scenario has it, within its bounds."""
    say = speak(lang)
    table = found.levers
    titles = [lever_title(programme, name, say) for name in table["lever"]]
    labels = [short_label(title) for title in titles]
    figure = go.Figure()
    figure.add_bar(
        y=labels,
        x=table["high"] - table["low"],
        base=table["low"],
        orientation="h",
        name=say("Within its bounds"),
        width=0.4,
        marker={"color": BAND, "line": {"color": BLUE, "width": 1}},
        hoverinfo="skip",
    )
    for column, name, marker in (
        (
            "before",
            say("Scenario"),
            {"symbol": "circle", "size": 11, "color": "white", "line": {"color": GREY, "width": 2}},
        ),
        ("after", say("Needed"), {"symbol": "diamond", "size": 12, "color": ORANGE}),
    ):
        texts = [lever_amount(row[column], row["unit"], say) for row in table.to_dict("records")]
        figure.add_scatter(
            x=table[column],
            y=labels,
            mode="markers+text" if column == "after" else "markers",
            name=name,
            marker=marker,
            text=texts,
            textposition="top center",
            cliponaxis=False,
            customdata=[f"{title}: {name}, {text}" for title, text in zip(titles, texts, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    rows = [
        (
            title,
            lever_amount(row["before"], row["unit"], say),
            lever_amount(row["after"], row["unit"], say),
            ("+" if row["change"] >= 0 else "−") + change_of(row["change"], row["unit"], say),
            {"low": say("at its lower bound"), "high": say("at its upper bound"), "": "–"}[row["binding"]],
        )
        for title, row in zip(titles, table.to_dict("records"), strict=True)
    ]
    figure.update_yaxes(range=[len(labels) - 0.5, -0.75])  # from top to bottom, with room for the first figure
    reach = table[["low", "high", "before", "after"]]
    first, last = float(reach.min().min()), float(reach.max().max())
    room = (last - min(first, 0.0)) * 0.15
    figure.update_xaxes(title=_axis(table["unit"], say), range=[min(first - room * (first < 0), 0.0), last + room])
    heads = [say("Lever"), say("Scenario"), say("Needed"), say("Change"), say("Bound")]
    return frame(
        figure,
        say,
        title=_title(programme, found, say),
        subtitle=_subtitle(found, say),
        source=source_line("growth", programme, say),
        table=rows_table(heads, rows),
        height=200 + 44 * len(labels),
        least_width=520,
    )


def told_in_lines(programme: Programme, found: Solution, lang: str) -> list[str]:
    """Return a solution as lines of text: what was asked, then each lever."""
    say = speak(lang)
    lines = []
    for row in found.targets.to_dict("records"):
        values = {
            "target": f"{row['target_id']} {say.of(programme.target(row['target_id']), 'name')}",
            "before": exact(row["before"], row["unit"], say),
            "after": exact(row["after"], row["unit"], say),
            "goal": exact(row["goal"], row["unit"], say),
        }
        met = say("{target}: from {before} to {after}", **values)
        lines.append(met if not row["shortfall"] else met + " " + say("(wanted: {goal})", **values))
    bounds = {"low": say("at its lower bound"), "high": say("at its upper bound")}
    for row in found.levers.to_dict("records"):
        title = lever_title(programme, row["lever"], say)
        before, after = (lever_amount(row[column], row["unit"], say) for column in ("before", "after"))
        bound = f" ({bounds[row['binding']]})" if row["binding"] else ""
        lines.append(f"  {row['lever']}  {title}: {before} → {after}{bound}")
    return lines


def short_label(title: str) -> str:
    """Return a title on two lines where it is long."""
    if len(title) <= 34:
        return title
    words, lines = title.split(), [""]
    for word in words:
        if len(lines) == 1 and len(lines[0]) + len(word) > len(title) // 2 + 4:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _axis(units: object, say: Language) -> str:
    return say("per cent a year") if set(units) == {"percent_per_year"} else ""  # type: ignore[call-overload]


def _title(programme: Programme, found: Solution, say: Language) -> str:
    goal = found.targets.iloc[0]
    wanted = amount((goal["goal"], goal["goal"]), goal["unit"], say)
    if len(found.targets) > 1:
        return say("All goals can be met at once") if found.feasible else say("The goals cannot all be met")
    if not found.feasible:
        reached = exact(goal["after"], goal["unit"], say)
        return say("{goal} is out of reach; the closest is {reached}", goal=wanted, reached=reached)
    if not found.levers["change"].abs().ge(0.005).any():
        return say("The scenario already reaches {goal}", goal=wanted)
    moved = found.levers["change"].abs()
    if found.how == "equal" and len(found.levers) > 1 and moved.max() - moved.min() < 1e-9:
        points = change_of(found.levers["change"].iloc[0], found.levers["unit"].iloc[0], say)
        if found.levers["change"].iloc[0] < 0:
            return say("{goal} still holds with each {points} lower", goal=wanted, points=points)
        return say("{goal} needs {points} more of each", goal=wanted, points=points)
    return say("What would bring {goal}", goal=wanted)


def _subtitle(found: Solution, say: Language) -> str:
    rules = {
        "equal": say("The same change for every lever, each until it meets a bound; the rest of the scenario held"),
        "proportional": say(
            "Every lever in the same proportion, each until it meets a bound; the rest of the scenario held"
        ),
        "smallest": say("The smallest moves together, the rest of the scenario held"),
    }
    binding = int((found.levers["binding"] != "").sum())
    told = rules[found.how]
    if binding and not found.feasible:
        return (
            told
            + "; "
            + say.plural("{count} lever stands at its bound", "{count} levers stand at their bounds", binding)
        )
    return told
