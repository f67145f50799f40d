"""The economy behind growth by hand on the toy programme, and its laws on the real one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import RATES, target_row, write_toy

import bnplan_lib as bn
from bnplan_lib.errors import Infeasible
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.economy import Economy, economy, macro_path
from bnplan_lib.model.growth import SECTORS

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
TOY_LEVERS = {
    "base_year.construction_share": 25.0,
    "macro.deflator_growth": 10.0,
    "macro.population_growth": 2.0,
    "macro.exchange_rate_growth": 5.0,
    "macro.employment_growth": 1.0,
    "macro.capital_share": 40.0,
    "macro.capital_output_ratio": 2.5,
    "macro.depreciation_rate": 6.0,
    "macro.trade_elasticity": 0.5,
    "macro.revenue_buoyancy": 1.2,
    "macro.income_elasticity": 0.5,
}
UNITS = {"A.I.4": {"unit": "percent_of_grdp"}, "A.I.5": {"unit": "ratio"}}
# GRDP of the toy: 1,000; then 101 + 495 + 165 + 220 + 100; then 102.01 + 544.5 + 181.5 + 242 + 100
Y0, Y1, Y2 = 1000, 1081, 1170.01
RATE = st.floats(-30, 40)
PATHS = st.lists(RATE, min_size=5, max_size=5).map(tuple)
SECTOR_PATHS = st.fixed_dictionaries({f"growth.{sector}": PATHS for sector in SECTORS})
TILT = st.floats(-20, 20)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    targets = [target_row(key, *ends) | UNITS.get(key, {}) for key, ends in RATES.items()]
    folder = write_toy(tmp_path_factory.mktemp("toy"), targets=targets)
    return economy(bn.read_programme(folder), bn.read_scenario("middle", TOY_LEVERS, folder))


def first(levels):
    """Return the first three years of a level, or the first two of a rate."""
    return list(levels[: len(levels) - 3, 0])


def real(**moved):
    """Return the real programme's economy, some levers moved; a double underscore stands for the dot."""
    return with_levers({key.replace("__", "."): value for key, value in moved.items()})


def with_levers(moved):
    return economy(PROGRAMME, move_levers(MIDDLE, moved))


def test_grdp_by_hand(toy):
    assert first(toy.grdp) == pytest.approx([Y0, Y1, Y2])
    assert first(toy.growth) == pytest.approx([81 / 1000, 89.01 / 1081])


def test_the_average_growth_of_several_sectors_is_that_of_their_sum(toy):
    # 200 x 1.1^5 + 100 over 300
    assert toy.sector_growth("services", "product_taxes")[0] == pytest.approx((422.102 / 300) ** 0.2 - 1)


def test_the_average_growth_is_geometric(toy):
    # 2030: 100 x 1.01^5 + 800 x 1.1^5 + 100
    assert toy.average_growth[0] == pytest.approx(((105.10100501 + 1288.408 + 100) / 1000) ** 0.2 - 1)


def test_prices_and_grdp_at_current_prices_by_hand(toy):
    assert first(toy.deflator) == pytest.approx([1, 1.1, 1.21])
    assert first(toy.nominal) == pytest.approx([1000, 1081 * 1.1, 1170.01 * 1.21])


def test_people_and_the_exchange_rate_by_hand(toy):
    assert first(toy.population) == pytest.approx([1000, 1020, 1040.4])
    assert first(toy.exchange_rate) == pytest.approx([20_000, 21_000, 22_050])


def test_grdp_per_head_by_hand(toy):
    # 1,000 bn VND for 1,000 people are 1 bn VND each: 50,000 USD at 20,000 VND
    expected = [50_000, 1189.1e9 / 1020 / 21_000, 1415.7121e9 / 1040.4 / 22_050]
    assert first(toy.per_head_usd) == pytest.approx(expected)


def test_productivity_by_hand(toy):
    assert first(toy.employment_growth) == pytest.approx([0.01, 0.01])
    assert first(toy.productivity_growth) == pytest.approx([1.081 / 1.01 - 1, 1170.01 / 1081 / 1.01 - 1])


def test_the_average_growth_of_productivity_is_geometric(toy):
    assert toy.average_productivity_growth[0] == pytest.approx((1 + toy.average_growth[0]) / 1.01 - 1)


def test_jobs_left_by_the_productivity_target_by_hand(toy):
    # the toy's A.I.3 is 5 per cent a year
    assert first(toy.employment_implied) == pytest.approx([1.081 / 1.05 - 1, 1170.01 / 1081 / 1.05 - 1])


