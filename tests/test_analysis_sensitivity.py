"""Which uncertain lever matters most: by hand, by formula, and against another library."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.draws import of_growth
from bnplan_lib.analysis.growth import growth_targets
from bnplan_lib.analysis.sensitivity import sensitivity, tornado
from bnplan_lib.errors import PlanError
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.distributions import Distribution
from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import basis_of
from bnplan_lib.model.measures import MEASURES

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
UNCERTAIN = bn.read_scenario("uncertain")
SERVICES, INDUSTRY, EMPLOYMENT = "growth.services", "growth.industry", "macro.employment_growth"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = write_toy(tmp_path_factory.mktemp("toy"))
    return bn.read_programme(folder), bn.read_scenario("middle", {"base_year.construction_share": 25.0}, folder)


def drawn(story, distributions, correlations=None):
    return replace(story, uncertainty=distributions, correlations=correlations or {})


def value(story, target_id):
    return growth_targets(PROGRAMME, story).set_index("target_id")["value"][target_id]


def test_a_swing_by_hand(toy):
    # tails of a uniform 0 to 20: 2 and 18 per cent on services of 200; the others end at what they do at 1, 10 and 0
    story = drawn(toy[1], {SERVICES: Distribution("uniform", (0.0, 20.0))})
    others = 100 * 1.01**5 + 600 * 1.1**5 + 100
    low, high = (((others + 200 * rate**5) / 1000) ** 0.2 - 1 for rate in (1.02, 1.18))
    bar = tornado(toy[0], story, "A.I.1").iloc[0]
    assert bar[["low_value", "high_value"]].tolist() == pytest.approx([2, 18])
    assert bar[["low", "high", "swing"]].tolist() == pytest.approx([low, high, high - low])


def test_the_base_of_a_tornado_has_every_lever_at_its_median():
    story = drawn(
        MIDDLE,
        {SERVICES: Distribution("uniform", (4.0, 10.0)), INDUSTRY: Distribution("uniform", (-2.0, 0.0), added=True)},
    )
    medians = move_levers(MIDDLE, {SERVICES: 7.0, INDUSTRY: 11.65})
    assert tornado(PROGRAMME, story, "A.I.1")["base"].tolist() == pytest.approx([value(medians, "A.I.1")] * 2)


def test_bars_come_widest_first_and_each_is_one_lever_moved_alone():
    table = tornado(PROGRAMME, UNCERTAIN, "A.I.2")
    assert table["swing"].is_monotonic_decreasing
    assert sorted(table["lever"]) == sorted(of_growth(UNCERTAIN))
    assert (table["swing"] == (table["high"] - table["low"]).abs()).all()


def test_a_lever_that_does_not_enter_has_no_bar_and_no_share():
    one = Distribution("uniform", (-1.0, 1.0), added=True)
    base = Distribution("uniform", (400_000.0, 600_000.0))  # a rate does not depend on the level it starts from
    story = drawn(MIDDLE, {SERVICES: one, EMPLOYMENT: one, "base_year.grdp_bn_vnd": base})
    swings = tornado(PROGRAMME, story, "A.I.1").set_index("lever")["swing"]
    assert swings[[EMPLOYMENT, "base_year.grdp_bn_vnd"]].tolist() == [0, 0]
    assert sensitivity(PROGRAMME, story, "A.I.1", 64)["levers"].tolist() == [SERVICES]


def test_a_figure_that_no_lever_moves_has_an_empty_table():
    story = drawn(MIDDLE, {EMPLOYMENT: Distribution("uniform", (0.0, 1.0))})
    table = sensitivity(PROGRAMME, story, "A.I.1", 64)
    assert table.empty
    assert list(table.columns) == ["levers", "first", "first_error", "total", "total_error"]


def test_a_rare_value_still_enters():
    rare = Distribution("discrete", ((8.0, -5.0), (0.999, 0.001)))
    story = drawn(MIDDLE, {SERVICES: rare, INDUSTRY: Distribution("uniform", (11.0, 13.0))})
    assert set(sensitivity(PROGRAMME, story, "A.I.1", 64)["levers"]) == {SERVICES, INDUSTRY}


def test_tails_must_rise_from_0_to_1():
    for tails in ((0.9, 0.1), (-0.1, 0.5), (0.5, 1.5)):
        with pytest.raises(PlanError, match="tails: must rise from 0 to 1"):
            tornado(PROGRAMME, UNCERTAIN, "A.I.1", tails)


def test_a_product_of_two_levers_has_the_indices_of_its_formula():
    # trade = T x G(e): T uniform, e one of two; the variance of a product falls into three known parts
    story = drawn(
        MIDDLE,
        {
            "macro.trade": Distribution("uniform", (100.0, 260.0)),
            "macro.trade_elasticity": Distribution("discrete", ((0.2, 1.8), (1.0, 1.0))),
        },
    )
    sums = [value(move_levers(MIDDLE, {"macro.trade": 1.0, "macro.trade_elasticity": e}), "A.I.7") for e in (0.2, 1.8)]
    trade = (180, 160**2 / 12)
    sizes = (np.mean(sums), np.var(sums))
    whole = (trade[0] ** 2 + trade[1]) * (sizes[0] ** 2 + sizes[1]) - (trade[0] * sizes[0]) ** 2
    alone = np.array([trade[1] * sizes[0] ** 2, sizes[1] * trade[0] ** 2]) / whole
    table = sensitivity(PROGRAMME, story, "A.I.7", 4096).set_index("levers").loc[list(story.uncertainty)]
    both = 1 - alone.sum()
    assert both > 0.02
    assert (np.abs(table["first"] - alone) <= 2 * table["first_error"] + 1e-3).all()
    assert (np.abs(table["total"] - alone - both) <= 2 * table["total_error"] + 1e-3).all()


def test_a_nearly_linear_figure_divides_as_its_slopes_squared():
    sd = {SERVICES: 0.3, INDUSTRY: 0.2, EMPLOYMENT: 0.25}
    means = {SERVICES: 8.85, INDUSTRY: 12.65, EMPLOYMENT: 1.15}
    limits = (-20.0, 20.0)
    story = drawn(MIDDLE, {key: Distribution("normal", (means[key], sd[key]), limits=limits) for key in sd})
    parts = {}
    for key, wide in sd.items():
        ends = [value(move_levers(MIDDLE, {key: means[key] + side * wide}), "A.I.3") for side in (1, -1)]
        parts[key] = ((ends[0] - ends[1]) / 2) ** 2
    table = sensitivity(PROGRAMME, story, "A.I.3", 4096).set_index("levers")
    for key, part in parts.items():
        assert table.loc[key, "first"] == pytest.approx(part / sum(parts.values()), abs=0.02)
        assert table.loc[key, "total"] == pytest.approx(part / sum(parts.values()), abs=0.02)


def test_indices_agree_with_another_library():
    low, high = np.array([[6, 10, 0.5, 30], [11, 15, 1.8, 45]])
    keys = (SERVICES, INDUSTRY, "macro.capital_output_ratio", "macro.investment_ratio")
    low[2], high[2] = 2, 3.5
    ends = list(zip(keys, low, high, strict=True))
    story = drawn(MIDDLE, {key: Distribution("uniform", (a, b)) for key, a, b in ends})
    basis = basis_of(PROGRAMME)

    def figure(levers):
        return MEASURES["tfp_share"].of(Economy(basis, {**MIDDLE.values, **dict(zip(keys, levers, strict=True))}))

    uniform = [stats.uniform(a, b - a) for _, a, b in ends]
    other = stats.sobol_indices(func=figure, n=4096, dists=uniform, rng=np.random.default_rng(3))
    table = sensitivity(PROGRAMME, story, "B.I.3", 4096).set_index("levers").loc[list(keys)]
    room = 2 * table[["first_error", "total_error"]].to_numpy().T + 0.005
    assert (np.abs(table["first"].to_numpy() - other.first_order) <= room[0]).all()
    assert (np.abs(table["total"].to_numpy() - other.total_order) <= room[1]).all()


def test_correlated_levers_count_as_one_group():
    one = Distribution("uniform", (-1.0, 1.0), added=True)
    levers = {INDUSTRY: one, "growth.agriculture": one, SERVICES: one}
    story = drawn(MIDDLE, levers, {(INDUSTRY, SERVICES): 0.7})
    table = sensitivity(PROGRAMME, story, "A.I.1", 256)
    assert table["levers"].tolist() == [f"{INDUSTRY}; {SERVICES}", "growth.agriculture"]
    assert table["first"].sum() == pytest.approx(1, abs=0.03)


def test_the_only_group_explains_all():
    one = Distribution("uniform", (-1.0, 1.0), added=True)
    story = drawn(MIDDLE, {INDUSTRY: one, SERVICES: one}, {(INDUSTRY, SERVICES): 1.0})
    table = sensitivity(PROGRAMME, story, "A.I.1", 1024)
    assert table.to_numpy().tolist() == [[f"{INDUSTRY}; {SERVICES}", 1, 0, 1, 0]]


def test_the_same_seed_gives_the_same_indices():
    tables = [sensitivity(PROGRAMME, UNCERTAIN, "A.I.1", 64, seed) for seed in (0, 0, 1, 1)]
    assert tables[0].equals(tables[1])
    assert tables[2].equals(tables[3])
    assert not tables[0].equals(tables[2])


@pytest.mark.parametrize("samples", [0, 1, 100, -4, 64.0, True])
def test_samples_must_be_a_power_of_two(samples):
    with pytest.raises(PlanError, match="samples: must be a power of two, found"):
        sensitivity(PROGRAMME, UNCERTAIN, "A.I.1", samples)
