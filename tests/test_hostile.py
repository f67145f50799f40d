"""Names that the door lets through, hostile as they may be elsewhere, are inert: they are shown as they are written."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import shutil
import zipfile

import browser as look
import pytest
from IPython.display import HTML, Markdown
from nbformat import v4
from test_inputs_programme import DATA, change

import bnplan_lib as bn
from bnplan_lib.explore.live import PLOTLY
from bnplan_lib.figures.project_list import project_list
from bnplan_lib.figures.spreadsheet import to_xlsx
from bnplan_lib.report.pages import write_page

HOSTILE = """=1+1 %{x} $\\alpha$ {{7*7}} ${hit} {count} $& a < b & "c" 'd' javascript:alert(1)"""
FORMULAS = ("+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "]]> --> `tick` %{customdata}", "javascript:window.hit=1")
WHERE = {
    ("projects", "III.16", "label_en"): HOSTILE,
    ("tasks", "II.6", "label_en"): HOSTILE,
    ("tasks", "II.6", "title_en"): HOSTILE,
    ("agencies", "finance", "short_en"): HOSTILE,
    ("targets", "A.I.1", "name_en"): HOSTILE,
    **{("projects", f"I.{place}", "label_en"): text for place, text in enumerate(FORMULAS, 1)},
    ("codes", "public", "label_en"): "=2+2",
}
DAY = "2027-01-15"
REPORTED = [  # what a body sends is shown as its source, its evidence and its reason
    ("targets", "A.I.1", "value", "2026", 11, "estimate", 1, HOSTILE, "", DAY, ""),
    ("targets", "A.I.1", "value", "2026", 12, "estimate", 2, HOSTILE, "", DAY, HOSTILE),
    ("tasks", "II.6", "done_percent", "2026Q4", 100, "final", 1, HOSTILE, "", DAY, ""),
    ("projects", "III.16", "disbursed_bn_vnd", "2026", 5, "final", 1, HOSTILE, "", DAY, ""),
]
CAUGHT = "window.alert = window.prompt = window.confirm = () => { window.hit = 1; };"
HOVER = """() => {
  const plots = [...document.querySelectorAll(".plot")].filter((one) => !one.closest("form"));
  return plots.flatMap((plot) => plot.data.flatMap((trace, curveNumber) => {
    const point = [...(trace.customdata || [])].findIndex((told) => JSON.stringify(told).includes("javascript:"));
    if (point < 0) return [];
    Plotly.Fx.hover(plot, [{ curveNumber, pointNumber: point }]);
    return [plot.querySelector(".hoverlayer").textContent];
  }));
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def programme(tmp_path_factory):
    """The programme, with names that are formulas, templates and addresses."""
    folder = tmp_path_factory.mktemp("hostile") / "data"
    shutil.copytree(DATA, folder)
    with (folder / "observations" / "observations.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(REPORTED)
    for (table, row, column), text in WHERE.items():
        change(folder, table, row, column, text, key="code" if table == "codes" else "id")
    return bn.read_programme(folder)


@pytest.fixture(scope="module")
def story(programme, tmp_path_factory):
    """A scenario of that title, based on the one in the middle."""
    path = tmp_path_factory.mktemp("story") / "own.toml"
    title = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    path.write_text(f'title_en = "{title}"\ntitle_vi = "{title}"\nwhy = "{title}"\n', encoding="utf-8")
    return bn.read_scenario(str(path), {"projects.III.16.delay_quarters": 2}, programme.folder)


def bundle(one):
    """Return what a cell that shows something holds."""
    if hasattr(one, "to_json"):
        return {PLOTLY: json.loads(one.to_json())}
    if isinstance(one, HTML | Markdown):
        return {"text/html" if isinstance(one, HTML) else "text/markdown": one.data}
    return one._repr_mimebundle_()


@pytest.fixture(scope="module")
def page(programme, story, browser, tmp_path_factory):
    """A page of forms, figures and tables with those names, opened without a network."""
    now = bn.progress(programme, story, 2026)
    shown = [
        bn.figures.way_lines(programme, now, "en"),
        bn.figures.money_bars(programme, now, "en"),
        bn.figures.progress_table(programme, now, "en"),
        bn.figures.delivery_table(programme, now, "en"),
        bn.figures.observed_table(programme, now, "en"),
        bn.headline("timeline", programme, story, "en"),
        bn.explore.growth(programme, story, "en"),
        bn.explore.investment(programme, story, "en"),
        bn.explore.timeline(programme, story, "en"),
        bn.figures.task_gantt(programme, story, "2026Q4", "en"),
        bn.figures.largest_bars(programme, story, 56, "en"),
        bn.figures.composition_bars(programme, story, "capital_source", "en"),
        bn.figures.target_table(programme, "en"),
    ]
    cells = [v4.new_markdown_cell("# Title")]
    for place, one in enumerate(shown):
        cells.append(v4.new_code_cell("1", outputs=[v4.new_output("display_data", bundle(one))], id=f"c{place}"))
    file = tmp_path_factory.mktemp("page") / "hostile.html"
    file.write_text(write_page(v4.new_notebook(cells=cells), "en", {HOSTILE: HOSTILE}, {}), encoding="utf-8")
    with browser.new_context(offline=True) as context:
        context.add_init_script(CAUGHT)
        yield look.visit(context, file.as_uri())


def test_nothing_of_theirs_runs_and_nothing_is_asked_for(page):
    page.page.evaluate("alert(1)")
    assert page.page.evaluate("[window.hit, delete window.hit]") == [1, True]  # it would be seen
    page.page.reload()
    page.page.wait_for_selector("form.live.ready")
    assert page.page.evaluate("window.hit") is None
    assert (set(page.requests), page.complaints) == ({page.page.url}, [])


@pytest.mark.parametrize(
    "place",
    [
        "main p",
        "option[value='projects.III.16']",
        "#targets td",
        "#observed td",
        "#delivery td",
        "footer dt",
        "footer dd",
    ],
)
def test_they_are_shown_as_they_are_written(page, place):
    assert any(HOSTILE in text for text in page.page.locator(place).all_text_contents())


def test_hover_shows_them_as_they_are_written(page):
    told = page.page.evaluate(HOVER)
    assert told
    assert all(HOSTILE in one.replace("\N{NO-BREAK SPACE}", " ") for one in told), told


def test_a_form_says_them_as_they_are_written(page):
    form = page.page.locator("form.live", has=page.page.locator("option[value='tasks.II.6']"))
    form.locator("select[name=which]").select_option("tasks.II.6")
    form.locator("input[name=delay_quarters]").fill("3")
    page.page.wait_for_selector("form.live[aria-busy=false]")
    assert HOSTILE in form.locator(".moved-levers").inner_text()
    assert HOSTILE in " ".join(form.locator("tr[data-pair]:visible th").all_inner_texts())


def test_no_cell_of_a_csv_is_a_formula(page):
    links = page.page.eval_on_selector_all("a[download]", "links => links.map(link => link.href)")
    files = [base64.b64decode(link.partition(",")[2]).decode("utf-8-sig") for link in links]
    cells = [cell for file in files for row in csv.reader(io.StringIO(file)) for cell in row]
    assert not [text for text in (HOSTILE, "=2+2") if f"'{text}" not in cells]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_no_cell_of_a_workbook_is_a_formula(programme, story):
    book = zipfile.ZipFile(io.BytesIO(to_xlsx(project_list(programme, story, "en"), "Projects")))
    texts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    written = html.unescape("".join(texts.values()))
    assert [text for text in (HOSTILE, *FORMULAS, "=2+2") if text not in written] == []
    assert not [name for name, text in texts.items() if "<f>" in text or "<hyperlink" in text]