def test_investment_by_hand(toy):
    # 30 per cent in 2025 as planned, then 40, the middle of A.I.4's 30 to 50
    assert first(toy.investment) == pytest.approx([300, 432.4, 468.004])
    assert toy.investment_share[0] == pytest.approx(0.4)


def test_icor_by_both_definitions_by_hand(toy):
    assert first(toy.icor_yearly) == pytest.approx([0.4 / 0.081, 0.4 * 1081 / 89.01])
    # 2028 and 2029 as in the first years, 2030 as above; the rise is 493.5
    invested = 0.4 * (Y1 + Y2 + 103.0301 + 800 * 1.331 + 100 + 104.060401 + 800 * 1.4641 + 100 + 1493.50900501)
    assert toy.icor[0] == pytest.approx(invested / 493.50900501)


def test_the_need_by_both_definitions_by_hand(toy):
    # the middle of A.I.5's 3 to 5
    assert first(toy.need) == pytest.approx([4 * 81, 4 * 89.01])
    assert first(toy.need_yearly) == pytest.approx([4 * 0.081 * 1081, 4 * 89.01 / 1081 * 1170.01])


def test_capital_by_hand(toy):
    # 2.5 times 1,000; 94 per cent of it stay, and last year's investment comes on top
    assert first(toy.capital) == pytest.approx([2500, 0.94 * 2500 + 300, 0.94 * 2650 + 432.4])


def test_growth_accounting_by_hand(toy):
    parts = {name: first(part) for name, part in toy.accounting.items()}
    assert parts["capital"] == pytest.approx([0.4 * 150 / 2500, 0.4 * (2923.4 / 2650 - 1)])
    assert parts["labour"] == pytest.approx([0.006, 0.006])
    assert parts["tfp"][0] == pytest.approx(0.081 - 0.024 - 0.006)


def test_the_tfp_share_is_a_sum_over_a_sum(toy):
    assert toy.tfp_share[0] == pytest.approx(sum(toy.accounting["tfp"][:, 0]) / sum(toy.growth[:, 0]))


def test_trade_by_hand(toy):
    # half of real growth
    assert first(toy.trade) == pytest.approx([10, 10 * 1.0405, 10 * 1.0405 * (1 + 0.5 * 89.01 / 1081)])


def test_revenue_by_hand(toy):
    # 1.2 times nominal growth: 1,189.1 over 1,000, then 1,415.7121 over 1,189.1
    expected = [100, 100 * (1 + 1.2 * 0.1891), 122.692 * (1 + 1.2 * (1415.7121 / 1189.1 - 1))]
    assert first(toy.revenue) == pytest.approx(expected)


def test_mobilisation_is_the_revenue_of_all_years_over_their_nominal_grdp(toy):
    assert toy.mobilisation[0] == pytest.approx(sum(toy.revenue[1:, 0]) / sum(toy.nominal[1:, 0]))


def test_income_by_hand(toy):
    # half the growth of nominal GRDP per head: 1.1891 / 1.02, then 1,415.7121 / 1,189.1 / 1.02
    factors = [1 + 0.5 * (1.1891 / 1.02 - 1), 1 + 0.5 * (1415.7121 / 1189.1 / 1.02 - 1)]
    assert first(toy.income) == pytest.approx([5, 5 * factors[0], 5 * factors[0] * factors[1]])


def test_the_table_shows_the_base_year_without_rates():
    table = macro_path(PROGRAMME, MIDDLE).set_index("year")
    assert list(table.index) == [2025, 2026, 2027, 2028, 2029, 2030]
    assert set(table.columns[table.loc[2025].isna()]) == {
        "growth", "employment_growth", "productivity_growth", "employment_growth_implied", "icor_yearly",
        "need_rise_bn_vnd", "need_yearly_bn_vnd", "capital_part", "labour_part", "tfp_part",
    }  # fmt: skip
    assert table.loc[2026:].notna().all(axis=None)


def test_a_lever_that_follows_a_missing_target_needs_a_value(toy):
    targets = {name: target for name, target in toy.basis.targets.items() if name != "investment_share"}
    one = Economy(replace(toy.basis, targets=targets), toy.values)
    with pytest.raises(
        Infeasible, match=r"macro.investment_ratio: .*, the programme has no target for investment_share"
    ):
        _ = one.investment


@given(SECTOR_PATHS)
def test_contributions_add_up_to_growth(rates):
    one = with_levers(rates)
    parts = one.rates * one.levels[:, :-1] / one.grdp[:-1]
    assert np.allclose(parts.sum(axis=0), one.growth, rtol=0, atol=1e-12)


