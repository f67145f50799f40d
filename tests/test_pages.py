"""The pages open anywhere, show what the notebooks found, speak one language and do not break."""

from __future__ import annotations

import base64
import csv
import io
import json
import re

import browser as look
import pytest
from nbformat import v4

from bnplan_lib.explore.live import LIVE
from bnplan_lib.figures.page_figure import PRINTED_ROWS
from bnplan_lib.report.pages import PLOTLY, write_page

NOTEBOOKS = (
    *("01_growth_targets", "02_investment_composition", "03_timeline_overlaps", "05_scenario_comparison"),
    *("00_overview", "04_consistency_audit", "06_progress_report"),
)
CHARTED = [f"{name}.middle.{lang}.html" for name in NOTEBOOKS for lang in ("vi", "en")]
STEMS = ("data_dictionary", "levers")
PLAIN = ["index.html", "index.en.html", *(f"{stem}.{lang}.html" for stem in STEMS for lang in ("vi", "en"))]
EDITIONS = [*zip(CHARTED[::2], CHARTED[1::2], strict=True), *zip(PLAIN[::2], PLAIN[1::2], strict=True)]
WIDTHS = (1280, 390)
A4_WIDTH, A4_HEIGHT = 687, 1016  # pixels of a sheet between its margins
# Words of great_tables' cells that stand on two lines; what has a dot or a low line is an id.
BROKEN = """() => [...document.querySelectorAll('.gt_row')].flatMap(cell => {
  const found = [], range = document.createRange(), walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const whole = /(?<![\\p{L}._])\\p{L}{2,}(?![\\p{L}._])/gu;
  while (walk.nextNode()) for (const word of walk.currentNode.data.matchAll(whole)) {
    range.setStart(walk.currentNode, word.index);
    range.setEnd(walk.currentNode, word.index + word[0].length);
    const tops = [...range.getClientRects()].map(box => box.top);
    if (Math.max(...tops) - Math.min(...tops) > 8) found.push(word[0]);
  }
  return found;
})"""
HOSTILE = '</script><script>window.hit = 1</script><img src="x" onerror="window.hit = 1">'

each_page = pytest.mark.parametrize("name", [*CHARTED, *PLAIN])
each_chart_page = pytest.mark.parametrize("name", CHARTED)
each_width = pytest.mark.parametrize("width", WIDTHS)
in_browser = pytest.mark.browser
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(browser, reports):
    """Open a page of the reports, once for each width, with the network off."""
    contexts = {width: browser.new_context(viewport={"width": width, "height": 900}) for width in WIDTHS}
    visits = {}

    def visit(name: str, width: int = WIDTHS[0]) -> look.Visit:
        if (name, width) not in visits:
            contexts[width].set_offline(True)
            visits[name, width] = look.visit(contexts[width], (reports / name).as_uri())
        return visits[name, width]

    yield visit
    for context in contexts.values():
        context.close()


def tables_of(page) -> list[list[list[str]]]:
    """Return the table under each chart as rows of text, the heads first."""
    return page.evaluate(
        "() => [...document.querySelectorAll('figure.chart table')].map(table => "
        "[...table.rows].map(row => [...row.cells].map(cell => cell.textContent)))"
    )


