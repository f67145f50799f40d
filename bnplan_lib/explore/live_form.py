"""How does a page answer "what if"? A form of levers around a figure; explore/static/live.js makes it move."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

from bnplan_lib.figures.language import Language
from bnplan_lib.figures.page_figure import script_safe
from bnplan_lib.figures.scroll import scroll_area

WRITTEN = (
    "groups",
    "sliders",
    "profiles",
    "choices",
    "pairs",
    "goal",
)  # into the form as HTML; the script reads the rest
NUMBER = ' class="number"'


def form_html(spec: dict[str, Any], figure: str, figure_id: str, say: Language) -> str:
    """Return the form: levers, what was moved, the figure, and a table of the scenario and of now."""
    name = f"live-{figure_id}"
    levers, table = FORMS[spec["form"]]
    told = {
        "levers": say("Levers"),
        "moved": say("Moved:"),
        "reset": say("Back to the scenario"),
        "copy": say("Copy as a scenario file"),
        "file": say("Scenario file"),
    }
    told = {key: html.escape(text) for key, text in told.items()}
    read = {key: value for key, value in spec.items() if key not in WRITTEN}
    return (
        f'<form class="live" id="{name}" autocomplete="off" aria-label="{told["levers"]}">'
        f'<script type="application/json">{script_safe(read)}</script>'
        f'<div class="levers">{levers(spec, name, say)}</div>'
        f'<p class="state"><b>{told["moved"]}</b> <output class="moved-levers" aria-live="polite"></output></p>'
        f'<p class="buttons"><button type="button" class="reset">{told["reset"]}</button>'
        f'<button type="button" class="copy">{told["copy"]}</button>'
        f'<span class="copied" role="status"></span></p>'
        f'<textarea hidden readonly rows="12" aria-label="{told["file"]}"></textarea>'
        f"{figure}{table(spec, say)}</form>"
    )


def _growth_levers(spec: dict[str, Any], name: str, say: Language) -> str:
    return "".join(_group(group, name, place == 0) for place, group in enumerate(spec["groups"]))


def _group(group: dict[str, Any], name: str, is_open: bool) -> str:
    levers = "".join(_slider(lever, name) for lever in group["levers"])
    title = html.escape(group["title"])
    return f"<details{' open' if is_open else ''}><summary>{title}</summary>{levers}</details>"


def _slider(lever: dict[str, Any], name: str) -> str:
    own = _id(name, lever["key"])
    marks = {
        "name": lever["key"],
        "min": lever["low"],
        "max": lever["high"],
        "step": "any",
        "value": lever["value"],
        "data-low": lever["low"],
        "data-high": lever["high"],
        "data-step": lever["step"],
        "data-digits": lever["digits"],
        "data-title": lever["title"],
        "data-rate": int(lever["rate"]),
    }
    said = " ".join(f'{key}="{html.escape(str(value))}"' for key, value in marks.items())
    return (
        f'<div class="lever"><label for="{own}">{html.escape(lever["label"])}</label>'
        f'<input type="range" id="{own}" {said}><output for="{own}"></output></div>'
    )


def _id(name: str, key: str) -> str:
    return html.escape(f"{name}-{key.replace('.', '-')}")


def _item_levers(spec: dict[str, Any], name: str, say: Language) -> str:
    choices = "".join(_options(group) for group in spec["choices"])
    which = say("Which projects or tasks") if "tasks" in spec["basis"] else say("Which projects")
    off = _id(name, "dropped")
    return (
        _select("which", which, choices, name)
        + '<p class="told"><span class="reach"></span> <output class="narrower"></output></p>'
        + "".join(_slider(lever, name) for lever in spec["sliders"])
        + _profile(spec, name)
        + f'<div class="lever check"><label for="{off}">{html.escape(spec["levers"]["dropped"]["title"])}</label>'
        f'<input type="checkbox" id="{off}" name="dropped"></div>'
    )


def _profile(spec: dict[str, Any], name: str) -> str:
    """Return the choice of a spending profile; nothing where the form has none."""
    if not spec["profiles"]:
        return ""
    profiles = _options({"title": "", "options": [(code, text, "") for code, text in spec["profiles"].items()]})
    return _select("profile", spec["levers"]["profile"]["title"], profiles, name)


def _select(key: str, label: str, options: str, name: str) -> str:
    own = _id(name, key)
    return (
        f'<div class="lever"><label for="{own}">{html.escape(label)}</label>'
        f'<select id="{own}" name="{key}">{options}</select></div>'
    )


def _options(group: dict[str, Any]) -> str:
    options = "".join(
        f'<option value="{html.escape(value)}" data-reach="{html.escape(reach)}">{html.escape(text)}</option>'
        for value, text, reach in group["options"]
    )
    title = html.escape(group["title"])
    return f'<optgroup label="{title}">{options}</optgroup>' if title else options


def _targets(spec: dict[str, Any], say: Language) -> str:
    """Return the table of targets: each as printed, in the scenario and now."""
    heads = [(say("Target"), ""), (say("As printed"), ""), (say("Scenario"), NUMBER), (say("Now"), NUMBER)]
    rows = "".join(
        f'<tr data-target="{html.escape(one["id"])}"><th scope="row">{html.escape(one["title"])}</th>'
        f'<td>{html.escape(one["printed"])}</td><td class="before number"></td><td class="value number"></td>'
        f'<td class="met"></td></tr>'
        for one in spec["targets"]
    )
    return _table(say("The targets under this setting"), [*heads, (say("Standing"), "")], rows)


def _years(spec: dict[str, Any], say: Language) -> str:
    """Return the table of the years, each row for the scenario and for now, and the quarter in which most runs."""
    years = spec["basis"]["years"]
    whole = f"{years[0]}–{years[-1]}"
    heads = [(say("bn VND"), ' colspan="2"'), *((str(year), NUMBER) for year in years), (whole, NUMBER)]
    names = {one["code"]: one["name"] for one in spec["sources"]}
    last = {"listed": say("List"), "rest": say("Left for all else"), "share": say("List in investment")}
    envelope = [*spec["envelope"], sum(spec["envelope"])]
    fixed = "".join(f'<td class="number">{say.number(value)}</td>' for value in envelope)
    title = html.escape(say("Investment in the scenario"))
    rows = [_row_pair(key, text, len(envelope), say) for key, text in {**names, **last}.items()]
    rows.insert(len(names) + 1, f'<tr><th scope="rowgroup">{title}</th><td></td>{fixed}</tr>')
    most, before, now = (html.escape(text) for text in (say("Most projects at once:"), say("Scenario"), say("Now")))
    peak = f'{before}: <span class="before"></span> · {now}: <span class="value"></span>'
    return (
        _table(say("The years under this setting"), heads, "".join(rows), ' class="years"')
        + f'<p class="peak"><b>{most}</b> {peak}</p>'
    )


def _row_pair(key: str, title: str, count: int, say: Language) -> str:
    cells = '<td class="number"></td>' * count
    before, now = (html.escape(text) for text in (say("Scenario"), say("Now")))
    return (
        f'<tr class="before" data-row="{key}"><th scope="rowgroup" rowspan="2">{html.escape(title)}</th>'
        f'<th scope="row">{before}</th>{cells}</tr>'
        f'<tr class="value" data-row="{key}"><th scope="row">{now}</th>{cells}</tr>'
    )


def _moments(spec: dict[str, Any], say: Language) -> str:
    """Return the tables of the timeline: peaks and slack, in the scenario and now, and the pairs that stand out."""
    facts = {
        "runs": say("Most projects and tasks run in"),
        "load": say("Most money falls in"),
        "late": say("Pairs dated out of order"),
        **({"margin": say("Least slack on the way to “{goal}”, quarters", goal=spec["goal"])} if spec["goal"] else {}),
    }
    cells = '<td class="before number"></td><td class="value number"></td></tr>'
    rows = "".join(
        f'<tr data-row="{key}"><th scope="row">{html.escape(text)}</th>{cells}' for key, text in facts.items()
    )
    pairs = "".join(
        f'<tr data-pair="{html.escape(key)}" hidden><th scope="row">{html.escape(first)}</th>'
        f"<td>{html.escape(second)}</td>{cells}"
        for key, first, second in spec["pairs"]
    )
    now = [(say("Scenario"), NUMBER), (say("Now"), NUMBER)]
    heads = [(say("Comes first"), ""), (say("Waits for it"), "")]
    heads += [(say("Slack in the scenario, quarters"), NUMBER), (say("Slack now, quarters"), NUMBER)]
    note = html.escape(say("Pairs out of order, and those whose slack was changed."))
    return (
        _table(say("Peaks and slack under this setting"), [(say("Peaks and slack"), ""), *now], rows, ' class="short"')
        + f'<div class="pairs"><p class="told">{note}</p>'
        + _table(say("Pairs that must wait"), heads, pairs, ' class="short"')
        + "</div>"
    )


def _table(label: str, heads: Sequence[tuple[str, str]], rows: str, mark: str = "") -> str:
    """Return a table that can be scrolled; heads are a text and the attributes of its cell."""
    head = "".join(f'<th scope="col"{marks}>{html.escape(text)}</th>' for text, marks in heads)
    return scroll_area(f"<table{mark}><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>", label)


FORMS: Final = {
    "growth": (_growth_levers, _targets),
    "investment": (_item_levers, _years),
    "timeline": (_item_levers, _moments),
}  # levers and tables
