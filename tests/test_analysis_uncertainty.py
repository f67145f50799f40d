"""How sure is it: against exact answers, plain draws, and itself on other workers."""

import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, spearmanr
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.draws import drawn, spread_of, uniforms
from bnplan_lib.analysis.histogram import BINS, Histogram, quantile
from bnplan_lib.analysis.uncertainty import BLOCK, simulate
from bnplan_lib.errors import PlanError, ScenarioError, UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.distributions import Distribution
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.measures import goals_of

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
UNCERTAIN = bn.read_scenario("uncertain")
GROWTH = ["A.I.1", "A.I.1.1", "A.I.1.2", "A.I.1.2.industry", "A.I.1.2.construction", "A.I.1.3", "A.I.1.4"]
SERVICES, INDUSTRY = "growth.services", "growth.industry"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", {"base_year.construction_share": 25.0}, folder)


def uncertain(story, correlations=None, **distributions):
    """Return a scenario with distributions; a lever's key has _ for its dot."""
    named = {key.replace("_", ".", 1): one for key, one in distributions.items()}
    return replace(story, uncertainty=named, correlations=correlations or {})


def plain(story, draws, seed, programme=PROGRAMME):
    """Return the economy of every draw at once, drawn block by block."""
    basis = basis_of(programme)
    spread = spread_of(programme, basis, story)
    sizes = [min(BLOCK, draws - start) for start in range(0, draws, BLOCK)]
    shares = [uniforms(spread, np.random.SeedSequence(seed, spawn_key=(b,)), size) for b, size in enumerate(sizes)]
    return Economy(basis, drawn(basis, story.values, spread, np.hstack(shares)))


def row(result, target_id):
    return result.targets.set_index("target_id").loc[target_id]


@pytest.mark.parametrize("draws", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_two_workers_give_exactly_what_one_gives(draws):
    one, two = (simulate(PROGRAMME, UNCERTAIN, draws, 7, workers) for workers in (1, 2))
    for name in ("targets", "joint", "fans"):
        assert getattr(one, name).equals(getattr(two, name))


def test_another_seed_draws_others():
    one, other = (simulate(PROGRAMME, UNCERTAIN, 1000, seed) for seed in (1, 2))
    assert not one.targets.equals(other.targets)
    assert one.targets.equals(simulate(PROGRAMME, UNCERTAIN, 1000, 1).targets)


def test_the_first_draws_are_the_same_however_many_follow():
    few, many = (plain(UNCERTAIN, draws, 3) for draws in (BLOCK, 2 * BLOCK))
    assert np.array_equal(few.grdp, many.grdp[:, :BLOCK])


@pytest.mark.parametrize(("low", "high"), [(0.0, 20.0), (2.0, 8.0), (-5.0, 15.0)])
def test_a_uniform_sector_meets_the_headline_as_often_as_it_passes_the_required_rate(toy, low, high):
    # METHODS: the headline is met where services reach the rate that alone brings it to its low end, 5 per cent
    needed = bn.required_rate(*toy, "services", 0.05) * 100
    exact = min(max((high - needed) / (high - low), 0), 1)
    result = simulate(toy[0], uncertain(toy[1], growth_services=Distribution("uniform", (low, high))), 50_000)
    found = row(result, "A.I.1")
    assert abs(found["probability"] - exact) <= 4 * math.sqrt(exact * (1 - exact) / 50_000)
    assert found["error"] == pytest.approx(math.sqrt(found["probability"] * (1 - found["probability"]) / 50_000))


@pytest.mark.parametrize("together", [-0.8, 0.0, 0.5, 1.0])
def test_two_correlated_normals_meet_both_targets_as_often_as_their_quadrant_says(together):
    # both means on the target: a quarter, and arcsin r / 2 pi more where they go together
    story = uncertain(
        MIDDLE,
        {(INDUSTRY, SERVICES): together},
        growth_services=Distribution("normal", (8.5, 0.5), limits=(-90.0, 100.0)),
        growth_industry=Distribution("normal", (12.0, 0.5), limits=(-90.0, 100.0)),
    )
    result = simulate(PROGRAMME, story, 40_000, targets=["A.I.1.3", "A.I.1.2.industry"])
    exact = 0.25 + math.asin(together) / (2 * math.pi)
    joint = result.joint.set_index("targets").loc["all", "probability"]
    assert abs(joint - exact) <= 4 * math.sqrt(exact * (1 - exact) / 40_000)


@pytest.mark.parametrize("together", [-0.6, 0.3, 0.9])
def test_levers_of_any_distribution_go_together_as_their_ranks_should(together):
    story = uncertain(
        MIDDLE,
        {(INDUSTRY, SERVICES): together},
        growth_services=Distribution("pert", (5.0, 9.0, 10.0)),
        growth_industry=Distribution("triangular", (8.0, 9.0, 15.0)),
    )
    rates = plain(story, 40_000, 1).rates
    found = spearmanr(rates[1, 0], rates[3, 0]).statistic
    assert found == pytest.approx(6 / math.pi * math.asin(together / 2), abs=0.02)


def test_perfectly_correlated_levers_move_as_one():
    one = Distribution("uniform", (-2.0, 2.0), added=True)
    story = uncertain(MIDDLE, {(INDUSTRY, SERVICES): 1.0}, growth_industry=one, growth_services=one)
    rates = plain(story, 5000, 1).rates
    assert rates[1, 0] - 0.1265 == pytest.approx(rates[3, 0] - 0.0885, abs=1e-9)


def test_levers_outside_a_group_stay_independent():
    rates = plain(UNCERTAIN, 40_000, 1).rates
    assert abs(spearmanr(rates[0, 0], rates[1, 0]).statistic) < 0.02


def test_each_draw_is_spread_as_its_distribution():
    story = uncertain(MIDDLE, growth_services=Distribution("normal", (8.0, 1.0), limits=(-90.0, 100.0)))
    result = row(simulate(PROGRAMME, story, 100_000), "A.I.1.3")
    for share, name in ((0.05, "q05"), (0.25, "q25"), (0.5, "q50"), (0.95, "q95")):
        error = math.sqrt(share * (1 - share) / 100_000) / norm.pdf(norm.ppf(share))
        assert abs(result[name] * 100 - norm.ppf(share, 8)) <= 4 * error
    assert result["mean"] == pytest.approx(0.08, abs=4e-2 / math.sqrt(100_000))


def test_quantiles_are_those_of_the_draws_to_the_width_of_a_bin():
    result = simulate(PROGRAMME, UNCERTAIN, 3 * BLOCK, 5)
    now = plain(UNCERTAIN, 3 * BLOCK, 5)
    for target_id, goal in goals_of(PROGRAMME).items():
        values = np.broadcast_to(goal.measure.of(now), 3 * BLOCK)
        width = 3 * np.ptp(values) / BINS
        found = row(result, target_id)[["q05", "q25", "q50", "q75", "q95"]].tolist()
        assert found == pytest.approx(np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)).tolist(), abs=width + 1e-12)
        assert row(result, target_id)["probability"] == goal.met(values).mean()