def metas_of(reports, name: str, without: str = "") -> list[dict]:
    """Return what the figures of an executed notebook carry beside their drawing, panels and a kind left out."""
    notebook = json.loads((reports / name).with_suffix(".ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if "panel" not in cell["metadata"].get("tags", [])]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return [data[PLOTLY]["layout"]["meta"] for data in outputs if PLOTLY in data and without not in data]


@in_browser
@each_page
def test_page_asks_for_nothing_beyond_itself(opened, name):
    assert [one for one in opened(name).requests if not one.startswith(("data:", "blob:"))] == [opened(name).page.url]


@in_browser
@each_width
@each_page
def test_page_complains_of_nothing(opened, name, width):
    assert opened(name, width).complaints == []


@in_browser
@each_page
def test_page_declares_its_language(opened, name):
    expected = "en" if ".en." in name else "vi"
    assert opened(name).page.locator("html").get_attribute("lang") == expected


@in_browser
@each_page
def test_page_has_its_heading_as_title(opened, name):
    page = opened(name).page
    assert page.title() == page.locator("h1").inner_text() != ""


@in_browser
@each_chart_page
def test_every_chart_of_the_notebook_is_drawn(opened, reports, name):
    drawn = opened(name).page.locator(".plot:has(.main-svg)").count()
    assert drawn == opened(name).page.locator("figure.chart").count() == len(metas_of(reports, name)) >= 2


@in_browser
@each_width
@each_chart_page
def test_every_trace_leaves_marks_to_see(opened, name, width):
    assert opened(name, width).page.evaluate(look.EMPTY) == []


@in_browser
@each_chart_page
def test_charts_carry_the_titles_of_the_notebook(opened, reports, name):
    titles = opened(name).page.locator("figure.chart figcaption :is(h2, h3)").all_inner_texts()
    assert titles == [meta["title"] for meta in metas_of(reports, name)]


@in_browser
@each_chart_page
def test_tables_hold_the_rows_of_the_notebook(opened, reports, name):
    tables = [meta["table"] for meta in metas_of(reports, name, LIVE)]  # a live figure has a table that follows
    assert tables_of(opened(name).page) == [[table["columns"], *table["rows"]] for table in tables]


@in_browser
@each_chart_page
def test_csv_links_hold_the_tables(opened, name):
    page = opened(name).page
    links = page.locator("figure.chart a[download]").evaluate_all("links => links.map(link => link.href)")
    texts = [base64.b64decode(link.removeprefix("data:text/csv;base64,")).decode("utf-8-sig") for link in links]
    inert = [[[re.sub(r"^(?=[=+\-@])", "'", cell) for cell in row] for row in table] for table in tables_of(page)]
    assert [list(csv.reader(io.StringIO(text))) for text in texts] == inert


@in_browser
@each_width
@each_page
def test_page_never_scrolls_sideways(opened, name, width):
    assert opened(name, width).page.evaluate("document.documentElement.scrollWidth") <= width


@in_browser
@each_width
@each_page
def test_text_has_most_of_the_width(opened, name, width):
    assert opened(name, width).page.locator("main").bounding_box()["width"] > 0.6 * width


@in_browser
@each_width
@each_chart_page
def test_no_text_of_a_chart_is_cut(opened, name, width):
    assert opened(name, width).page.evaluate(look.CUT) == []


@in_browser
@each_width
@each_chart_page
def test_no_texts_of_a_chart_cover_each_other(opened, name, width):
    assert opened(name, width).page.evaluate(look.COVERED) == []


@in_browser
@each_chart_page
def test_chart_too_wide_for_a_phone_can_be_scrolled(opened, name):
    assert opened(name, 390).page.evaluate(look.STUCK) == []


@in_browser
@pytest.mark.parametrize("place", ["figure.chart .plot text", "figure.chart td", ".gt_table"])
def test_charts_and_tables_are_set_in_the_letters_of_the_page(opened, place):
    first = "node => getComputedStyle(node).fontFamily.split(',')[0]"
    page = opened(CHARTED[4]).page
    assert page.locator(place).first.evaluate(first) == page.locator("body").evaluate(first)


@in_browser
@pytest.mark.parametrize("place", ["body", "figure.chart .plot text", "table", ".gt_table"])
def test_vietnamese_letters_are_really_drawn(opened, place):
    page = opened(CHARTED[4]).page
    font = page.locator(place).first.evaluate("node => getComputedStyle(node).fontFamily")
    assert look.missing_letters(page, "Nông nghiệp ễ ữ ặ Đ ổ", font) == []


@in_browser
def test_letter_of_no_font_counts_as_missing(opened):
    assert look.missing_letters(opened(CHARTED[0]).page, "a\u0378", "sans-serif") == ["\u0378"]


@in_browser
@each_chart_page
def test_charts_have_no_mode_bar(opened, name):
    assert opened(name).page.locator(".modebar-btn").count() == 0


@in_browser
@each_chart_page
def test_page_prints_on_several_sheets_and_comes_back(opened, name):
    visit = opened(name)
    widths = "[...document.querySelectorAll('.plot .main-svg')].map(svg => svg.getBoundingClientRect().width)"
    before = visit.page.evaluate(widths)
    sheets = re.findall(rb"/Type\s*/Page\b", visit.page.pdf(format="A4"))
    assert (len(sheets) > 1, visit.page.evaluate(widths), visit.complaints) == (True, before, [])


@pytest.fixture(scope="module")
def printed(browser, reports):
    """Open a page of the reports as it lies on A4 paper, once, with the network off."""
    context = browser.new_context(viewport={"width": A4_WIDTH, "height": 900}, offline=True)
    pages = {}

    def lay(name: str):
        if name not in pages:
            pages[name] = look.visit(context, (reports / name).as_uri()).page
            pages[name].emulate_media(media="print")
            pages[name].evaluate("dispatchEvent(new Event('beforeprint'))")
        return pages[name]

    yield lay
    context.close()


def folds_of(page, place: str) -> list[tuple[int, bool]]:
    """Return of each fold at a place how many rows or entries it holds, and whether more than its summary is seen."""
    counts = "fold.querySelectorAll('tbody tr, li').length"
    return page.locator(place).evaluate_all(
        f"folds => folds.map(fold => [{counts}, fold.offsetHeight > fold.firstElementChild.offsetHeight + 8])"
    )


@in_browser
@each_chart_page
def test_paper_has_the_short_tables_of_charts_and_no_long_ones(printed, name):
    folds = folds_of(printed(name), "figure.chart details")
    assert [seen for _, seen in folds] == [rows <= PRINTED_ROWS for rows, _ in folds] != []


@in_browser
@pytest.mark.parametrize(("lang", "told"), [("en", "Table (104 rows)"), ("vi", "Bảng số (104 dòng)")])
def test_paper_tells_the_rows_of_a_table_it_leaves_out(printed, lang, told):
    page = printed(f"03_timeline_overlaps.middle.{lang}.html")
    assert page.locator("details.long summary").first.inner_text() == told


@in_browser
@each_chart_page
def test_paper_shows_the_summaries_of_folds_in_cells(printed, name):
    summaries = printed(name).locator("td summary")
    assert [one for one in summaries.all() if not one.is_visible() or not one.inner_text()] == []


@in_browser
@pytest.mark.parametrize("name", CHARTED[4:6])
def test_paper_has_the_short_lists_of_cells_and_no_long_ones(printed, name):
    folds = folds_of(printed(name), "td details")
    assert [seen for _, seen in folds] == [entries <= 12 for entries, _ in folds]
    assert {seen for _, seen in folds} == {True, False}


@in_browser
def test_paper_shows_short_tables_without_a_script(browser, reports):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto((reports / CHARTED[5]).as_uri())
    seen = page.locator("figure.chart details:not(.long) table").first.is_visible()
    context.close()
    assert seen


@in_browser
@each_page
def test_paper_has_no_code(printed, name):
    assert printed(name).locator("details.code:visible").count() == 0


@in_browser
@each_page
def test_paper_has_no_control_to_work(printed, name):
    assert printed(name).locator("input:visible, select:visible, button:visible, textarea:visible").count() == 0


@in_browser
def test_paper_tells_what_the_findings_are_filtered_by(printed):
    labels = printed("04_consistency_audit.middle.en.html").locator(".findings label:visible")
    assert [text.strip() for text in labels.all_inner_texts()] == ["all", "all"]


@in_browser
@each_chart_page
def test_a_chart_is_never_split_between_sheets_but_its_table_may_follow(printed, name):
    inside = "all => all.map(one => getComputedStyle(one).breakInside)"
    drawings = printed(name).locator("figcaption, figure.chart > .scroll").evaluate_all(inside)
    assert (set(drawings), set(printed(name).locator("figure.chart").evaluate_all(inside))) == ({"avoid"}, {"auto"})


@in_browser
@each_page
def test_nothing_is_wider_than_the_paper(printed, name):
    wide = f"all => all.filter(one => one.getBoundingClientRect().right > {A4_WIDTH + 1}).map(one => one.outerHTML)"
    assert printed(name).locator("main table:visible, .plot, main p:visible").evaluate_all(wide) == []


@in_browser
@each_chart_page
def test_every_chart_has_room_on_one_sheet_with_its_heading(printed, name):
    measure = "plots => plots.map(plot => plot.getBoundingClientRect().height)"
    heights = printed(name).locator("figure.chart .plot").evaluate_all(measure)
    assert 0 < max(heights) <= A4_HEIGHT - 250


@in_browser
@each_chart_page
def test_no_texts_of_a_chart_are_cut_or_cover_each_other_on_paper(printed, name):
    assert [printed(name).evaluate(fault) for fault in (look.CUT, look.COVERED)] == [[], []]


@in_browser
@each_page
def test_rows_are_not_split_between_sheets(printed, name):
    inside = "rows => rows.map(row => getComputedStyle(row).breakInside)"
    assert set(printed(name).locator("main tr").evaluate_all(inside)) <= {"avoid"}


@in_browser
@each_chart_page
def test_folds_are_closed_again_after_printing(opened, name):
    page = opened(name).page
    page.pdf(format="A4")
    assert page.locator("details[open]:not(.levers > details)").count() == 0  # the first group of levers is open


@in_browser
@each_width
@each_chart_page
def test_no_word_of_a_table_is_broken(opened, name, width):
    assert opened(name, width).page.evaluate(BROKEN) == []


@in_browser
@each_chart_page
def test_phone_tells_that_a_table_can_be_scrolled(opened, name):
    page = opened(name, 390).page
    untold = "tables => tables.filter(table => !table.closest('.output').querySelector('.hint')).length"
    assert page.locator(".gt_table").evaluate_all(untold) == 0


@in_browser
@each_page
def test_links_lead_to_pages_and_headings_that_exist(opened, reports, name):
    page = opened(name).page
    links = page.locator("a:not([download])").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    files = [link for link in links if not link.startswith(("http", "#")) and not (reports / link).is_file()]
    places = "links => links.filter(link => { location.hash = link; return !document.querySelector(':target'); })"
    assert (files, page.evaluate(places, [link for link in links if link.startswith("#")])) == ([], [])


@in_browser
@pytest.mark.parametrize(("vietnamese", "english"), EDITIONS)
def test_vietnamese_page_has_no_english_words(opened, vietnamese, english):
    said, other = (opened(name).page.evaluate(look.SAID) for name in (vietnamese, english))
    codes = look.code_words() if "dictionary" in vietnamese else set()
    assert look.english_words(said, other) - codes == set()


@in_browser
@pytest.mark.parametrize("english", [english for _, english in EDITIONS])
def test_english_page_has_no_vietnamese_words_but_names(opened, english):
    assert look.vietnamese_words(opened(english).page.evaluate(look.SAID)) == set()


def test_untranslated_words_would_be_found():
    assert look.english_words("Vốn: share of cost", "The share of cost") == {"share", "cost"}
    assert look.vietnamese_words("Cảng hàng không Gia Bình airport") == {"cảng", "hàng", "không"}


@each_page
def test_page_is_smaller_than_two_megabytes(reports, name):
    assert (reports / name).stat().st_size < 2_000_000


@each_page
def test_page_carries_plotly_once_and_only_for_charts(reports, name):
    assert (reports / name).read_text(encoding="utf-8").count("* plotly.js (basic") == (name in CHARTED)


@each_page
def test_only_links_to_sources_point_outside(reports, name):
    found = look.Addresses((reports / name).read_text(encoding="utf-8")).found
    assert [(tag, to) for tag, to in found if tag != "a" and not to.startswith("data:")] == []


@in_browser
@each_page
def test_page_forbids_itself_to_load_anything(opened, name):
    policy = opened(name).page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("; form-action 'none'; base-uri 'none'")  # what default-src does not reach


@in_browser
def test_findings_are_filtered_by_severity_and_rule(opened):
    page = opened("04_consistency_audit.middle.en.html").page
    rows = page.locator(".findings tbody tr")
    every = rows.count()
    page.locator(".pick-severity-error").check()
    errors = page.locator(".findings tbody tr:visible").count()
    page.locator(".pick-rule-sum").check()
    sums = page.locator(".findings tbody tr:visible").count()
    page.locator(".pick-severity-all").check()
    page.locator(".pick-rule-all").check()
    assert every > errors == 6 > sums == 2
    assert page.locator(".findings tbody tr:visible").count() == every


@in_browser
def test_hostile_texts_are_shown_and_not_run(browser, tmp_path):
    meta = dict.fromkeys(("title", "subtitle", "source"), HOSTILE) | {
        "table": {"columns": [HOSTILE], "rows": [[HOSTILE]]}
    }
    figure = {"data": [{"x": [1], "y": [1], "name": HOSTILE, "text": HOSTILE}], "layout": {"meta": meta}}
    cells = [
        v4.new_markdown_cell("# Title"),
        v4.new_code_cell("1", outputs=[v4.new_output("display_data", {PLOTLY: figure})]),
    ]
    page = tmp_path / "hostile.html"
    page.write_text(
        write_page(v4.new_notebook(cells=cells), "en", {HOSTILE: HOSTILE}, {HOSTILE: "x"}), encoding="utf-8"
    )
    visit = look.visit(browser, page.as_uri())
    assert (visit.page.locator("figcaption h2").inner_text(), visit.page.evaluate("window.hit")) == (HOSTILE, None)
