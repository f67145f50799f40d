"""The page of investment answers "what if" as Python does: any project or class, later, dearer, or off the list."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from functools import partial

import browser as look
import live
import numpy as np
import pytest

import bnplan_lib as bn
from bnplan_lib.analysis.envelope import investment_envelope, listed_by_source
from bnplan_lib.explore.live import LIVE, PLOTLY
from bnplan_lib.figures.envelope import envelope_bars
from bnplan_lib.figures.language import speak
from bnplan_lib.inputs.levers import item_names
from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import project_schedule

pytestmark = pytest.mark.browser
LIMIT = 75.0
DRAWN = """() => { const plot = document.querySelector("form.live .plot");
  const bars = plot.data.filter((one) => one.type === "bar");
  const last = plot.data[plot.data.length - 1], labels = [...last.y].map((y, place) => [y, last.text[place]]);
  const title = document.querySelector("form.live figcaption > :first-child").textContent;
  return { title, amounts: bars.map((one) => [...one.y]),
    hover: bars.map((one) => [...one.customdata]), labels }; }"""


@pytest.fixture(scope="module")
def programme():
    return bn.read_programme()


def bundle_of(programme, scenario="middle", levers=None, lang="en"):
    """Return what a page gets under a scenario."""
    return bn.explore.investment(programme, bn.read_scenario(scenario, levers), lang, LIMIT)._repr_mimebundle_()


@pytest.fixture(scope="module")
def script(browser):
    """A page with the script and nothing else."""
    with live.script_alone(browser) as page:
        yield page


@pytest.fixture(scope="module")
def opened(programme, browser, tmp_path_factory):
    """Open a page with the form alone, offline, and give it with what its console said."""
    with live.Opener(browser, tmp_path_factory.mktemp("pages"), partial(bundle_of, programme)) as opener:
        yield opener.open


def cells(page, row, column="value"):
    """Return a row of the table: the years, and all of them."""
    return page.locator(f'tr.{column}[data-row="{row}"] td').all_inner_texts()


def expected(programme, story, lang="en"):
    """Return what Python draws of a scenario."""
    figure = envelope_bars(programme, story, LIMIT, lang)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    return {
        "title": figure.layout.meta["title"],
        "amounts": [pytest.approx(list(trace.y), rel=1e-9, abs=1e-9) for trace in bars],
        "hover": [list(trace.customdata) for trace in bars],
        "labels": [[pytest.approx(y), text] for y, text in zip(figure.data[-1].y, figure.data[-1].text, strict=True)],
    }


def running(programme, story):
    """Return how many projects run, by number of quarter; a project whose phases overlap counts once."""
    phases = project_schedule(programme, story)
    spans = zip(phases["project_id"], phases["first"], phases["last"], strict=True)
    pairs = {(project, quarter) for project, first, last in spans for quarter in range(first, last + 1)}
    return dict(Counter(str(quarter) for _, quarter in pairs))


def test_browser_and_python_agree_at_random_settings(programme, script):
    story, random_, names = (
        bn.read_scenario("middle"),
        random.Random(3),
        sorted(item_names(programme)["projects"] - {"*"}),
    )
    settings = [live.setting(random_, names) for _ in range(live.SETTINGS)]
    basis = bundle_of(programme)[LIVE]["basis"]
    found = script.evaluate(
        "([basis, settings]) => settings.map((values) => bnplan.investment(basis, values))", [basis, settings]
    )
    for values, theirs in zip(settings, found, strict=True):
        now = replace(story, values={**story.values, **values})
        np.testing.assert_allclose(theirs["spent"], listed_by_source(programme, now), rtol=1e-9, atol=1e-7)
        assert theirs["running"] == running(programme, now)


@pytest.mark.parametrize("scenario", ["middle", "high", "airport_late", "slow_spending", "costs_over"])
def test_a_page_begins_with_the_scenario_as_it_is(programme, script, scenario):
    spec, story = bundle_of(programme, scenario)[LIVE], bn.read_scenario(scenario)
    found = script.evaluate("(spec) => bnplan.investment(spec.basis, spec.values)", spec)
    np.testing.assert_allclose(found["spent"], listed_by_source(programme, story), rtol=1e-12)
    table = bn.concurrency(programme, story).set_index("quarter")["running_projects"]
    told = {quarter_name(int(number)): count for number, count in found["running"].items()}
    assert told == table[table > 0].to_dict()
    assert spec["envelope"] == investment_envelope(programme, story)["envelope_bn_vnd"].tolist()


def test_quarters_are_said_as_python_says_them_and_the_first_of_the_busiest_is_found(programme, script):
    for lang in ("vi", "en"):
        said = script.evaluate("(lang) => [8103, 8104, 8105, 8106].map((one) => bnplan.quarter(one, lang))", lang)
        assert said == [speak(lang).quarter(quarter_name(number)) for number in range(8103, 8107)]
    running = bn.concurrency(programme, bn.read_scenario("airport_late")).set_index("quarter")["running_projects"]
    found = script.evaluate(
        "(spec) => bnplan.busiest(bnplan.investment(spec.basis, spec.values).running)",
        bundle_of(programme, "airport_late")[LIVE],
    )
    assert quarter_name(found) == running.idxmax()


def test_every_project_and_every_class_that_has_one_may_be_chosen(programme):
    options = [option[0] for group in bundle_of(programme)[LIVE]["choices"] for option in group["options"]]
    assert sorted(options) == sorted(f"projects.{name}" for name in item_names(programme)["projects"])


def test_in_a_run_the_figure_is_there_for_those_who_have_no_page(programme):
    bundle = bundle_of(programme)
    assert len(bundle[PLOTLY]["data"]) == 9
    assert bundle["text/plain"].startswith("The list takes over 75% of investment in 2026")


# The page


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_moved_lever_moves_the_figure_as_python_draws_it(opened, programme, lang):
    page, said = opened(lang)
    live.move(page, "projects.III.16", delay_quarters=8, overrun=30)
    levers = {"projects.III.16.delay_quarters": 8, "projects.III.16.overrun": 30.0}
    assert page.evaluate(DRAWN) == expected(programme, bn.read_scenario("middle", levers), lang)
    assert (page.locator(".reach").inner_text()[:7], said) == (speak(lang).number(166_702), [])


def test_the_table_tells_the_scenario_and_now(opened, programme):
    page, _ = opened()
    live.move(page, "projects.sector:airport", dropped=True)
    say, story = speak("en"), bn.read_scenario("middle", {"projects.sector:airport.dropped": True})
    for column, table in (
        ("before", investment_envelope(programme, bn.read_scenario())),
        ("value", investment_envelope(programme, story)),
    ):
        listed, whole = table["listed_bn_vnd"], table["envelope_bn_vnd"].sum()
        for row, name in (("ppp", "ppp_bn_vnd"), ("listed", "listed_bn_vnd"), ("rest", "rest_bn_vnd")):
            assert cells(page, row, column) == [say.number(one) for one in (*table[name], table[name].sum())]
        assert cells(page, "share", column) == [
            say.percent(one) for one in (*table["listed_share"], listed.sum() / whole)
        ]


def test_the_quarter_in_which_most_runs_follows(opened, programme):
    page, _ = opened()
    levers = {"projects.capital_source:off_budget.delay_quarters": 10}
    live.move(page, "projects.capital_source:off_budget", delay_quarters=10)
    for column, story in (("before", bn.read_scenario()), ("value", bn.read_scenario("middle", levers))):
        running = bn.concurrency(programme, story).set_index("quarter")["running_projects"]
        told = f"{running.max()} in {speak('en').quarter(running.idxmax())}"
        assert page.locator(f".peak .{column}").inner_text() == told


def test_the_narrower_setting_wins_and_the_page_says_so(opened, programme):
    page, _ = opened()
    live.move(page, "projects.II.1", delay_quarters=2)
    live.move(page, "projects.corridor:gia_binh_airport", delay_quarters=6)
    live.move(page, "projects.*", delay_quarters=4)
    levers = {"projects.II.1": 2, "projects.corridor:gia_binh_airport": 6, "projects.*": 4}
    story = bn.read_scenario("middle", {f"{key}.delay_quarters": value for key, value in levers.items()})
    assert page.evaluate(DRAWN) == expected(programme, story)
    told = page.locator(".narrower").inner_text()
    assert told.startswith("A narrower setting wins: Gia Bình airport and what serves it (corridor); II.1 ")


def test_a_choice_shows_what_it_has_from_a_wider_one(opened):
    page, _ = opened()
    live.move(page, "projects.sector:airport", delay_quarters=6, profile="back")
    live.move(page, "projects.II.1")
    controls = page.evaluate(
        "['delay_quarters', 'profile'].map((one) => document.querySelector('form.live').elements[one].value)"
    )
    assert controls == ["6", "back"]
    live.move(page, "projects.II.1", delay_quarters=0)
    live.move(page, "projects.II.1", delay_quarters=6)
    assert "II.1" not in page.locator(".moved-levers").inner_text()


def test_what_was_moved_is_said_in_words(opened):
    page, _ = opened()
    live.move(page, "projects.asset:airport", overrun=12, dropped=True)
    live.move(page, "projects.*", profile="s_curve", delay_quarters=3)
    assert page.locator(".moved-levers").inner_text() == (
        "All projects – Project delay (quarters): 3, Spending profile: S-curve; "
        "Airport (kind of asset) – Cost overrun: 12%, Off the list: yes"
    )


def test_nothing_is_left_if_all_projects_are_dropped(opened):
    page, said = opened()
    live.move(page, "projects.*", dropped=True)
    assert cells(page, "listed") == ["0"] * 6
    assert (page.locator(".peak .value").inner_text(), said) == ("–", [])
    assert page.locator("form.live figcaption > :first-child").inner_text() == "No year takes over 75% of investment"


def test_back_leads_to_the_scenario(opened, programme):
    page, _ = opened(scenario="airport_late")
    live.move(page, "projects.corridor:gia_binh_airport", delay_quarters=2)
    page.locator(".reset").click()
    assert page.evaluate(DRAWN) == expected(programme, bn.read_scenario("airport_late"))
    assert page.locator(".moved-levers").inner_text() == "nothing yet"
    assert (page.locator("input[name=delay_quarters]").input_value(), live.address(page)) == ("8", "")


def test_the_address_keeps_the_setting(opened):
    page, _ = opened()
    live.move(page, "projects.III.16", profile="front", dropped=False)
    live.move(page, "projects.sector:airport", delay_quarters=5, stretch=25, dropped=True)
    other, said = opened(mark=live.address(page))
    assert other.evaluate(DRAWN) == page.evaluate(DRAWN)
    assert other.locator("select[name=which]").input_value() == "projects.sector:airport"
    assert (other.locator("input[name=delay_quarters]").input_value(), said) == ("5", [])


def test_the_address_of_a_heading_leaves_the_setting_as_it_is(opened):
    page, _ = opened()
    live.move(page, "projects.III.16", delay_quarters=4)
    page.evaluate("() => { location.hash = '#main'; }")
    page.wait_for_timeout(50)
    assert page.locator(".moved-levers").inner_text().endswith("Project delay (quarters): 4")


@pytest.mark.parametrize(
    "told",
    [
        *("projects.XX.1.overrun=5", "projects..overrun=5", "projects.II.1.overrun=NaN", "projects.II.1.overrun=501"),
        *("projects.II.1.delay_quarters=1.5", "projects.II.1.profile=toString", "projects.II.1.dropped=1"),
        *("projects.II.1.dropped=constructor", "projects.II.1.dropped=", "projects.II.1.delay_quarters=%20"),
        *("projects.II.1.colour=5", "growth.industry=9", "overrun=5", "%E0%A4%A", "=", "projects.II.1.overrun"),
    ],
)
def test_an_address_that_means_nothing_changes_nothing(opened, told):
    page, said = opened()
    page.evaluate("(told) => { location.hash = '#live-figure-0-0&' + told; }", told)
    page.wait_for_timeout(50)
    assert (page.locator(".moved-levers").inner_text(), said) == ("nothing yet", [])


@pytest.mark.parametrize(
    ("scenario", "levers"),
    [
        ("middle", {}),
        ("airport_late", {}),
        ("middle", {"phasing.delay_from": "2027Q1", "projects.III.2.delay_quarters": 3, "growth.industry": 9.0}),
    ],
)
def test_the_setting_as_a_file_gives_the_same_years_in_python(opened, programme, tmp_path, scenario, levers):
    page, said = opened(scenario=scenario, levers=levers)
    live.move(page, "projects.*", delay_quarters=2, stretch=12)
    live.move(page, "projects.corridor:gia_binh_airport", overrun=30, profile="s_curve")
    live.move(page, "projects.I.13", dropped=True)
    story = live.file_of(page, tmp_path)
    assert (page.evaluate(DRAWN), said) == (expected(programme, story), [])
    assert f'base = "{scenario}"' in (tmp_path / "mine.toml").read_text("utf-8")
    shown = bn.read_scenario(scenario, levers).changes
    assert {key: value for key, value in shown.items() if key not in story.changes or story.changes[key] != value} == {}


def test_the_two_languages_do_not_mix(opened):
    said = {}
    for lang in ("en", "vi"):
        page, _ = opened(lang)
        live.move(page, "projects.asset:airport", overrun=12, dropped=True)
        live.move(page, "projects.*", delay_quarters=3, profile="back")
        said[lang] = page.evaluate(look.SAID)
    assert (look.english_words(said["vi"], said["en"]), look.vietnamese_words(said["en"])) == (set(), set())
    assert "Đưa ra khỏi danh mục: có" in said["vi"]


def test_every_control_is_reached_and_moved_by_keyboard(opened):
    page, _ = opened()
    page.locator("select[name=which]").focus()
    page.keyboard.type("II.1 ")
    for key in ("Tab", "ArrowRight", "Tab", "ArrowRight", "Tab", "ArrowRight", "Tab", "ArrowDown", "Tab", "Space"):
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    told = page.locator(".moved-levers").inner_text()
    assert told.startswith("II.1 ")
    assert told.endswith(
        " – Project delay (quarters): 1, Schedule overrun: 1%, Cost overrun: 1%, "
        "Spending profile: Front-loaded, Off the list: yes"
    )


def test_every_control_has_a_label_and_every_slider_says_its_value(opened):
    page, _ = opened("vi")
    live.move(page, "projects.II.1", overrun=25)
    bare = "[...document.querySelectorAll('form.live :is(input, select)')].filter((one) => !one.labels.length).length"
    assert page.evaluate(bare) == 0
    slider = page.locator("input[name=overrun]")
    told = page.locator(f'output[for="{slider.get_attribute("id")}"]').inner_text()
    assert slider.get_attribute("aria-valuetext") == told == "25"


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_on_a_phone_nothing_is_cut_and_on_paper_the_controls_are_gone(opened, lang):
    page, _ = opened(lang, width=390)
    live.move(page, "projects.I.12", overrun=25)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(look.CUT) == []
    page.emulate_media(media="print")
    seen = [page.locator(f"form.live {part}").first.is_visible() for part in (".levers", ".buttons", ".state", "table")]
    page.emulate_media(media="screen")
    assert seen == [False, False, True, True]
