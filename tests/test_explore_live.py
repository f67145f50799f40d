"""A mailed page answers "what if" as Python does, keeps its setting in the address, and gives it as a scenario file."""

from __future__ import annotations

import random

import live
import pytest

import bnplan_lib as bn
from bnplan_lib.explore.live import LIVE, PLOTLY
from bnplan_lib.explore.scripts import STATIC
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.measures import goals_of

pytestmark = pytest.mark.browser
SETTINGS = 500
YEARLY = {"growth.industry": [14.0, 13.0, 12.0, 12.0, 11.0], "macro.deflator_growth": [5.0, 4.0, 3.0, 3.0, 2.0]}


@pytest.fixture(scope="module")
def programme():
    return bn.read_programme()


def spec_of(programme, scenario="middle", levers=None, lang="en"):
    """Return what a page gets under a scenario."""
    story = bn.read_scenario(scenario, levers)
    return bn.explore.growth(programme, story, lang)._repr_mimebundle_()[LIVE]


@pytest.fixture(scope="module")
def script(browser):
    """A page with the script and nothing else."""
    page = browser.new_context(offline=True).new_page()
    page.add_script_tag(content=(STATIC / "live.js").read_text("utf-8"))
    yield page
    page.context.close()


@pytest.fixture
def opened(browser, reports):
    """Open the page of growth in a language, offline, and give it with what its console said."""
    contexts = []

    def open_page(lang="en", mark=""):
        context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
        contexts.append(context)
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((reports / f"01_growth_targets.middle.{lang}.html").as_uri() + mark)
        page.wait_for_selector("form.live.ready")
        return page, said

    yield open_page
    for context in contexts:
        context.close()


def move(page, key, value):
    """Move a lever as a hand does, and wait until the page has answered."""
    page.evaluate(
        """([key, value]) => { const input = document.querySelector(`input[name="${key}"]`);
        input.value = value; input.dispatchEvent(new Event("input", { bubbles: true })); }""",
        [key, value],
    )
    page.wait_for_timeout(100)


def shown(page, target, column="value"):
    """Return a target's figure as the page shows it."""
    return page.locator(f'tr[data-target="{target}"] .{column}').inner_text()


def drawn(spec, catalogue, random_):
    """Return random values of every lever within its usual range, some of them by year."""
    values = {}
    for key, value in spec["values"].items():
        low, high = catalogue[key].soft or catalogue[key].hard
        many = isinstance(value, list) or (catalogue[key].yearly and random_.random() < 0.2)
        values[key] = [random_.uniform(low, high) for _ in range(5)] if many else random_.uniform(low, high)
    values["growth.tilt"] = random_.choice([0.0, values["growth.tilt"]])
    return values


def test_browser_and_python_agree_at_random_settings(programme, script):
    basis, catalogue, spec = basis_of(programme), read_levers(programme), spec_of(programme)
    goals, random_ = goals_of(programme), random.Random(6)
    settings = [drawn(spec, catalogue, random_) for _ in range(SETTINGS)]
    found = script.evaluate(
        "([basis, settings]) => settings.map((values) => bnplan.economy(basis, values).measures)",
        [spec["basis"], settings],
    )
    for values, theirs in zip(settings, found, strict=True):
        own = Economy(basis, {key: tuple(one) if isinstance(one, list) else one for key, one in values.items()})
        for name in goals:
            ours = float(goals[name].measure.of(own)[0])
            assert theirs[goals[name].measure.name] == pytest.approx(ours, rel=1e-9, nan_ok=True), name


def test_figures_and_verdicts_are_said_as_python_says_them(programme, script):
    from bnplan_lib.figures.amounts import exact
    from bnplan_lib.figures.language import speak

    random_ = random.Random(7)
    for lang in ("vi", "en"):
        spec, goals = spec_of(programme, lang=lang), goals_of(programme)
        for target in spec["targets"]:
            goal = goals[target["id"]]
            values = [(target["value"] or 1) * random_.uniform(-0.5, 2) for _ in range(20)] + [goal.low, 0.0]
            said = script.evaluate(
                "([target, values, lang]) => values.map((value) => bnplan.exact(target, value, lang))",
                [target, values, lang],
            )
            assert said == [exact(value, goal.unit, speak(lang), goal=goal) for value in values], target["id"]


@pytest.mark.parametrize("scenario", ["middle", "high", "trend_2021_2025", "electronics_slump", "strong_2026"])
def test_a_page_begins_with_the_scenario_as_it_is(programme, script, scenario):
    spec = spec_of(programme, scenario)
    found = script.evaluate("(spec) => bnplan.economy(spec.basis, spec.values).measures", spec)
    assert {target["id"]: found[target["measure"]] for target in spec["targets"]} == {
        target["id"]: pytest.approx(target["value"], rel=1e-12) for target in spec["targets"]
    }


