"""How does a page answer "what if"? A form of sliders around a figure; explore/static/live.js makes it move."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

from bnplan_lib.explore.live import SCRIPT
from bnplan_lib.figures.language import Language


@lru_cache
def live_script() -> str:
    """Return the script, fit to stand inside a script element."""
    return SCRIPT.read_text(encoding="utf-8").replace("</", "<\\/")


def form_html(spec: dict[str, Any], figure: str, figure_id: str, say: Language, json_of: Any) -> str:
    """Return the form: levers in groups, what was moved, the figure, and each target before and now."""
    name = f"live-{figure_id}"
    groups = "".join(_group(group, name, place == 0) for place, group in enumerate(spec["groups"]))
    told = {key: html.escape(text) for key, text in _texts(say).items()}
    return (
        f'<form class="live" id="{name}" autocomplete="off" aria-label="{told["levers"]}">'
        f'<script type="application/json">{json_of({**spec, "figure_id": figure_id})}</script>'
        f'<div class="levers">{groups}</div>'
        f'<p class="state"><b>{told["moved"]}</b> <output class="moved-levers" aria-live="polite"></output></p>'
        f'<p class="buttons"><button type="button" class="reset">{told["reset"]}</button>'
        f'<button type="button" class="copy">{told["copy"]}</button>'
        f'<span class="copied" role="status"></span></p>'
        f'<textarea hidden readonly rows="12" aria-label="{told["file"]}"></textarea>'
        f"{figure}{_table(spec['targets'], told)}</form>"
    )


def _texts(say: Language) -> dict[str, str]:
    return {
        "levers": say("Levers"),
        "moved": say("Moved:"),
        "reset": say("Back to the scenario"),
        "copy": say("Copy as a scenario file"),
        "file": say("Scenario file"),
        "target": say("Target"),
        "printed": say("As printed"),
        "scenario": say("Scenario"),
        "now": say("Now"),
        "standing": say("Standing"),
        "before": say("The targets under this setting"),
    }


def _group(group: dict[str, Any], name: str, is_open: bool) -> str:
    levers = "".join(_lever(lever, name) for lever in group["levers"])
    title = html.escape(group["title"])
    return f"<details{' open' if is_open else ''}><summary>{title}</summary>{levers}</details>"


def _lever(lever: dict[str, Any], name: str) -> str:
    own = html.escape(f"{name}-{lever['key'].replace('.', '-')}")
    marks = {
        "name": lever["key"],
        "min": lever["low"],
        "max": lever["high"],
        "step": "any",
        "value": lever["value"],
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


def _table(targets: list[dict[str, Any]], told: dict[str, str]) -> str:
    marks = {"scenario": ' class="number"', "now": ' class="number"'}
    keys = ("target", "printed", "scenario", "now", "standing")
    heads = "".join(f'<th scope="col"{marks.get(key, "")}>{told[key]}</th>' for key in keys)
    rows = "".join(
        f'<tr data-target="{html.escape(one["id"])}"><th scope="row">{html.escape(one["title"])}</th>'
        f'<td>{html.escape(one["printed"])}</td><td class="before number"></td><td class="value number"></td>'
        f'<td class="met"></td></tr>'
        for one in targets
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{told["before"]}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