@given(SECTOR_PATHS, PATHS)
def test_nominal_over_the_deflator_is_real(rates, prices):
    one = with_levers({**rates, "macro.deflator_growth": prices})
    assert np.allclose(one.nominal / one.deflator, one.grdp, rtol=1e-12)


@given(RATE, TILT)
def test_a_tilt_keeps_the_average_and_sets_the_first_year_apart_from_the_last(rate, tilt):
    one = real(growth__services=rate, growth__tilt=tilt)
    services = one.rates[SECTORS.index("services"), :, 0]
    assert one.sector_growth("services")[0] == pytest.approx(rate / 100, abs=1e-12)
    assert services[0] - services[-1] == pytest.approx(tilt / 100, abs=1e-12)


@given(RATE, TILT)
def test_a_tilted_factor_is_the_same_multiple_of_the_one_before(rate, tilt):
    services = real(growth__services=rate, growth__tilt=tilt).rates[SECTORS.index("services"), :, 0]
    steps = (1 + services[1:]) / (1 + services[:-1])
    assert np.allclose(steps, steps[0], rtol=1e-12)


@given(PATHS, TILT)
def test_a_tilt_leaves_a_sector_given_year_by_year_alone(rates, tilt):
    one = real(growth__industry=rates, growth__tilt=tilt)
    assert one.rates[SECTORS.index("industry"), :, 0] == pytest.approx(np.array(rates) / 100, abs=1e-15)


@given(st.fixed_dictionaries({f"growth.{sector}": RATE for sector in SECTORS}))
def test_five_equal_rates_are_one_constant_rate(rates):
    by_year = {key: (rate,) * 5 for key, rate in rates.items()}
    assert np.array_equal(with_levers(by_year).levels, with_levers(rates).levels)


@given(SECTOR_PATHS, PATHS, st.floats(0, 100), st.floats(0, 50))
def test_capital_labour_and_tfp_add_up_to_growth(rates, workers, share, worn):
    macro = {"macro.employment_growth": workers, "macro.capital_share": share, "macro.depreciation_rate": worn}
    one = with_levers(rates | macro)
    assert np.allclose(sum(one.accounting.values()), one.growth, rtol=0, atol=1e-12)


@given(SECTOR_PATHS, st.floats(0.1, 50))
def test_the_need_by_the_rise_adds_up_to_the_icor_times_the_whole_rise(rates, icor):
    one = with_levers(rates | {"macro.icor": icor})
    assert one.need.sum() == pytest.approx(icor * (one.grdp[-1, 0] - one.grdp[0, 0]), rel=1e-9, abs=1e-4)


@given(SECTOR_PATHS)
def test_the_two_needs_differ_by_the_growth_of_the_year(rates):
    one = with_levers(rates)
    assert np.allclose(one.need_yearly, one.need * (1 + one.growth), rtol=1e-12, atol=1e-6)


@given(PATHS)
def test_the_yearly_icor_times_growth_is_the_investment_ratio(ratios):
    ratios = tuple(map(abs, ratios))
    one = real(macro__investment_ratio=ratios)
    assert (one.icor_yearly * one.growth)[:, 0] * 100 == pytest.approx(ratios, abs=1e-12)


@given(SECTOR_PATHS)
def test_trade_of_elasticity_one_keeps_its_ratio_to_grdp(rates):
    one = with_levers(rates | {"macro.trade_elasticity": 1.0})
    assert np.allclose(one.trade / one.grdp, one.trade[0] / one.grdp[0], rtol=1e-12)


@given(SECTOR_PATHS, PATHS)
def test_revenue_of_buoyancy_one_keeps_its_share_of_nominal_grdp(rates, prices):
    one = with_levers(rates | {"macro.deflator_growth": prices, "macro.revenue_buoyancy": 1.0})
    assert one.mobilisation[0] == pytest.approx(one.revenue[0, 0] / one.nominal[0, 0])


@given(SECTOR_PATHS)
def test_income_of_elasticity_nought_stays(rates):
    assert np.all(with_levers(rates | {"macro.income_elasticity": 0.0}).income == MIDDLE.values["macro.income"])


@given(st.lists(st.tuples(RATE, TILT, st.floats(0, 10)), min_size=2, max_size=5))
def test_many_draws_at_once_give_what_each_gives_alone(draws):
    keys = ("growth.industry", "growth.tilt", "macro.deflator_growth")
    together = with_levers(dict(zip(keys, map(np.array, zip(*draws, strict=True)), strict=True))).per_head_usd
    alone = [with_levers(dict(zip(keys, draw, strict=True))).per_head_usd for draw in draws]
    assert np.allclose(together, np.hstack(alone), rtol=1e-12)
