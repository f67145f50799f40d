"""The load of a register by hand on three projects, and its laws on any register."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.errors import FaultyInput, UnknownName
from bnplan_lib.model import load
from bnplan_lib.model.load import quarterly_load
from bnplan_lib.model.profiles import PROFILES
from bnplan_lib.model.quarters import quarter_number

NAN = float("nan")
START = quarter_number("2026Q1")


def spread(rows, profile="uniform", **given):
    first, last, cost = ([row[place] for row in rows] for place in range(3))
    return quarterly_load(np.array(first), np.array(last), np.array(cost, float), profile, **given)


def test_costs_fall_evenly_on_their_quarters_and_add_up():
    # by hand: 12 over three quarters, 10 over two, 5 in one
    begin, table = spread([(START, START + 2, 12), (START + 2, START + 3, 10), (START + 3, START + 3, 5)])
    assert begin == START
    assert table.tolist() == [[4], [4], [9], [10]]


def test_front_loaded_spending_takes_three_quarters_in_the_first_half():
    _, table = spread([(START, START + 1, 100)], "front")
    assert table[:, 0] == pytest.approx([75, 25])


def test_a_missing_cost_adds_nothing_and_its_quarters_are_there():
    begin, table = spread([(START, START, NAN), (START + 1, START + 1, 7)])
    assert (begin, table.tolist()) == (START, [[0], [7]])


def test_each_class_has_its_column():
    _, table = spread([(START, START, 1), (START, START, 2), (START, START, 4)], classes=[2, 0, 2], class_count=4)
    assert table.tolist() == [[2, 0, 5, 0]]


def test_each_project_may_have_its_own_profile():
    names = list(PROFILES)
    codes = np.array([names.index("back"), names.index("uniform")])
    _, table = spread([(START, START + 1, 100), (START, START + 1, 10)], codes)
    assert table[:, 0] == pytest.approx([25 + 5, 75 + 5])


def test_an_empty_register_has_no_quarters():
    begin, table = spread([], class_count=3)
    assert (begin, table.shape) == (0, (0, 3))


@pytest.mark.parametrize("kind", ["int16", "int32", "int64", "uint16", "uint64"])
def test_any_kind_of_whole_number_gives_the_same(kind):
    first, last = np.array([START, START + 1], kind), np.array([START + 3, START + 1], kind)
    assert quarterly_load(first, last, np.array([8, 1]))[1][:, 0].tolist() == [2, 3, 2, 2]


def test_columns_of_a_table_need_no_copy():
    table = np.array([[START, START + 1], [START + 1, START + 1]])
    assert quarterly_load(table[:, 0], table[:, 1], np.arange(4.0)[::2])[1][:, 0].tolist() == [0, 2]


costs = st.one_of(st.just(NAN), st.floats(0, 1e9))
projects = st.tuples(
    st.integers(8000, 8400), st.integers(0, 90), costs, st.integers(0, 3), st.sampled_from(range(len(PROFILES)))
)
registers = st.lists(projects, min_size=1, max_size=40)


def columns(rows):
    first, length, cost, group, profile = (np.array([row[place] for row in rows]) for place in range(5))
    return first, first + length, cost, group, profile


def slow_load(rows):
    """Return the load by quarter and class, project by project from the shapes in words."""
    spent = {
        "uniform": lambda t: t,
        "front": lambda t: 1 - (1 - t) ** 2,
        "back": lambda t: t**2,
        "s_curve": lambda t: 3 * t**2 - 2 * t**3,
    }
    found = {}
    for first, length, cost, group, profile in rows:
        curve = spent[list(PROFILES)[profile]]
        for quarter in range(length + 1):
            share = curve((quarter + 1) / (length + 1)) - curve(quarter / (length + 1))
            key = (first + quarter, group)
            found[key] = found.get(key, 0.0) + (0 if np.isnan(cost) else cost * share)
    return found


@given(registers)
def test_a_loop_over_projects_gives_the_same_load(rows):
    first, last, cost, group, profile = columns(rows)
    begin, table = quarterly_load(first, last, cost, profile, group, 4)
    expected = np.zeros_like(table)
    for (quarter, column), amount in slow_load(rows).items():
        expected[quarter - begin, column] = amount
    assert table == pytest.approx(expected, rel=1e-9, abs=1e-9 * np.nansum(cost))


@given(registers, st.sampled_from(list(PROFILES)))
def test_the_total_is_the_sum_of_the_costs(rows, profile):
    first, last, cost, _, _ = columns(rows)
    assert quarterly_load(first, last, cost, profile)[1].sum() == pytest.approx(np.nansum(cost), rel=1e-12)


@given(registers, st.integers(1, 50))
def test_blocks_of_any_size_give_the_same(rows, block):
    first, last, cost, group, profile = columns(rows)
    whole, parts = (quarterly_load(first, last, cost, profile, group, 4, block=size)[1] for size in (10**6, block))
    assert parts == pytest.approx(whole, rel=1e-12)


@given(registers)
def test_classes_add_up_to_the_whole(rows):
    first, last, cost, group, profile = columns(rows)
    parts = quarterly_load(first, last, cost, profile, group, 4)[1]
    whole = quarterly_load(first, last, cost, profile)[1]
    assert parts.sum(axis=1) == pytest.approx(whole[:, 0], rel=1e-12, abs=1e-12 * np.nansum(cost))


@given(registers, st.sampled_from(list(PROFILES)))
def test_one_profile_for_all_is_the_same_code_in_every_row(rows, profile):
    first, last, cost, _, _ = columns(rows)
    codes = np.full(len(rows), list(PROFILES).index(profile))
    assert quarterly_load(first, last, cost, codes)[1] == pytest.approx(quarterly_load(first, last, cost, profile)[1])


@given(registers)
def test_keeping_only_cells_that_occur_gives_the_same(rows):
    first, last, cost, group, profile = columns(rows * 300)  # often enough for a table of all cells
    everything = quarterly_load(first, last, cost, profile, group, 4)[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "CELLS", 0)
        patch.setattr(load, "SORTED", 100)
        assert quarterly_load(first, last, cost, profile, group, 4)[1] == pytest.approx(everything, rel=1e-12)


def test_a_span_of_centuries_is_spread_too():
    begin, table = spread([(0, 39_999, 40_000), (39_999, 39_999, 3)])
    assert (begin, table.shape) == (0, (40_000, 1))
    assert (table[0, 0], table[-1, 0]) == (pytest.approx(1), pytest.approx(4))


def test_many_equal_costs_keep_their_digits():
    rows = 2_000_000
    first = np.full(rows, START, np.int32)
    assert quarterly_load(first, first, np.full(rows, 0.1))[1].sum() == pytest.approx(200_000, rel=1e-12)


def test_memory_stays_below_a_fiftieth_of_the_register():
    random = np.random.default_rng(1)
    first = random.integers(START, START + 40, 1_000_000, dtype=np.int32)
    last = first + random.integers(0, 40, 1_000_000, dtype=np.int32)
    cost = random.lognormal(3, 1, 1_000_000)
    tracemalloc.start()
    quarterly_load(first, last, cost)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (first.nbytes + last.nbytes + cost.nbytes) / 50


ONE = np.array([START])
WRONG = {
    "last: must not come before first, found 8103 in row 1": ([START, START], [START, START - 1], [1, 1]),
    "cost_bn_vnd: must be 0 or more, found -2.0 in row 0, -inf in row 2": (
        [START] * 3,
        [START] * 3,
        [-2, NAN, -np.inf],
    ),
    "cost_bn_vnd: must be finite, found inf in row 0": (ONE, ONE, [np.inf]),
    "first: must be a quarter number from 0 to 39999, found -1 in row 0": ([-1], ONE, [1.0]),
    "last: must be a quarter number from 0 to 39999, found 40000 in row 0": (ONE, [40_000], [1.0]),
    "last: must have as many rows as first, 1, found 2": (ONE, [START, START], [1.0]),
    "cost_bn_vnd: must have as many rows as first, 1, found 0": (ONE, ONE, []),
    "first: must hold whole numbers, found float64": ([1.5], ONE, [1.0]),
    "cost_bn_vnd: must hold numbers, found <U1": (ONE, ONE, ["x"]),
    "first: must be one column of numbers, found 2 dimensions": ([[START]], ONE, [1.0]),
    "last: must be one column of numbers, found 0 dimensions": (ONE, START, [1.0]),
}


@pytest.mark.parametrize(("message", "register"), WRONG.items(), ids=lambda value: value if type(value) is str else "")
def test_a_wrong_register_is_refused(message, register):
    with pytest.raises(FaultyInput) as refused:
        quarterly_load(*register)
    assert message in str(refused.value)


def test_the_first_offenders_are_named_and_the_others_counted():
    first = np.full(10, START)
    with pytest.raises(FaultyInput, match="8103 in row 2, 8103 in row 3, 8103 in row 4 and 5 more"):
        quarterly_load(first, first - (np.arange(10) > 1), np.ones(10), block=4)


def test_an_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match="no profile 's_curv'; nearest: s_curve; there are: back, front"):
        spread([(START, START, 1)], "s_curv")


def test_a_profile_code_out_of_range_is_refused():
    with pytest.raises(FaultyInput, match="profile: must be a whole number from 0 to 3, found 4 in row 0"):
        spread([(START, START, 1)], np.array([4]))


def test_a_class_out_of_range_is_refused():
    with pytest.raises(FaultyInput, match="classes: must be a whole number from 0 to 1, found 2 in row 0, -1 in row 1"):
        spread([(START, START, 1)] * 2, classes=[2, -1], class_count=2)


def test_no_classes_at_all_are_refused():
    with pytest.raises(FaultyInput, match="class_count, block: must be 1 or more, found 0, 16384"):
        spread([(START, START, 1)], class_count=0)