def test_fans_are_quantiles_year_by_year():
    fans = simulate(PROGRAMME, UNCERTAIN, BLOCK, 5, fans=("growth",)).fans.set_index(["year", "share"])["value"]
    growth = plain(UNCERTAIN, BLOCK, 5).growth
    for place, year in enumerate(PROGRAMME.years):
        wanted = np.quantile(growth[place], (0.05, 0.5, 0.95))
        assert fans.loc[[(year, 0.05), (year, 0.5), (year, 0.95)]].tolist() == pytest.approx(wanted, abs=2e-4)


def test_a_pole_far_out_leaves_the_quantiles_sharp():
    # growth of nearly nil in some draws: ICOR runs to millions there
    values = np.concatenate([np.linspace(3, 4, 10_000), [1e9, -1e9]])[None]
    histogram = Histogram.around(values)
    histogram.add(values)
    assert quantile(histogram, 0, 0.5) == pytest.approx(3.5, abs=1e-3)
    assert quantile(histogram, 0, 0.95) == pytest.approx(3.95, abs=1e-3)


def test_what_cannot_vary_is_certain():
    one = Distribution("discrete", ((9.0,), (1.0,)))
    result = simulate(PROGRAMME, uncertain(MIDDLE, growth_services=one), 500)
    services = row(result, "A.I.1.3")
    assert (services["probability"], services["error"]) == (1, 0)
    assert services[["mean", "q05", "q50", "q95"]].tolist() == pytest.approx([0.09] * 4, abs=1e-9)
    assert row(result, "A.I.3")["probability"] in (0, 1)


def test_a_draw_is_added_to_every_year():
    rates = (8.0, 9.0, 10.0, 11.0, 12.0)
    story = uncertain(
        move_levers(MIDDLE, {SERVICES: rates}), growth_services=Distribution("uniform", (-1.0, 1.0), added=True)
    )
    services = plain(story, 100, 1).rates[3]
    assert (services - np.array(rates)[:, None] / 100).std(axis=0) == pytest.approx(np.zeros(100), abs=1e-12)
    assert np.ptp(services[0]) > 0.015