def test_the_script_is_small_and_evaluates_no_text():
    text = (STATIC / "live.js").read_text("utf-8")
    assert len(text.encode()) < 40_000
    assert [word for word in ("eval(", "Function(", "innerHTML", "http:", "https:", "fetch(") if word in text] == []


def test_in_a_run_the_figure_is_there_for_those_who_have_no_page(programme):
    bundle = bn.explore.growth(programme, bn.read_scenario("middle"), "en")._repr_mimebundle_()
    assert bundle[PLOTLY]["data"][1]["x"]
    assert bundle["text/plain"].startswith("The scenario lies inside 7 of 7")


# The page


def test_a_moved_lever_moves_figure_table_and_title(opened):
    page, said = opened()
    move(page, "growth.industry", 9)
    assert (shown(page, "A.I.1"), shown(page, "A.I.1", "before")) == ("8.72%", "11.29%")
    assert shown(page, "A.I.1", "met") == "✗ not met"
    assert page.locator("form.live figcaption h3").inner_text() == "The scenario lies inside 4 of 7 growth targets"
    marks = page.evaluate("document.querySelector('form.live .plot').data[1]")
    assert (marks["text"][-1], round(marks["x"][-1], 2), said) == ("8.72%", 8.72, [])


def test_the_vietnamese_page_says_numbers_and_words_its_way(opened):
    page, said = opened("vi")
    move(page, "growth.industry", 9)
    assert (shown(page, "A.I.1"), shown(page, "A.I.1", "met"), said) == ("8,72\u00a0%", "✗ không đạt", [])
    assert page.locator(".moved-levers").inner_text() == "Tăng trưởng công nghiệp: 9,00"


def test_moving_within_the_ranges_moves_every_sector(opened):
    page, _ = opened()
    move(page, "targets.position", 1)
    assert (shown(page, "A.I.1"), shown(page, "A.I.1.3")) == ("11.85%", "9.20%")


def test_shares_of_the_base_year_still_add_up(opened):
    page, _ = opened()
    move(page, "base_year.share_agriculture", 12.3)
    page.locator(".copy").click()
    text = page.locator("form.live textarea").input_value()
    assert "share_agriculture = 12.3" in text
    assert "share_industry_construction = 65.3" in text


def test_back_leads_to_the_scenario(opened):
    page, _ = opened()
    move(page, "growth.industry", 9)
    page.locator(".reset").click()
    assert shown(page, "A.I.1") == "11.29%"
    assert page.locator(".moved-levers").inner_text() == "nothing yet"
    assert live.address(page) == ""


def test_the_address_keeps_the_setting(opened):
    page, _ = opened()
    move(page, "growth.industry", 9)
    move(page, "macro.investment_ratio", 47)
    other, _ = opened(mark=live.address(page))
    assert [shown(other, name) for name in ("A.I.1", "B.I.1")] == ["8.72%", "47.00%"]
    assert other.locator('input[name="growth.industry"]').input_value() == "9"


@pytest.mark.parametrize("mark", ["#x&growth.industry=9", "#live&a=1", "#%E0%A4%A"])
def test_an_address_of_something_else_changes_nothing(opened, mark):
    page, said = opened(mark=mark)
    assert (shown(page, "A.I.1"), said) == ("11.29%", [])


@pytest.mark.parametrize(
    "told",
    [
        *("growth.industry=NaN", "growth.industry=%20", "growth.industry=0x10", "growth.industry=1e308"),
        *("growth.industry=-500", "macro.population=-5", "growth.tilt=1e6", "targets.position=50"),
        *("constructor=1", "__proto__=1", "toString=5", "hasOwnProperty=1", "growth.industry=", "=9"),
    ],
)
def test_a_value_that_no_lever_may_have_changes_nothing(opened, told):
    form = opened()[0].locator("form.live").get_attribute("id")
    page, said = opened(mark=f"#{form}&{told}")
    assert (shown(page, "A.I.1"), page.locator(".moved-levers").inner_text(), said) == ("11.29%", "nothing yet", [])


def told_by_python(programme, page, folder):
    """Return the targets as Python has them under the scenario file that a page gives."""
    from bnplan_lib.figures.amounts import exact
    from bnplan_lib.figures.language import speak

    goals, story = goals_of(programme), live.file_of(page, folder)
    return {
        row.target_id: exact(row.value, goals[row.target_id].unit, speak("en"), goal=goals[row.target_id])
        for row in bn.growth_targets(programme, story).itertuples()
    }


def test_the_setting_as_a_file_gives_the_same_targets_in_python(opened, programme, tmp_path):
    page, _ = opened()
    moved = {"growth.services": 7.5, "growth.tilt": 2, "macro.deflator_growth": 4.2, "base_year.share_services": 21}
    for key, value in moved.items():
        move(page, key, value)
    own = told_by_python(programme, page, tmp_path)
    assert {name: shown(page, name) for name in own} == own


