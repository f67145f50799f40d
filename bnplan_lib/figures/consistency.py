"""Pictures of the audit: which ties between targets do not hold, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from bnplan_lib.analysis.finding import Finding
from bnplan_lib.analysis.relations import Tie
from bnplan_lib.figures.amounts import amount
from bnplan_lib.figures.findings import sentence
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.sources import row_number, source_line
from bnplan_lib.figures.style import BLUE, FAINT, GREY, INK, ORANGE, RED, frame, pattern, rows_table, safe
from bnplan_lib.figures.ties import relation_sentence

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

HOLDS = "holds"
LINES = {
    HOLDS: (FAINT, 1, "solid"),
    "note": (GREY, 1.2, "dot"),
    "tension": (ORANGE, 2, "dash"),
    "error": (RED, 2.6, "solid"),
}
MARKS = {"error": "✕", "tension": "△"}  # what stands before a tie that does not hold
ROW_PX, STRIP_PX = 21, 78
NAME_WIDTH, HOVER_WIDTH = 54, 70
LEAST_BAR = 0.008  # of a strip: a single figure is drawn as a stroke


def target_network(programme: Programme, ties: Sequence[Tie], findings: Sequence[Finding], lang: str) -> go.Figure:
    """Draw the targets and the relations that tie them; those that do not hold stand out."""
    say = speak(lang)
    grades = {one.values["tie"].relation_id: one.severity for one in findings if one.message == "relation"}
    ties = [tie for tie in ties if len(_targets(tie)) > 1]
    seats = _seats(programme, ties)
    ranked = sorted(
        ties, key=lambda tie: (sum(seats[key] for key in _targets(tie)) / len(_targets(tie)), tie.relation_id)
    )
    step = max(len(seats) - 1, 1) / max(len(ranked) - 1, 1)
    graded = [(tie, row * step, grades.get(tie.relation_id, HOLDS)) for row, tie in enumerate(ranked)]
    names = {HOLDS: say("holds"), **say.labels(programme.codes, "severity")}
    rows = {row["id"]: row for row in programme.relations.to_dict("records")}
    figure = go.Figure()
    for grade, (color, width, dash) in LINES.items():
        ends = [(seats[key], level) for tie, level, own in graded if own == grade for key in _targets(tie)]
        if ends:
            figure.add_scatter(
                x=[0, 1, None] * len(ends),
                y=[place for start, end in ends for place in (start, end, None)],
                mode="lines",
                name=names[grade],
                hoverinfo="skip",
                line={"color": color, "width": width, "dash": dash},
            )
    targets = {row["id"]: row for row in programme.targets.to_dict("records")}
    told = {tie.relation_id: relation_sentence(rows[tie.relation_id], tie, say) for tie in ranked}
    named = {key: f"{row_number(key)} {say.of(targets[key], 'name')}" for key in seats}
    titles = {tie.relation_id: say.of(rows[tie.relation_id], "title") for tie in ranked}
    _nodes(
        figure,
        0,
        list(seats.values()),
        list(named.values()),
        [f"{named[key]}: {targets[key]['printed']}" for key in seats],
        BLUE,
    )
    _nodes(
        figure,
        1,
        [level for _, level, _ in graded],
        list(titles.values()),
        list(told.values()),
        [LINES[own][0] for *_, own in graded],
    )
    figure.update_xaxes(visible=False, range=[-1.5, 2.5])
    figure.update_yaxes(visible=False, range=[len(seats), -1])
    held = sum(own not in MARKS for *_, own in graded)
    table = [
        (titles[tie.relation_id], ", ".join(_targets(tie)), names[own], told[tie.relation_id]) for tie, _, own in graded
    ]
    return frame(
        figure,
        say,
        title=say("{held} of {ties} ties between targets hold", held=held, ties=len(ranked)),
        subtitle=say(
            "{targets} targets on the left, {ties} ties between them on the right", targets=len(seats), ties=len(ranked)
        ),
        source=source_line("consistency", programme, say),
        table=rows_table([say("Tie"), say("Targets"), say("Verdict"), say("Arithmetic")], table),
        height=170 + ROW_PX * max(len(seats), len(ranked)),
        least_width=940,
    )


def tensions(programme: Programme, findings: Sequence[Finding], lang: str) -> go.Figure:
    """Draw, for each tie that does not hold, the printed figure above what follows from the others."""
    say = speak(lang)
    chosen = [one for one in findings if one.message == "relation" and one.severity in MARKS]
    figure = go.Figure()
    rows = [_strip(figure, row, one, programme, say) for row, one in enumerate(chosen)]
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(visible=False, range=[-0.01, 1.3])
    figure.update_yaxes(visible=False, range=[max(len(chosen), 1) - 0.5, -0.5])
    return frame(
        figure,
        say,
        title=_counted(chosen, say),
        subtitle=say(
            "Each on a scale of its own. {error} error: cannot hold as printed; "
            "{tension} tension: by outside facts, by a reading, or for a part of the range only",
            **MARKS,
        ),
        source=source_line("consistency", programme, say),
        table=rows_table([say("Tie"), say("Printed"), say("Follows from the others"), say("Arithmetic")], rows),
        height=150 + STRIP_PX * max(len(chosen), 1),
        least_width=340,
    )


def _counted(chosen: Sequence[Finding], say: Language) -> str:
    """Return how many ties do not hold at all, and how many hold in part or by what is assumed."""
    counts = {grade: sum(one.severity == grade for one in chosen) for grade in MARKS}
    return say(
        "{errors}, {tensions} between printed figures",
        errors=say.plural("{count} error", "{count} errors", counts["error"]),
        tensions=say.plural("{count} tension", "{count} tensions", counts["tension"]),
    )


def _strip(figure: go.Figure, row: int, one: Finding, programme: Programme, say: Language) -> tuple[str, ...]:
    """Draw one tie that does not hold and return its row of the table."""
    tie: Tie = one.values["tie"]
    title = say.of(one.values["relation"], "title")
    sign = {"=": "", "<=": say("at most") + " ", ">=": say("at least") + " "}[tie.formula.sign]
    texts = (amount(tie.left.stated, tie.unit, say), sign + amount(tie.expected, tie.unit, say))
    ends = (*tie.left.stated, *tie.expected)
    least, span = min(ends), (max(ends) - min(ends)) or 1.0
    label = {"xanchor": "left", "yanchor": "middle", "showarrow": False}
    figure.add_annotation(
        x=0, y=row - 0.34, text=f"<b>{MARKS[one.severity]} {safe(title)}</b>", font={"size": 12.5}, **label
    )
    drawn = (
        (say("Printed"), tie.left.stated, row - 0.08, pattern(BLUE, "")),
        (say("Follows from the others"), tie.expected, row + 0.18, pattern(ORANGE, "/")),
    )
    for (name, side, level, marker), text in zip(drawn, texts, strict=True):
        start, width = (side[0] - least) / span, max((side[1] - side[0]) / span, LEAST_BAR)
        figure.add_bar(
            x=[width],
            y=[level],
            base=[start],
            orientation="h",
            width=0.2,
            name=name,
            legendgroup=name,
            showlegend=row == 0,
            marker=marker,
            customdata=[safe(f"{title}: {name} {text}")],
            hovertemplate="%{customdata}<extra></extra>",
        )
        left = start > 0.5  # there is more room for the text before the bar than behind it
        beside = {"x": start, "xshift": -4, "xanchor": "right"} if left else {"x": start + width, "xshift": 4}
        figure.add_annotation(y=level, text=safe(text), font={"size": 11.5}, **{**label, **beside})
    return title, *texts, sentence(one, programme, say)


def _nodes(figure: go.Figure, side: int, levels: list[float], names: list[str], hover: list[str], color: Any) -> None:
    """Add one side's nodes with their names outside: 0 is left, 1 is right."""
    figure.add_scatter(
        x=[side] * len(levels),
        y=levels,
        mode="markers+text",
        showlegend=False,
        cliponaxis=False,
        marker={"size": 8, "symbol": ("circle", "square")[side], "color": color},
        text=[f" {safe(_cut(name))} " for name in names],
        textposition=("middle left", "middle right")[side],
        textfont={"size": 11, "color": INK},
        customdata=[_wrapped(safe(text)) for text in hover],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _seats(programme: Programme, ties: Sequence[Tie]) -> dict[str, float]:
    """Return the row of each target that a tie names, in the document's order."""
    tied = {key for tie in ties for key in _targets(tie)}
    return {key: float(row) for row, key in enumerate(key for key in programme.targets["id"] if key in tied)}


def _targets(tie: Tie) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.ref for one in tie.operands if one.table == "targets"))


def _cut(text: str) -> str:
    return text if len(text) <= NAME_WIDTH else text[: NAME_WIDTH - 1].rstrip() + "…"


def _wrapped(text: str) -> str:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > HOVER_WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