def test_a_rate_that_follows_its_target_is_added_to_where_the_position_is_drawn():
    story = uncertain(
        MIDDLE,
        growth_services=Distribution("uniform", (-0.01, 0.01), added=True),
        targets_position=Distribution("discrete", ((0.0, 1.0), (1.0, 1.0))),
    )
    services = plain(story, 1000, 1).rates[3, 0]
    assert ((np.abs(services - 0.085) < 1.1e-4) | (np.abs(services - 0.092) < 1.1e-4)).all()


def test_an_added_normal_stays_within_the_bounds_of_its_lever():
    story = uncertain(
        move_levers(MIDDLE, {SERVICES: (-80.0, 0.0, 0.0, 0.0, 95.0)}),
        growth_services=Distribution("normal", (0.0, 50.0), added=True),
    )
    services = plain(story, 5000, 1).rates[3]
    assert services.min() >= -0.9 - 1e-12
    assert services.max() <= 1 + 1e-12


def test_all_targets_at_once_are_no_likelier_than_each():
    result = simulate(PROGRAMME, UNCERTAIN, 5000)
    joint = result.joint.set_index("targets")
    growth = result.targets[result.targets["sector"] != ""]
    assert joint.loc["growth", "count"] == len(growth) == 7
    assert joint.loc["growth", "probability"] <= growth["probability"].min()
    assert joint.loc["all", "probability"] <= min(
        result.targets["probability"].min(), joint.loc["growth", "probability"]
    )


def test_no_growth_target_asked_for_has_no_joint_chance():
    joint = simulate(PROGRAMME, UNCERTAIN, 100, targets=["A.I.2"]).joint.set_index("targets")
    assert np.isnan(joint.loc["growth", "probability"])
    assert joint.loc["all", "count"] == 1


def test_a_figure_without_a_value_is_missing_and_not_met():
    story = replace(UNCERTAIN, values={**UNCERTAIN.values, "base_year.construction_share": 0.0})
    missing = row(simulate(PROGRAMME, story, 500), "A.I.1.2.construction")
    assert missing["probability"] == 0
    assert missing[["mean", "q05", "q95"]].isna().all()


def test_draws_that_could_leave_a_levers_bounds_are_refused():
    story = uncertain(
        move_levers(MIDDLE, {SERVICES: 99.0}), growth_services=Distribution("uniform", (-1.0, 2.0), added=True)
    )
    with pytest.raises(
        ScenarioError, match=r"uncertainty.growth.services: must stay between -90 and 100, found 98 to 101"
    ):
        simulate(PROGRAMME, story, 100)


def test_a_draw_in_place_of_five_yearly_rates_is_refused():
    story = uncertain(move_levers(MIDDLE, {SERVICES: (8.0,) * 5}), growth_services=Distribution("uniform", (8.0, 9.0)))
    with pytest.raises(ScenarioError, match="a value for each year: set added = true"):
        simulate(PROGRAMME, story, 100)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"draws": 0}, "draws must be a whole number of at least 1, found 0"),
        ({"draws": 1e6}, "draws must be a whole number of at least 1, found 1000000.0"),
        ({"workers": 0}, "workers must be a whole number of at least 1"),
        ({"seed": -1}, "seed must be a whole number of at least 0, found -1"),
        ({"fans": ("gdp",)}, "no quantity with a fan 'gdp'; "),
    ],
)
def test_a_wrong_question_is_said(given, message):
    with pytest.raises(PlanError, match=message):
        simulate(PROGRAMME, UNCERTAIN, **{"draws": 10, **given})


def test_a_scenario_without_distributions_has_nothing_to_draw():
    with pytest.raises(PlanError, match=r"scenario middle: has no \[uncertainty\]"):
        simulate(PROGRAMME, MIDDLE)


def test_an_unknown_target_is_refused():
    with pytest.raises(UnknownName, match=r"no target that growth decides 'A\.I\.9'"):
        simulate(PROGRAMME, UNCERTAIN, 10, targets=["A.I.9"])


def test_memory_does_not_grow_with_the_draws():
    peaks = []
    for draws in (100_000, 1_000_000):
        tracemalloc.start()
        simulate(PROGRAMME, UNCERTAIN, draws, targets=GROWTH, fans=())
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[0] < 100
    assert peaks[1] < peaks[0] * 1.2