@pytest.mark.parametrize(
    ("moves", "growth"),
    [
        ([("targets.position", 0), ("growth.industry", 12.65)], "11.20%"),  # a rate back where it began
        ([("growth.industry", 12.35), ("targets.position", 0.6), ("growth.industry", 9.8)], "9.30%"),
        ([("growth.industry", 9), ("targets.position", 0), ("targets.position", 0.5)], "11.29%"),
    ],
)
def test_the_order_of_moves_is_lost_neither_in_the_address_nor_in_the_file(opened, programme, tmp_path, moves, growth):
    page, _ = opened()
    for key, value in moves:
        move(page, key, value)
    own = told_by_python(programme, page, tmp_path)
    again, said = opened(mark=live.address(page))
    for one in (page, again):
        assert {name: shown(one, name) for name in own} == own
    assert (own["A.I.1"], said) == (growth, [])
    words = [sorted(one.locator(".moved-levers").inner_text().split("; ")) for one in (page, again)]
    assert words[0] == words[1]


def test_random_sequences_of_moves_come_back_from_the_address_and_the_file(opened, programme, tmp_path):
    random_, spec = random.Random(8), spec_of(programme)
    page, _ = opened()
    for _ in range(12):
        for _ in range(random_.randint(1, 5)):
            key = random_.choice(["targets.position", *spec["ranges"], *spec["shares"]])
            low, high = spec["bounds"][key] if key == "targets.position" else (0, 14)
            move(page, key, random_.choice([spec["at_start"][key], round(random_.uniform(low, high), 2)]))
        own = told_by_python(programme, page, tmp_path)
        again, said = opened(mark=live.address(page))
        found = [{name: shown(one, name) for name in own} for one in (page, again)]
        assert (found, said) == ([own, own], [])
        again.context.close()


def test_what_was_copied_is_gone_once_something_moves(opened):
    page, _ = opened()
    for then in (lambda: move(page, "growth.services", 9), page.locator(".reset").click):
        page.locator(".copy").click()
        assert page.locator("form.live textarea").is_visible()
        then()
        assert page.locator("form.live textarea").is_hidden()
        assert page.locator(".copied").inner_text() == ""


def test_a_slider_stretched_by_a_value_is_itself_again_after_a_reset(opened):
    form = opened()[0].locator("form.live").get_attribute("id")
    page, _ = opened(mark=f"#{form}&growth.industry=25")
    field = page.locator('input[name="growth.industry"]')
    assert (field.get_attribute("max"), field.input_value()) == ("25", "25")
    page.locator(".reset").click()
    assert float(field.get_attribute("max")) == float(field.get_attribute("data-high"))


def test_the_other_edition_opens_with_what_was_moved(opened):
    page, _ = opened()
    move(page, "growth.industry", 10)
    live.address(page)
    page.locator('.top a[hreflang="vi"]').click()
    page.wait_for_selector("html[lang=vi] form.live.ready")
    assert page.locator(".moved-levers").inner_text() == "Tăng trưởng công nghiệp: 10,00"


@pytest.mark.parametrize(
    "levers", [{}, {"growth.industry": YEARLY["growth.industry"], "projects.II.1.delay_quarters": 8}]
)
def test_the_file_of_a_scenario_keeps_what_the_page_cannot_move(programme, browser, tmp_path, levers):
    from nbformat import v4

    from bnplan_lib.report.pages import write_page

    bundle = bn.explore.growth(programme, bn.read_scenario("catch_up", levers), "en")._repr_mimebundle_()
    cell = v4.new_code_cell("x", outputs=[v4.new_output("display_data", data=bundle)], id="x")
    (tmp_path / "page.html").write_text(write_page(v4.new_notebook(cells=[cell]), "en", {}, {}), encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".copy").click()
    (tmp_path / "mine.toml").write_text(page.locator("form.live textarea").input_value(), encoding="utf-8")
    context.close()
    found, shown_ = bn.read_scenario(str(tmp_path / "mine.toml")), bn.read_scenario("catch_up", levers)
    assert found.changes == shown_.changes


def test_every_lever_is_reached_and_moved_by_keyboard(opened):
    page, _ = opened()
    field = page.locator('input[name="growth.services"]')
    field.focus()
    before = shown(page, "A.I.1.3")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    assert shown(page, "A.I.1.3") != before
    assert (
        field.get_attribute("aria-valuetext") == page.locator(f'output[for="{field.get_attribute("id")}"]').inner_text()
    )


def test_every_slider_has_a_label(opened):
    page, _ = opened("vi")
    bare = "[...document.querySelectorAll('form.live input')].filter((one) => !one.labels.length).length"
    assert page.evaluate(bare) == 0
