"""A person in JupyterLab moves a slider and the figure follows."""

from __future__ import annotations

import re
import sys

import pytest
from lab import Lab

from bnplan_lib.explore.panel import name_problem
from bnplan_lib.explore.timeline import timeline
from bnplan_lib.figures.lanes import used_classes
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.timeline import running_at_once
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.scenario import read_scenario

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANEL = ".widget-vbox"
CHIPS = f"{PANEL} .bn-moved button"
LIVE = f"{PANEL} .js-plotly-plot"
# The live figure's numbers as plotly draws them; typed arrays become lists.
DIAMONDS = f"""() => {{
  const trace = document.querySelector('{LIVE}')._fullData[1];
  return Object.fromEntries(Array.from(trace.y, (name, place) => [name, trace.x[place]]));
}}"""
ROOM = """() => {
  const title = document.querySelector('.js-plotly-plot .gtitle');
  return title.getBoundingClientRect().top - title.closest('.main-svg').getBoundingClientRect().top;
}"""
BEGINNING_2026 = f"() => document.querySelector('{LIVE}')._fullData[0].y[4]"  # the axis begins with 2025
HEADING = f"() => document.querySelector('{PANEL} .bn-heading').innerText"
BARS = f"() => document.querySelector('{LIVE}')._fullData.length"
TOTAL = f"""() => document.querySelector('{LIVE}')._fullData.filter(trace => trace.type === 'bar')
  .flatMap(trace => Array.from(trace.y)).reduce((sum, value) => sum + value, 0)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A running JupyterLab."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def opened(lab, browser):
    """Return the page of a notebook with all its cells run; each is opened once and keeps what goes wrong in it."""
    context = browser.new_context(viewport={"width": 1300, "height": 1200})
    pages = {}

    def run(name: str):
        if name not in pages:
            page = context.new_page()
            page.set_default_timeout(40_000)
            page.complaints = []
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.on("console", lambda told: page.complaints.append(told.text) if told.type == "error" else None)
            lab.open(page, f"{name}.ipynb")
            run_all(page)
            pages[name] = page
        return pages[name]

    yield run
    context.close()


def run_all(page) -> None:
    """Run all cells of the page's notebook; wait for the panel's figure."""
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
    page.locator(f"{LIVE} .main-svg").first.wait_for(state="attached")


def slide(page, lever: str, key: str) -> float:
    """Move a lever's slider with a key once it may be, wait until the panel names its value, and return it."""
    page.locator(f".bn-{lever} .noUi-target:not([disabled]) .noUi-handle").press(key)
    reading = float(page.locator(f".bn-{lever} .widget-readout").inner_text())
    page.locator(f"{CHIPS}[title*='= {reading:g}']").first.wait_for()
    page.wait_for_timeout(500)
    return reading


def reset(page) -> None:
    """Press the button that undoes every move, and wait until none is named."""
    page.get_by_role("button", name="Back to the scenario").click()
    page.wait_for_function(f"() => !document.querySelector('{CHIPS}')", timeout=10_000)
    page.wait_for_timeout(2_000)  # where none was named before, nothing tells that the kernel has come to it


def until_drawn(page, numbers: str, told: str) -> bool:
    """Return whether the live figure's numbers become as told within ten seconds."""
    from playwright.sync_api import TimeoutError as TooLate

    try:
        page.wait_for_function(f"() => {{ const drawn = ({numbers})(); return {told}; }}", timeout=10_000)
    except TooLate:
        return False
    return True


def test_industry_diamond_stands_where_the_slider_reads(opened):
    page = opened("01_growth_targets")
    reading = slide(page, "growth-industry", "ArrowRight")
    assert until_drawn(page, DIAMONDS, f"Math.abs(drawn.Industry - {reading}) < 0.001")


def test_raising_industry_raises_the_headline(opened):
    page = opened("01_growth_targets")
    before = page.evaluate(DIAMONDS)["<b>GRDP</b>"]
    slide(page, "growth-industry", "ArrowRight")
    assert until_drawn(page, DIAMONDS, f"drawn['<b>GRDP</b>'] > {before} + 0.01")


def test_back_button_brings_the_figure_back_to_the_scenario(opened):
    page = opened("01_growth_targets")
    slide(page, "growth-industry", "End")
    assert until_drawn(page, DIAMONDS, "drawn.Industry > 19")
    reset(page)
    assert until_drawn(page, DIAMONDS, "Math.abs(drawn.Industry - 12.65) < 1e-9")  # the middle of 12 to 13.3


