"""The pace of each kind of target, by hand: behind, ahead, overshot, falling, without a base, with a gap."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.analysis.pace import Aim, constant_growth, pace

NAN = math.nan
RATE = Aim("average_rate", "higher", 0.10, 0.12, 2026, 2030)
LEVEL = Aim("level", "higher", 65.0, 65.0, 2026, 2030)
MONEY = Aim("level", "higher", 8000.0, 9000.0, 2026, 2030, compound=True)
POOR = Aim("by_date", "lower", 0.0, 0.0, 2026, 2027)
SUM = Aim("cumulative", "higher", 1000.0, 1000.0, 2026, 2030)
SHARE = Aim("average_ratio", "within", 0.35, 0.40, 2026, 2030)
ICOR = Aim("average_ratio", "lower", 3.0, 3.5, 2026, 2030)
CUT = Aim("yearly_change", "higher", 0.010, 0.015, 2026, 2030)


@pytest.mark.parametrize(
    "aim, base, seen, light, reached, path, planned, needed, strain",
    [
        # 1.1 ** 5 = 1.61051; after 1.08 the other four years need (1.61051 / 1.08) ** (1/4) - 1 = 10.5058 %
        (RATE, NAN, {2026: 0.08}, "behind", 0.08, 0.10, 0.10, 0.1050576, 1.050576),
        (RATE, NAN, {2026: 0.13}, "on_track", 0.13, 0.10, 0.10, 0.0926253, 0.926253),
        # a slump: 1.61051 / 0.9 = 1.789456, whose fourth root is 1.156592
        (RATE, NAN, {2026: -0.10}, "far_behind", -0.10, 0.10, 0.10, 0.1565921, 1.565921),
        (RATE, NAN, dict.fromkeys(range(2026, 2031), 0.10), "reached", 0.10, 0.10, NAN, NAN, NAN),
        (RATE, NAN, dict.fromkeys(range(2026, 2031), 0.099), "missed", 0.099, 0.10, NAN, NAN, NAN),
        # from 45 to 65 is 4 a year; 47 after one is 2 short, (65 - 47) / 4 = 4.5
        (LEVEL, 45.0, {2026: 47.0}, "behind", 47.0, 49.0, 4.0, 4.5, 1.125),
        (LEVEL, 45.0, {2026: 49.0}, "on_track", 49.0, 49.0, 4.0, 4.0, 1.0),
        (LEVEL, 45.0, {2026: 43.0}, "far_behind", 43.0, 49.0, 4.0, 5.5, 1.375),
        (LEVEL, 45.0, {2027: 70.0}, "reached", 70.0, 53.0, 4.0, NAN, NAN),  # overshoot
        (LEVEL, 45.0, {2030: 64.9}, "missed", 64.9, 65.0, 4.0, NAN, NAN),
        (LEVEL, NAN, {2026: 47.0}, "no_path", 47.0, NAN, NAN, 4.5, NAN),  # no base: what is needed, no light
        (LEVEL, 66.0, {2026: 64.0}, "far_behind", 64.0, 65.8, -0.2, 0.25, math.inf),  # was there, fell back
        # from 5,000 to 8,000 is 1.6 ** (1/5) - 1 = 9.85605 % a year; after 5,400 (8000/5400) ** (1/4) - 1 = 10.3250 %
        (MONEY, 5000.0, {2026: 5400.0}, "behind", 5400.0, 5492.8027, 0.0985605, 0.1032503, 1.047583),
        # a falling target: 3 to 0 in two years is -1.5 a year
        (POOR, 3.0, {2026: 1.5}, "on_track", 1.5, 1.5, -1.5, -1.5, 1.0),
        (POOR, 3.0, {2026: 1.8}, "behind", 1.8, 1.5, -1.5, -1.8, 1.2),
        (POOR, 3.0, {2026: 3.5}, "far_behind", 3.5, 1.5, -1.5, -3.5, 2.333333),
        (POOR, 3.0, {2026: 2.0, 2027: 0.0}, "reached", 0.0, 0.0, -1.5, NAN, NAN),
        (POOR, 3.0, {2026: 2.0, 2027: 0.1}, "missed", 0.1, 0.0, -1.5, NAN, NAN),
        (POOR, 3.0, {2027: 0.1, 2028: 0.0}, "missed", 0.1, 0.0, -1.5, NAN, NAN),  # a year too late
        (POOR, 3.0, {2028: 0.2}, "missed", 0.2, 0.0, -1.5, NAN, NAN),  # its year was not reported, a later one was
        (POOR, 3.0, {2028: 0.0}, "reached", 0.0, 0.0, -1.5, NAN, NAN),
        # no base: 200 a year; after 150 the other four need 212.5
        (SUM, NAN, {2026: 150.0}, "behind", 150.0, 200.0, 200.0, 212.5, 1.0625),
        # base 200 is the even path: the same; after 250 only 187.5
        (SUM, 200.0, {2026: 250.0}, "on_track", 250.0, 200.0, 200.0, 187.5, 0.9375),
        (SUM, NAN, {2026: 600.0, 2027: 500.0}, "reached", 1100.0, 400.0, 200.0, NAN, NAN),
        # within 35 to 40: 30 % first, then four years at (175 - 30) / 4 = 36.25
        (SHARE, NAN, {2026: 0.30}, "behind", 0.30, 0.35, 0.35, 0.3625, 1.035714),
        (SHARE, NAN, {2026: 0.38}, "on_track", 0.38, 0.38, 0.38, 0.38, 1.0),
        (SHARE, NAN, {2026: 0.50}, "behind", 0.50, 0.40, 0.40, 0.375, 1.066667),  # too much counts as well
        # lower is better: after 5 the rest must average (17.5 - 5) / 4 = 3.125, 3.5 / 3.125 = 1.12 times as hard
        (ICOR, NAN, {2026: 5.0}, "behind", 5.0, 3.5, 3.5, 3.125, 1.12),
        (ICOR, NAN, {2026: 18.0}, "far_behind", 18.0, 3.5, 3.5, -0.125, math.inf),
        (CUT, NAN, {2026: 0.005}, "behind", 0.005, 0.010, 0.010, 0.01125, 1.125),
        (CUT, NAN, {2026: 0.0}, "behind", 0.0, 0.010, 0.010, 0.0125, 1.25),
        (CUT, NAN, {2026: -0.002}, "far_behind", -0.002, 0.010, 0.010, 0.013, 1.3),  # poverty rose
    ],
)
def test_each_kind_by_hand(aim, base, seen, light, reached, path, planned, needed, strain):
    one = pace(aim, base, seen)
    assert one.light == light
    found = (one.reached, one.path, one.planned, one.needed, one.strain)
    if light in ("reached", "missed"):  # what was planned is of no more use
        found, expected = found[:2], (reached, path)
    else:
        expected = (reached, path, planned, needed, strain)
    assert found == pytest.approx(expected, rel=2e-6, nan_ok=True)
    assert seen[one.year] == (reached if aim.kind in ("level", "by_date") else seen[max(seen)])


def test_a_ratio_is_weighed_by_what_it_is_of():
    # 0.3 of 100, then 400 left: (0.35 * 500 - 30) / 400
    weights = {2026: 100.0, 2027: 100.0, 2028: 100.0, 2029: 100.0, 2030: 100.0}
    assert pace(SHARE, NAN, {2026: 0.30}, weights).needed == pytest.approx(0.3625)
    heavier = weights | {2026: 300.0}
    assert pace(SHARE, NAN, {2026: 0.30}, heavier).needed == pytest.approx((0.35 * 700 - 90) / 400)


def test_after_a_year_without_a_value_nothing_counts_but_a_level():
    seen = {2026: 0.10, 2028: 0.20}
    one = pace(RATE, NAN, seen)
    assert (one.year, one.reached, one.unseen) == (2026, pytest.approx(0.10), (2027,))
    assert pace(RATE, NAN, {2028: 0.2}).light == "no_data"
    assert pace(LEVEL, 45.0, {2028: 57.0}).light == "on_track"


def test_nothing_reported_is_no_data():
    for aim in (RATE, LEVEL, MONEY, POOR, SUM, SHARE, ICOR, CUT):
        assert pace(aim, 5.0, {2025: 5.0}).light == "no_data"


def test_rounding_leaves_room_and_above_means_above():
    about = replace(LEVEL, low=45.0, high=45.0, room=0.5)
    assert [about.met(value) for value in (44.4, 44.5, 60.0)] == [False, True, True]
    above = replace(LEVEL, high=NAN, room=-1e-7)
    assert [above.met(value) for value in (65.0, 65.001)] == [False, True]


def test_the_rule_of_the_light_is_the_slack():
    seen = {2026: 0.0}  # needs 1.25 times the planned cut
    assert [pace(CUT, NAN, seen, slack=slack).light for slack in (0.2, 0.25, 0.3)] == ["far_behind", "behind", "behind"]


@given(st.floats(0.1, 1e6), st.floats(-0.5, 0.9), st.integers(1, 8))
def test_constant_growth_adds_up(first, growth, years):
    total = sum(first * (1 + growth) ** step for step in range(1, years + 1))
    assert constant_growth(first, total, years) == pytest.approx(growth, abs=1e-9)


def test_no_growth_reaches_a_sum_from_nothing():
    assert math.isnan(constant_growth(0.0, 10.0, 3))
    assert math.isnan(constant_growth(10.0, 0.0, 3))


@given(st.floats(-0.3, 0.5), st.floats(-0.3, 0.5))
def test_who_keeps_the_needed_rate_meets_the_target(first, second):
    needed = pace(RATE, NAN, {2026: first, 2027: second}).needed
    whole = {2026: first, 2027: second} | dict.fromkeys((2028, 2029, 2030), needed + 1e-12)
    assert pace(RATE, NAN, whole).light == "reached"


@given(st.floats(1.0, 100.0), st.floats(0.0, 100.0))
def test_who_keeps_the_needed_pace_meets_a_level(base, first):
    one = pace(LEVEL, base, {2026: first})
    if one.light != "reached":
        assert first + 4 * one.needed == pytest.approx(65.0)


@given(st.floats(1.0, 150.0))
def test_the_needed_growth_of_an_amount_adds_up(first):
    one = pace(SUM, 100.0, {2026: first})
    flows = [first * (1 + one.growth) ** step for step in range(1, 5)]
    assert first + sum(flows) == pytest.approx(1000.0)
