"""What if projects slip, cost more or spend otherwise: does the list still fit? Any of them, picked in a table."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Any

import pandas as pd

from bnplan_lib.explore.live import Live, here
from bnplan_lib.explore.live_investment import NUMBERS, live_investment
from bnplan_lib.explore.presence import person_present
from bnplan_lib.figures.envelope import envelope_bars
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.project_list import load_lines, project_list, words_of_table
from bnplan_lib.figures.spreadsheet import to_csv, to_xlsx
from bnplan_lib.inputs.levers import CHOICES, read_levers
from bnplan_lib.inputs.scenario import without_moves
from bnplan_lib.model.projects import item_value, project_values

if TYPE_CHECKING:
    import ipywidgets as widgets

    from bnplan_lib.explore.live_widget import LiveForm
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

COLUMNS = [0, 1, 2, 3, 4, 5]  # what the panel lists; the files to take away also have what is set and what follows
LARGEST_FIRST = 5  # the column of costs among them
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def investment(
    programme: Programme, story: Scenario, lang: str, limit: float = 75.0, *, as_page: bool = False
) -> widgets.VBox | Live | LiveForm:
    """Return a table of projects to pick from and levers for those picked; in a run, what a page needs for them.

    Parameters
    ----------
    limit
        Per cent of a year's investment above which the list alone is called out.
    as_page
        As of `growth`.
    """
    say = speak(lang)
    if as_page or not person_present():
        return here(live_investment(programme, story, limit, envelope_bars(programme, story, limit, lang), say))
    import ipywidgets as widgets

    from bnplan_lib.explore.controls import LABEL, WIDE, differing, put, slider
    from bnplan_lib.explore.panel import Panel

    def numbers_of(now: Scenario) -> str:
        files = downloads(project_list(programme, now, lang), say)
        return f"{load_lines(programme, now, lang, beside=unmoved)}<div>{files}</div>"

    unmoved = without_moves(story)
    panel = Panel(
        programme,
        story,
        say,
        draw=lambda now: envelope_bars(programme, now, limit, lang, beside=unmoved),
        was=lambda key: item_value(programme.projects, story.values, key),
        numbers_of=numbers_of,
    )
    table = project_table(project_list(programme, story, lang), say)
    catalogue = {name: read_levers(programme)[f"projects.*.{name}"] for name in (*NUMBERS, "profile", "dropped")}
    controls: dict[str, Any] = {name: slider(catalogue[name], 0, say) for name in NUMBERS}
    names = say.labels(programme.codes, "profile")
    controls["profile"] = widgets.Dropdown(
        options=[(names[code], code) for code in CHOICES["profile"]],
        description=say("Spending profile"),
        style=LABEL,
        layout=WIDE,
    )
    controls["dropped"] = widgets.Checkbox(description=say("Off the list"), style=LABEL, layout=WIDE, indent=True)
    picked = widgets.HTML()
    ids = list(programme.projects["id"])

    def settle() -> None:
        chosen = [ids[row] for row in table.selected_rows]
        told = [", ".join(chosen) if chosen else say("Pick one project or several in the table.")]
        rows, values = programme.projects[programme.projects["id"].isin(chosen)], panel.now.values
        for name, control in controls.items():
            control.disabled = not chosen
            if chosen:
                own = project_values(rows, values, name)
                put(control, own[0])
                told.append(differing(control.description, catalogue[name].unit, own, say))
        picked.value = "<br>".join(html.escape(line) for line in told if line)

    def move(change: dict[str, Any], name: str) -> None:
        if not panel.paused:
            panel.move({f"projects.{ids[row]}.{name}": change["new"] for row in table.selected_rows})

    for name, control in controls.items():
        control.add_class(f"bn-project-{name.replace('_', '-')}")
        control.observe(lambda change, name=name: move(change, name), names="value")
    picked.add_class("bn-project-picked")
    panel.settle = settle
    table.observe(lambda _: panel.load(), names="selected_rows")
    panel.load()
    return panel.show(table, picked, *controls.values())


def project_table(table: pd.DataFrame, say: Language) -> Any:
    """Return a live table in which rows can be found, ordered and picked."""
    from itables.widget import ITable

    return ITable(
        shown(table, say),
        select={"style": "multi"},
        showIndex=False,
        pageLength=10,
        order=[[LARGEST_FIRST, "desc"]],
        language=words_of_table(say),
        classes="display compact",
        style="width: 100%; table-layout: auto",
        maxBytes=0,
    )


def shown(table: pd.DataFrame, say: Language) -> pd.DataFrame:
    """Return the columns that the panel has room for, numbers in the reader's notation; the table orders them still."""
    chosen = table.iloc[:, COLUMNS]
    numbers = chosen.select_dtypes("number").columns
    return chosen.assign(**{name: [_number(value, say) for value in chosen[name]] for name in numbers})


def _number(value: float, say: Language) -> str:
    return "-" if pd.isna(value) else say.number(value, 0 if value == round(value) else 1)


def downloads(table: pd.DataFrame, say: Language) -> str:
    """Return links that carry the table as CSV and as XLSX."""
    files = {
        "projects.csv": ("text/csv;charset=utf-8", ("\ufeff" + to_csv(table)).encode()),
        "projects.xlsx": (XLSX, to_xlsx(table, say("Projects"))),
    }
    links = [
        f'<a download="{name}" href="data:{kind};base64,{base64.b64encode(content).decode()}">{name}</a>'
        for name, (kind, content) in files.items()
    ]
    return html.escape(say("Take the table away:")) + " " + " · ".join(links)