def test_back_button_leaves_no_lever_named_as_moved(opened):
    from playwright.sync_api import expect

    page = opened("01_growth_targets")
    slide(page, "growth-industry", "End")
    reset(page)
    expect(page.locator(CHIPS)).to_have_count(0, timeout=10_000)


def test_a_lever_beyond_growth_changes_the_targets_below(opened):
    page = opened("01_growth_targets")
    reset(page)
    per_head = page.locator(f"{PANEL} .bn-outlook tr", has_text="A.I.2 GRDP per head")
    before = per_head.inner_text()
    page.get_by_text("Prices, people, jobs").click()
    slide(page, "macro-deflator-growth", "End")
    page.wait_for_function(
        "before => !document.querySelector('.bn-outlook').innerText.includes(before)", arg=before, timeout=10_000
    )
    page.locator(".jp-OutputArea").get_by_text("Growth", exact=True).first.click()
    reset(page)


def test_the_position_moves_all_five_rates(opened):
    page = opened("01_growth_targets")
    reset(page)
    slide(page, "targets-position", "End")
    assert until_drawn(
        page, DIAMONDS, "Math.abs(drawn.Industry - 13.3) < 1e-9 && Math.abs(drawn.Services - 9.2) < 1e-9"
    )
    reset(page)


def test_a_setting_saved_from_the_panel_is_a_scenario(opened, lab):
    page = opened("01_growth_targets")
    reset(page)
    slide(page, "growth-services", "ArrowRight")
    page.locator(".bn-save").click()
    page.get_by_text("Saved:").wait_for()
    story = read_scenario(lab.folder / "notebooks" / "mine.toml")
    assert story.changes == {"growth.services": 8.9}
    reset(page)


def test_a_setting_is_saved_beside_the_notebook_or_nowhere(opened, lab):
    page = opened("01_growth_targets")
    page.locator(".bn-file input").fill("../up.toml")
    page.locator(".bn-save").click()
    page.get_by_text("../up.toml: give a file name alone, without a folder.").wait_for()
    assert not (lab.folder / "up.toml").exists()


