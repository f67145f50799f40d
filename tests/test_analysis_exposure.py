"""Draws of overruns and delays: exact cases, a plain loop, and the same on any number of processes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import bnplan_lib as bn
from bnplan_lib.analysis.exposure import BLOCK
from bnplan_lib.analysis.risks import risks_of
from bnplan_lib.errors import PlanError
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.distributions import Distribution

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
UNCERTAIN = bn.read_scenario("uncertain")


def drawn(uncertainty, **levers):
    return replace(move_levers(MIDDLE, levers), uncertainty=uncertainty)


def test_an_overrun_that_is_always_the_same_is_the_scenario_with_it():
    fixed = Distribution("discrete", ((20.0,), (1.0,)))
    result = bn.simulate_exposure(PROGRAMME, drawn({"projects.*.overrun": fixed}), draws=200)
    over = bn.investment_envelope(PROGRAMME, bn.read_scenario("costs_over"))
    assert result.years["mean"].tolist() == pytest.approx(over["listed_bn_vnd"].tolist())
    assert result.years["over"].tolist() == [float(one) for one in over["listed_share"] > 1]


def test_one_coin_for_one_project_gives_its_chance():
    # the load of 2026 is 210,174 of 217,810; half as much again for II.2 (25,127 a year) takes it over
    coin = Distribution("discrete", ((0.0, 50.0), (0.7, 0.3)))
    result = bn.simulate_exposure(PROGRAMME, drawn({"projects.II.2.overrun": coin}), draws=40_000)
    row = result.years.set_index("year").loc[2026]
    assert row["over"] == pytest.approx(0.3, abs=4 * row["over_error"])
    assert result.chances.set_index("event").loc["peak_over", "probability"] == row["over"]


def test_draws_by_a_plain_loop_agree():
    one = Distribution("uniform", (0.0, 60.0))
    story = drawn(
        {
            "projects.sector:manufacturing.overrun": one,
            "projects.II.1.delay_quarters": Distribution("uniform", (0.0, 12.0)),
        }
    )
    result = bn.simulate_exposure(PROGRAMME, story, draws=20_000, seed=3)
    random = np.random.default_rng(5)
    rows = PROGRAMME.projects[PROGRAMME.projects["sector"] == "manufacturing"]["id"]
    load = []
    for _ in range(600):  # ties between draws change no mean
        moved = {f"projects.{key}.overrun": random.uniform(0, 60) for key in rows}
        moved["projects.II.1.delay_quarters"] = random.uniform(0, 12)
        load.append(bn.investment_envelope(PROGRAMME, move_levers(MIDDLE, moved))["listed_bn_vnd"].to_numpy())
    error = np.std(load, axis=0) / np.sqrt(len(load))
    assert (np.abs(result.years["mean"] - np.mean(load, axis=0)) < 5 * error + 1e-6).all()


def test_the_narrowest_class_counts_and_each_project_is_drawn_once_a_lever():
    risks = risks_of(PROGRAMME, UNCERTAIN).risks
    counted = np.bincount(np.concatenate([risk.projects for risk in risks if risk.lever == "overrun"]), minlength=56)
    assert (counted == 1).all()
    airport = next(risk for risk in risks if len(risk.projects) == 1 and risk.lever == "overrun")
    assert PROGRAMME.projects["id"].iloc[airport.projects[0]] == "II.1"


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_draws_of_two_projects_have_the_correlation_of_the_lever(correlation):
    even = Distribution("uniform", (0.0, 1.0))
    story = drawn({"projects.*.overrun": even}, **{"phasing.risk_correlation": correlation})
    shares = risks_of(PROGRAMME, story).drawn(np.random.default_rng(1), 20_000)["overrun"][[3, 40]]
    assert np.corrcoef(stats.norm.ppf(shares))[0, 1] == pytest.approx(correlation, abs=0.03)


def test_added_draws_stand_on_what_the_scenario_sets():
    fixed = Distribution("discrete", ((10.0,), (1.0,)), added=True)
    story = drawn({"projects.*.overrun": fixed}, **{"projects.II.1.overrun": 5.0})
    moved = risks_of(PROGRAMME, story).drawn(np.random.default_rng(1), 3)["overrun"]
    airport = list(PROGRAMME.projects["id"]).index("II.1")
    assert set(moved[airport]) == {15.0}
    assert set(np.delete(moved, airport, axis=0).ravel()) == {10.0}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_on_any_number_of_processes():
    draws = 3 * BLOCK + 17
    one, two = (bn.simulate_exposure(PROGRAMME, UNCERTAIN, draws=draws, seed=7, workers=count) for count in (1, 2))
    for name in ("years", "totals", "chances"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_chances_are_in_order():
    result = bn.simulate_exposure(PROGRAMME, UNCERTAIN, draws=5_000)
    chances = result.chances.set_index("event")["probability"]
    assert chances["peak_over"] <= chances["any_over"] <= chances["any_over_limit"]
    assert result.years["peak"].sum() == pytest.approx(1)
    assert (result.years["over"] <= result.years["over_limit"]).all()


def test_without_growth_drawn_the_envelope_is_one_number():
    even = Distribution("uniform", (0.0, 1.0))
    years = bn.simulate_exposure(PROGRAMME, drawn({"projects.II.1.overrun": even}), draws=500).years
    envelope = bn.investment_envelope(PROGRAMME, MIDDLE)["envelope_bn_vnd"]
    assert years["envelope_q05"].to_numpy() == pytest.approx(envelope.to_numpy(), rel=1e-5)


def test_a_scenario_without_distributions_of_projects_is_refused():
    with pytest.raises(PlanError, match=r"scenario middle: has no \[uncertainty\] of a project"):
        bn.simulate_exposure(PROGRAMME, MIDDLE)


def test_distributions_are_borrowed_where_a_scenario_has_none():
    story = bn.read_scenario("costs_over", uncertainty="uncertain")
    assert story.uncertainty == UNCERTAIN.uncertainty
    assert story.values["projects.*.overrun"] == 20


@pytest.mark.parametrize(
    ("key", "mean"),
    [
        ("*", 27.6),
        ("asset:road", 20.4),
        ("asset:bridge", 33.8),
        ("asset:airport", 39),
        ("sector:ports_logistics", 32),
        ("sector:dykes_irrigation", 20),
    ],
)
def test_assumed_overruns_have_the_published_means(key, mean):
    low, mode, high = UNCERTAIN.uncertainty[f"projects.{key}.overrun"].numbers
    assert (low + 4 * mode + high) / 6 == pytest.approx(mean, abs=0.15)
