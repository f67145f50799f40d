"""A panel names what was moved, takes each move back, and shows what would be without any."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest

import bnplan_lib as bn

INDUSTRY, SERVICES, POSITION = "bn-growth-industry", "bn-growth-services", "bn-targets-position"


@pytest.fixture(autouse=True)
def person(monkeypatch):
    """Panels are drawn where a person can move them, as voila serves them."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")


@pytest.fixture(scope="module")
def programme():
    return bn.read_programme()


def panel_of(kind, programme, scenario="middle", levers=None):
    """Return a panel as its user finds it."""
    return getattr(bn.explore, kind)(programme, bn.read_scenario(scenario, levers), "en")


def part(panel, name):
    """Return the part of a panel that has a class."""
    waiting = [panel]
    while waiting:
        one = waiting.pop()
        if name in getattr(one, "_dom_classes", ()):
            return one
        waiting.extend(getattr(one, "children", ()))
    raise LookupError(name)


def chips(panel):
    """Return what the panel says was moved."""
    return [chip.description for chip in part(panel, "bn-moved").children]


def take_back(panel, place=0):
    """Press the button of a move."""
    part(panel, "bn-moved").children[place].click()


def figure(panel):
    """Return the live figure."""
    return next(
        box.children[0] for box in panel.children if getattr(box, "children", ()) and "data" in dir(box.children[0])
    )


def marks(panel, trace):
    """Return where the marks of a trace of growth stand, by label."""
    drawn = figure(panel).data[trace]
    x = np.frombuffer(base64.b64decode(drawn.x["bdata"]), drawn.x["dtype"])  # as plotly sends numbers
    return dict(zip(drawn.y, x, strict=True))


def rows(panel, name):
    """Return the cells of the small table under the figure, its head first."""
    found = re.search(
        rf'<table class="{name}">.*?</table>',
        "".join(getattr(one, "value", "") or "" for one in panel.children if "HTML" in type(one).__name__),
    )
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in found[0].split("<tr")[1:]]


def test_a_move_is_named_and_its_mark_stands_beside_that_of_the_programme(programme):
    panel = panel_of("growth", programme)
    part(panel, INDUSTRY).value = 13.65
    assert chips(panel) == ["Growth of industry: 13.65%"]
    assert marks(panel, 1)["Industry"] == pytest.approx(13.65)
    assert marks(panel, 2)["Industry"] == pytest.approx(12.65)  # the middle of 12 to 13.3


def test_the_numbers_tell_what_would_be_without_a_move(programme):
    panel = panel_of("growth", programme)
    before = rows(panel, "bn-outlook")
    part(panel, INDUSTRY).value = 13.65
    after = rows(panel, "bn-outlook")
    assert before[0] == ["Target", "As printed", "Nothing moved", "Now", "Standing"]
    assert [row[2] for row in before] == [row[2] for row in after]
    assert all(row[2] == row[3] for row in before[1:])
    assert after[1][3] != before[1][3]


def test_a_move_from_a_scenario_is_still_compared_with_the_programme(programme):
    panel = panel_of("growth", programme, "high")
    assert marks(panel, 1)["Industry"] == pytest.approx(13.3)
    assert marks(panel, 2)["Industry"] == pytest.approx(12.65)


def test_one_move_is_taken_back_and_the_others_stay(programme):
    panel = panel_of("growth", programme)
    part(panel, INDUSTRY).value = 13.65
    part(panel, SERVICES).value = 9.0
    take_back(panel)
    assert chips(panel) == ["Growth of services: 9%"]
    assert (part(panel, INDUSTRY).value, marks(panel, 1)["Industry"]) == pytest.approx((12.65, 12.65))
    assert marks(panel, 1)["Services"] == pytest.approx(9)


def test_the_position_moves_the_rates_and_its_way_back_leaves_a_rate_set_since(programme):
    panel = panel_of("growth", programme)
    part(panel, POSITION).value = 1
    assert (part(panel, INDUSTRY).value, part(panel, SERVICES).value) == pytest.approx((13.3, 9.2))
    part(panel, SERVICES).value = 9.5
    take_back(panel)
    assert (part(panel, INDUSTRY).value, part(panel, SERVICES).value) == pytest.approx((12.65, 9.5))


def test_the_position_overrides_rates_that_the_scenario_sets(programme):
    panel = panel_of("growth", programme, levers={"growth.industry": 15.0})
    part(panel, POSITION).value = 0
    assert marks(panel, 1)["Industry"] == pytest.approx(12)
    take_back(panel)
    assert marks(panel, 1)["Industry"] == pytest.approx(15)


