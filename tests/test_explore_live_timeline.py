"""The page of the timeline answers "what if" as Python does: any project or task later, longer, or off the list."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

import browser as look
import live
import numpy as np
import pytest

import bnplan_lib as bn
from bnplan_lib.analysis.chain import margins
from bnplan_lib.analysis.precedence import precedence_slack
from bnplan_lib.explore.live import LIVE, PLOTLY
from bnplan_lib.figures.language import speak
from bnplan_lib.figures.timeline import running_at_once
from bnplan_lib.inputs.levers import item_names
from bnplan_lib.model.quarters import quarter_name

pytestmark = pytest.mark.browser
ASK = """([basis, settings]) => settings.map((values) => {
  const now = bnplan.timeline(basis, values);
  return { ...now, ...bnplan.waiting(basis, now.when), top: bnplan.peaks(now) };
})"""
DRAWN = """() => { const plot = document.querySelector("form.live .plot");
  return { title: document.querySelector("form.live figcaption > :first-child").textContent,
    traces: plot.data.map((one) => ({ x: [...one.x], y: [...one.y], hover: [...(one.customdata || [])],
      legend: one.showlegend !== false })) }; }"""


@pytest.fixture(scope="module")
def programme():
    return bn.read_programme()


def bundle_of(programme, scenario="middle", levers=None, lang="en"):
    """Return what a page gets under a scenario."""
    return bn.explore.timeline(programme, bn.read_scenario(scenario, levers), lang)._repr_mimebundle_()


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


def expected(programme, story, lang="en"):
    """Return what Python draws of a scenario."""
    figure = running_at_once(programme, story, lang)
    traces = [
        {
            "x": [] if one.x is None else list(one.x),
            "y": pytest.approx([] if one.y is None else list(one.y), rel=1e-9, abs=1e-9),
            "hover": [] if one.customdata is None else list(one.customdata),
            "legend": one.showlegend is not False,
        }
        for one in figure.data
    ]
    return {"title": figure.layout.meta["title"], "traces": traces}


def setting(random_, names, tasks):
    """Return random levers of projects and tasks."""
    values = live.setting(random_, names)
    values["tasks.*.delay_quarters"] = random_.choice([0, random_.randint(-4, 12)])
    return values | {f"tasks.{name}.delay_quarters": random_.randint(-4, 12) for name in random_.sample(tasks, 3)}


def cells(page, row):
    """Return the scenario's and the present value of a row."""
    found = page.locator(f"tr[data-row={row}]")
    return [found.locator(f".{name}").inner_text() for name in ("before", "value")]


def answers(programme, script, seed):
    """Give random settings as scenarios, each with what the browser makes of it."""
    names, random_ = item_names(programme), random.Random(seed)
    projects, tasks = (sorted(names[section] - {"*"}) for section in ("projects", "tasks"))
    settings = [setting(random_, projects, tasks) for _ in range(live.SETTINGS)]
    found = script.evaluate(ASK, [bundle_of(programme)[LIVE]["basis"], settings])
    story = bn.read_scenario("middle")
    for values, theirs in zip(settings, found, strict=True):
        yield replace(story, values={**story.values, **values}), theirs


def test_browser_and_python_agree_on_what_runs_at_random_settings(programme, script):
    for now, theirs in answers(programme, script, 11):
        table = bn.concurrency(programme, now)
        quarters = [quarter_name(theirs["start"] + place) for place in range(len(theirs["load"]))]
        assert quarters == table["quarter"].tolist()
        assert theirs["projects"] == table["running_projects"].tolist()
        assert theirs["tasks"] == table["running_tasks"].tolist()
        np.testing.assert_allclose(theirs["load"], table["load_bn_vnd"], rtol=1e-9, atol=1e-7)
        assert theirs["top"]["runs"] == (table["running_projects"] + table["running_tasks"]).idxmax()


def test_browser_and_python_agree_on_what_waits_at_random_settings(programme, script):
    for now, theirs in answers(programme, script, 12):
        slack = precedence_slack(programme, now)["slack_quarters"].astype(object)
        assert theirs["slack"] == slack.where(slack.notna(), None).tolist()
        assert theirs["margin"] == margins(programme, now)["margin_quarters"].min()


def test_the_first_of_equal_quarters_has_most_money_and_none_where_none_is_spent(script):
    ask = "(load) => bnplan.peaks({ load, projects: load, tasks: load }).load ?? null"
    assert [script.evaluate(ask, load) for load in ([1, 3, 3 * (1 + 1e-12), 2], [0, 0])] == [1, None]


def test_nothing_runs_where_nothing_is_planned(script):
    values = {"phasing.delay_from": "2026Q1"}
    (found,) = script.evaluate(ASK, [{"projects": [], "tasks": [], "goals": {}, "goal": "", "pairs": []}, [values]])
    assert (found["load"], found["slack"], found["margin"], found["top"]) == (
        [],
        [],
        None,
        {"runs": None, "load": None},
    )


def test_every_project_and_task_and_every_class_that_has_one_may_be_chosen(programme):
    options = [option[0] for group in bundle_of(programme)[LIVE]["choices"] for option in group["options"]]
    known = item_names(programme)
    assert sorted(options) == sorted(f"{kind}.{name}" for kind in ("projects", "tasks") for name in known[kind])


def test_in_a_run_the_figure_is_there_for_those_who_have_no_page(programme):
    bundle = bundle_of(programme)
    assert len(bundle[PLOTLY]["data"]) == 5
    assert bundle["text/plain"].startswith("Most runs in Q2")