@pytest.mark.parametrize(
    ("name", "rule"),
    {
        "": "Give the file a name",
        "up/mine.toml": "without a folder",
        "up\\mine.toml": "without a folder",
        "C:mine.toml": "without a folder",
        "mine.txt": "must end in .toml",
        ".toml": "must end in .toml",
        "kept.toml": "kept.toml exists already",
    }.items(),
)
def test_a_name_that_no_scenario_can_be_saved_under_is_refused_with_the_rule(name, rule, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.toml").touch()
    assert rule in name_problem(name, speak("en"))


def test_a_plain_file_name_has_no_problem(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert name_problem("của tôi.toml", speak("vi")) == ""


def test_doubling_the_first_project_raises_the_total(opened):
    page = opened("02_investment_composition")
    before = page.evaluate(TOTAL)
    page.locator(f"{PANEL} table.dataTable tbody tr").first.click()
    slide(page, "project-overrun", "End")
    assert until_drawn(page, TOTAL, f"drawn > 1.1 * {before}")


def pick(page, *items: str) -> None:
    """Choose items by row in the timeline's list, and wait until their slider may be moved."""
    choice = page.locator(".bn-timeline-items select")
    labels = choice.locator("option").all_inner_texts()
    choice.select_option(label=[next(one for one in labels if one.split()[:2] == item.split()) for item in items])
    page.locator(".bn-timeline-delay .noUi-target:not([disabled])").wait_for()


def test_delay_of_projects_not_yet_begun_empties_their_first_quarter(opened):
    page = opened("03_timeline_overlaps")
    before = page.evaluate(BEGINNING_2026)
    pick(page, "project III.26", "project III.27")  # both from the first quarter of 2026
    slide(page, "timeline-delay", "ArrowRight")
    assert until_drawn(page, BEGINNING_2026, f"drawn === {before} - 2")
    reset(page)


def test_a_shifted_task_shows_which_pair_is_then_out_of_order(opened):
    page = opened("03_timeline_overlaps")
    pick(page, "task II.6")  # the provincial plan, which the general urban plan waits for without slack
    slide(page, "timeline-delay", "ArrowRight")
    row = page.locator(".bn-waiting tr", has_text="task II.7").first
    row.wait_for()
    assert row.locator("td").all_inner_texts()[2:] == ["0", "−1"]
    reset(page)


def test_different_delays_of_what_is_picked_are_told_until_one_move_sets_all(opened):
    from playwright.sync_api import expect

    page, told = opened("03_timeline_overlaps"), f"{PANEL} .bn-timeline-differ"
    pick(page, "task II.7")
    slide(page, "timeline-delay", "ArrowRight")
    pick(page, "task II.6", "task II.7")
    page.locator(told, has_text="values differ, 0 to 1; a move sets all").wait_for()
    slide(page, "timeline-delay", "ArrowRight")
    expect(page.locator(CHIPS)).to_have_text([re.compile(rf"II\.{row}: .*: 1$") for row in (7, 6)])
    expect(page.locator(told)).to_have_text("")
    reset(page)


def test_a_filter_leaves_what_belongs_to_the_class_and_says_so(opened):
    page = opened("03_timeline_overlaps")
    page.locator(".bn-timeline-kind select").select_option(label="Corridor")
    page.locator(".bn-timeline-class select").select_option(label="Khuôn Thần")
    page.wait_for_function("() => document.querySelectorAll('.bn-timeline-items option').length === 3")
    assert until_drawn(page, HEADING, "drawn.includes('3 projects and 0 tasks')")
    assert "Corridor, Khuôn Thần alone" in page.evaluate(HEADING)
    page.locator(".bn-timeline-kind select").select_option(label="Everything")
    assert until_drawn(page, HEADING, "!drawn.includes('Corridor')")


def test_a_kind_of_class_brings_its_first_class_at_once(opened):
    page, which = opened("03_timeline_overlaps"), ".bn-timeline-class select"
    for kind in ("Corridor", "Body"):
        page.locator(".bn-timeline-kind select").select_option(label=kind)
        assert until_drawn(page, HEADING, f"drawn.includes('{kind}, ')")
        assert page.evaluate(f"() => document.querySelector('{which}').selectedIndex") == 0
    page.locator(".bn-timeline-kind select").select_option(label="Everything")
    assert until_drawn(page, HEADING, "!drawn.includes('Body, ')")


def test_one_choice_redraws_the_figure_once(monkeypatch):
    drawn = []

    def draw(*given):
        drawn.append(given[3:])
        return running_at_once(*given)

    module = sys.modules["bnplan_lib.explore.timeline"]  # the package has a function of this name
    monkeypatch.setattr(module, "person_present", lambda: True)
    monkeypatch.setattr(module, "running_at_once", draw)
    kind, which, *_ = timeline(read_programme(), read_scenario("middle"), "en").children[1:]
    kind.value = "corridor"
    which.index = 1
    kind.value = "sector"
    kind.value = ""
    first, second, other = which_of("corridor")[0], which_of("corridor")[1], which_of("sector")[0]
    chosen = [None, ("corridor", first), ("corridor", second), ("sector", other), None]
    assert drawn == [(one,) for one in chosen]


def which_of(kind):
    """Return the classes of a kind in the order of their list."""
    return list(used_classes(read_programme(), kind, speak("en")))


def test_the_live_figure_is_as_wide_as_its_cell(opened):
    page = opened("03_timeline_overlaps")
    widths = f"""() => [document.querySelector('{LIVE}')._fullLayout.width,
      document.querySelector('{PANEL}').clientWidth]"""
    for width in (1150, 1300):
        page.set_viewport_size({"width": width, "height": 1200})
        assert until_drawn(page, widths, "Math.abs(drawn[0] - drawn[1]) <= 8")


def test_title_has_room_for_the_marks_above_vietnamese_letters(opened):
    assert opened("01_growth_targets").evaluate(ROOM) >= 0


def test_in_another_economy_of_2025_other_ties_fail_and_are_named(opened):
    page = opened("04_consistency_audit")
    assert page.evaluate(HEADING).startswith("3 errors, 3 tensions between")
    slide(page, "base-year-grdp-bn-vnd", "Home")  # 300,000 bn VND
    assert until_drawn(page, HEADING, "drawn.startsWith('3 errors, 5 tensions between')")
    assert until_drawn(page, BARS, "drawn === 16")
    rows = page.locator(f"{PANEL} .bn-changed tbody tr").all_inner_texts()
    assert sorted(row.split("\t", 1)[1] for row in rows) == ["Holds\tTension", "Note\tHolds", "Note\tTension"]
    reset(page)
    assert until_drawn(page, BARS, "drawn === 12")
    assert page.locator(f"{PANEL} .bn-changed").inner_text().startswith("Every tie is judged as in the programme")


NAMES = ["01_growth_targets", "02_investment_composition", "03_timeline_overlaps", "04_consistency_audit"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_goes_wrong_in_the_browser(opened, name):
    assert opened(name).complaints == []