def test_a_position_put_where_it_was_is_still_named_if_it_overrides_rates(programme):
    panel = panel_of("growth", programme, levers={"growth.industry": 15.0})
    part(panel, POSITION).value = 0
    part(panel, POSITION).value = 0.5
    assert (len(chips(panel)), marks(panel, 1)["Industry"]) == (1, pytest.approx(12.65))


def test_a_share_leaves_the_rest_to_industry_and_construction(programme):
    panel = panel_of("growth", programme)
    before = marks(panel, 1)["<b>GRDP</b>"]
    part(panel, "bn-base-year-share-services").value += 5
    assert marks(panel, 1)["<b>GRDP</b>"] < before - 0.1  # services grow slower than industry
    take_back(panel)
    assert marks(panel, 1)["<b>GRDP</b>"] == pytest.approx(before)


def test_a_move_to_where_the_lever_was_is_none(programme):
    panel = panel_of("growth", programme)
    part(panel, INDUSTRY).value = 13.65
    part(panel, INDUSTRY).value = 12.65
    assert chips(panel) == []


def picked(panel, *places):
    """Pick projects by their places in the document."""
    table = next(one for one in panel.children if hasattr(one, "selected_rows"))
    table.selected_rows = list(places)
    return part(panel, "bn-project-picked")


def test_different_values_of_picked_projects_are_told_until_a_move_sets_all(programme):
    panel = panel_of("investment", programme)
    picked(panel, 0)
    part(panel, "bn-projects-all-overrun").value = 20
    told = picked(panel, 0, 1)
    assert told.value.partition("<br>")[2] == "Cost overrun, %: values differ, 0% to 20%; a move sets all"
    part(panel, "bn-projects-all-overrun").value = 30
    assert "differ" not in told.value
    assert [one.rpartition(": ")[2] for one in chips(panel)] == ["30%", "30%"]


def test_a_project_taken_back_leaves_the_other_and_the_slider_follows(programme):
    panel = panel_of("investment", programme)
    told = picked(panel, 0, 1)
    part(panel, "bn-projects-all-overrun").value = 30
    take_back(panel, 1)
    assert part(panel, "bn-projects-all-overrun").value == 30
    assert "values differ, 0% to 30%" in told.value
    take_back(panel)
    assert (part(panel, "bn-projects-all-overrun").value, chips(panel)) == (0, [])


def test_investment_shows_the_list_and_its_sums_without_a_move(programme):
    panel = panel_of("investment", programme)
    before = rows(panel, "bn-load")
    picked(panel, 0)
    part(panel, "bn-project-dropped").value = True
    after = rows(panel, "bn-load")
    assert before[0] == ["What follows", "Nothing moved", "Now"]
    assert [row[1] for row in after] == [row[1] for row in before]
    assert all(row[1] == row[2] for row in before[1:])
    assert after[1][2] != after[1][1]


def test_a_class_that_the_scenario_sets_is_what_a_project_was(programme):
    panel = panel_of("investment", programme, levers={"projects.*.overrun": 20.0})
    told = picked(panel, 0)
    assert part(panel, "bn-projects-all-overrun").value == 20
    part(panel, "bn-projects-all-overrun").value = 0
    assert [one.rpartition(": ")[2] for one in chips(panel)] == ["0%"]
    take_back(panel)
    assert (part(panel, "bn-projects-all-overrun").value, chips(panel), "differ" in told.value) == (20, [], False)


def test_a_task_taken_back_holds_its_pair_again(programme):
    panel = panel_of("timeline", programme)
    part(panel, "bn-timeline-items").value = ("tasks:II.6",)
    part(panel, "bn-timeline-delay").value = 1
    assert rows(panel, "bn-pairs")[1:]  # what waits for it
    take_back(panel)
    assert (part(panel, "bn-timeline-delay").value, chips(panel)) == (0, [])


def test_an_economy_taken_back_judges_the_ties_as_before(programme):
    panel = panel_of("audit", programme)
    part(panel, "bn-base-year-grdp-bn-vnd").value = 300_000
    assert rows(panel, "bn-changed")[1:]
    take_back(panel)
    assert "Every tie is judged as in the programme" in next(
        one.value for one in panel.children if "bn-changed" in str(getattr(one, "value", ""))
    )