# The page


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_moved_lever_moves_the_figure_as_python_draws_it(opened, programme, lang):
    page, said = opened(lang)
    live.move(page, "projects.capital_source:ppp", delay_quarters=6, stretch=40)
    live.move(page, "tasks.*", delay_quarters=2)
    levers = {"projects.capital_source:ppp.delay_quarters": 6, "projects.capital_source:ppp.stretch": 40.0}
    levers["tasks.*.delay_quarters"] = 2
    assert page.evaluate(DRAWN) == expected(programme, bn.read_scenario("middle", levers), lang)
    assert said == []


@pytest.mark.parametrize("scenario", ["middle", "airport_late", "slow_spending", "costs_over"])
def test_a_page_begins_with_the_scenario_as_it_is(opened, programme, scenario):
    page, said = opened(scenario=scenario)
    assert (page.evaluate(DRAWN), said) == (expected(programme, bn.read_scenario(scenario)), [])


def test_the_table_tells_the_scenario_and_now(opened):
    page, _ = opened()
    live.move(page, "projects.*", delay_quarters=4)
    assert cells(page, "runs") == ["Q2\xa02026 (projects: 55, tasks: 16)", "Q1\xa02027 (projects: 55, tasks: 4)"]
    assert cells(page, "load")[0].startswith("Q1\xa02026: 52,543\xa0bn VND")


def test_a_late_task_breaks_what_waits_for_it(opened, programme):
    page, _ = opened()
    live.move(page, "tasks.II.6", delay_quarters=3)
    slack = precedence_slack(programme, bn.read_scenario("middle", {"tasks.II.6.delay_quarters": 3}))
    late = slack[slack["slack_quarters"] < 0]
    assert cells(page, "late") == ["1", str(len(late))]
    assert page.locator("tr[data-pair].bad").count() == len(late)
    row = page.locator("tr[data-pair=provincial-plan-before-urban-plan]")
    assert [row.locator(f".{name}").inner_text() for name in ("before", "value")] == ["0", "−3"]


def test_pairs_in_order_and_unchanged_are_not_listed(opened):
    page, _ = opened()
    assert page.locator("tr[data-pair]:visible").count() == 1


def test_a_chain_that_slips_too_far_misses_the_goal(opened, programme):
    page, _ = opened()
    live.move(page, "tasks.*", delay_quarters=20)
    least = margins(programme, bn.read_scenario("middle", {"tasks.*.delay_quarters": 20}))["margin_quarters"].min()
    assert least < 0
    assert cells(page, "margin")[1] == speak("en").number(least)


def test_tasks_have_no_lever_of_projects(opened):
    page, _ = opened()
    live.move(page, "tasks.II.6")
    assert [page.locator(f"[name={name}]").is_visible() for name in ("delay_quarters", "stretch", "dropped")] == [
        True,
        False,
        False,
    ]


def test_where_all_is_dropped_tasks_alone_are_left(opened, programme):
    page, said = opened()
    live.move(page, "projects.*", dropped=True)
    assert page.evaluate(DRAWN) == expected(programme, bn.read_scenario("middle", {"projects.*.dropped": True}))
    assert (cells(page, "load")[1], said) == ("–", [])


def test_what_was_moved_is_said_in_words(opened):
    page, _ = opened()
    live.move(page, "projects.asset:airport", dropped=True)
    live.move(page, "tasks.II.6", delay_quarters=3)
    assert page.locator(".moved-levers").inner_text() == (
        "Airport (kind of asset) – Off the list: yes; "
        "task II.6 Adjusted provincial master plan – Shift later by, quarters: 3"
    )


def test_the_address_keeps_the_setting(opened):
    page, _ = opened()
    live.move(page, "projects.III.16", stretch=20)
    live.move(page, "tasks.*", delay_quarters=5)
    other, said = opened(mark=live.address(page))
    assert other.evaluate(DRAWN) == page.evaluate(DRAWN)
    assert other.locator(".moved-levers").inner_text() == page.locator(".moved-levers").inner_text()
    assert said == []


@pytest.mark.parametrize(
    "told", ["tasks.II.6.stretch=5", "tasks.II.6.dropped=true", "tasks.XX.delay_quarters=1", "projects.I.1.overrun=5"]
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
        ("middle", {"phasing.delay_from": "2027Q1", "tasks.II.7.delay_quarters": 3, "projects.III.2.overrun": 9.0}),
    ],
)
def test_the_setting_as_a_file_gives_the_same_timeline_in_python(opened, programme, tmp_path, scenario, levers):
    page, said = opened(scenario=scenario, levers=levers)
    live.move(page, "projects.*", delay_quarters=2, stretch=12)
    live.move(page, "tasks.group:II", delay_quarters=1)
    live.move(page, "projects.I.13", dropped=True)
    story = live.file_of(page, tmp_path)
    assert (page.evaluate(DRAWN), said) == (expected(programme, story), [])


def test_the_two_languages_do_not_mix(opened):
    said = {}
    for lang in ("en", "vi"):
        page, _ = opened(lang)
        live.move(page, "projects.asset:airport", stretch=12, dropped=True)
        live.move(page, "tasks.*", delay_quarters=3)
        said[lang] = page.evaluate(look.SAID)
    assert (look.english_words(said["vi"], said["en"]), look.vietnamese_words(said["en"])) == (set(), set())


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_on_a_phone_nothing_is_cut_and_on_paper_the_controls_are_gone(opened, lang):
    page, _ = opened(lang, width=390)
    live.move(page, "tasks.II.6", delay_quarters=3)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(look.CUT) == []
    page.emulate_media(media="print")
    seen = [page.locator(f"form.live {part}").first.is_visible() for part in (".levers", ".buttons", ".state", "table")]
    page.emulate_media(media="screen")
    assert seen == [False, False, True, True]
