"""Periods that run at once: a few by hand, and the laws of any periods against a loop over them."""

import tracemalloc
from itertools import combinations, pairwise
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.errors import FaultyInput
from bnplan_lib.model.periods import (
    OPEN,
    RELATIONS,
    allen_relations,
    concurrency_profile,
    overlap_counts,
    overlap_pairs,
)

# to a period from 10 to 20
BY_HAND = {
    "before": (1, 9),
    "meets": (1, 10),
    "overlaps": (1, 15),
    "finished-by": (1, 20),
    "contains": (1, 30),
    "starts": (10, 15),
    "equals": (10, 20),
    "started-by": (10, 30),
    "during": (12, 15),
    "finishes": (12, 20),
    "overlapped-by": (12, 30),
    "met-by": (20, 30),
    "after": (21, 30),
}
INVERSES = {
    "before": "after",
    "meets": "met-by",
    "overlaps": "overlapped-by",
    "starts": "started-by",
    "during": "contains",
    "finishes": "finished-by",
    "equals": "equals",
}


def columns(rows):
    return tuple(np.array([row[place] for row in rows], np.int64) for place in range(len(rows[0]) if rows else 2))


def relation(one, other):
    return RELATIONS[allen_relations(*columns([one]), *columns([other]))[0]]


def pairs(begin, end, classes=None, **given):
    """Return the pairs in the order in which they come."""
    return [
        pair
        for one, other in overlap_pairs(begin, end, classes, **given)
        for pair in zip(one.tolist(), other.tolist(), strict=True)
    ]


@pytest.mark.parametrize(("name", "period"), BY_HAND.items())
def test_a_period_lies_to_another_as_allen_says(name, period):
    assert relation(period, (10, 20)) == name


@pytest.mark.parametrize(("name", "inverse"), INVERSES.items())
def test_seen_from_the_other_a_relation_is_its_inverse(name, inverse):
    assert relation((10, 20), BY_HAND[name]) == inverse
    assert RELATIONS[12 - RELATIONS.index(name)] == inverse


def test_there_are_thirteen_relations():
    assert (len(set(RELATIONS)), set(BY_HAND)) == (13, set(RELATIONS))


def test_open_ended_periods_end_together():
    assert relation((3, OPEN), (1, OPEN)) == "finishes"
    assert relation((3, OPEN), (1, 9)) == "overlapped-by"


def test_each_step_counts_what_runs_and_the_end_is_not_part_of_it():
    # by hand: 5 and 6, 6 and 7, nothing on 8, then 9
    profile = concurrency_profile([5, 6, 9], [7, 8, 10], [1.5, 2, 4])
    assert profile.start == 5
    assert profile.running.tolist() == [1, 2, 1, 0, 1]
    assert profile.load.tolist() == [1.5, 3.5, 2, 0, 4]


def test_without_weights_there_is_no_load():
    assert concurrency_profile([5], [7]).load is None


def test_an_open_ended_period_runs_to_the_last_step():
    profile = concurrency_profile([0, 2], [OPEN, 4])
    assert (profile.start, profile.running.tolist()) == (0, [1, 1, 2, 2])


def test_the_profile_goes_one_step_beyond_a_late_open_ended_begin():
    profile = concurrency_profile([0, 5, 3], [2, OPEN, OPEN])
    assert profile.running.tolist() == [1, 1, 0, 1, 1, 2]


def test_empty_periods_count_nowhere():
    begin, end = np.array([0, 3, 5, 9]), np.array([0, 6, 5, 9])
    profile = concurrency_profile(begin, end, np.ones(4))
    assert (profile.start, profile.running.tolist(), profile.load.tolist()) == (3, [1, 1, 1], [1, 1, 1])
    assert overlap_counts(begin, end).tolist() == [0, 0, 0, 0]
    assert pairs(begin, end) == []


@pytest.mark.parametrize("rows", [[], [(7, 7)]])
def test_without_periods_there_are_no_steps(rows):
    start, running, load = concurrency_profile(*columns(rows), np.ones(len(rows)))
    assert (start, len(running), len(load)) == (0, 0, 0)


def test_pairs_come_by_class_then_by_begin_then_by_row():
    begin, end = [4, 0, 0, 1], [6, 5, 9, 9]
    assert pairs(begin, end) == [(1, 2), (1, 3), (0, 1), (2, 3), (0, 2), (0, 3)]
    assert pairs(begin, end, [1, 0, 1, 0]) == [(1, 3), (0, 2)]


def test_periods_that_only_meet_make_no_pair():
    assert pairs([0, 2], [2, 4]) == []
    assert overlap_counts([0, 2], [2, 4]).tolist() == [0, 0]


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint64"])
def test_any_kind_of_whole_number_gives_the_same(kind):
    begin, end = np.array([5, 6, 9, 9], kind), np.array([7, 8, 10, 9], kind)
    assert concurrency_profile(begin, end).running.tolist() == [1, 2, 1, 0, 1]
    assert overlap_counts(begin, end).tolist() == [1, 1, 0, 0]
    assert pairs(begin, end, begin * 0) == [(0, 1)]


def test_columns_of_two_kinds_may_meet():
    assert pairs(np.array([-5, -4], np.int8), np.array([3, 2], np.uint8)) == [(0, 1)]


def test_columns_of_a_table_need_no_copy():
    table = np.array([[5, 7], [6, 8]], np.int32)
    assert concurrency_profile(table[:, 0], table[:, 1], np.arange(4.0)[::2]).load.tolist() == [0, 2, 2]


def test_the_whole_range_of_int32_may_be_used():
    low = -(2**31)
    begin = np.array([low, low + 2], np.int32)
    assert concurrency_profile(begin, begin + 1).running.tolist() == [1, 0, 1]
    assert pairs([OPEN - 2, OPEN - 1], [OPEN, OPEN]) == [(0, 1)]


lengths = st.one_of(st.just(0), st.just(1), st.integers(2, 30), st.none())
period = st.tuples(st.integers(-40, 40), lengths).map(
    lambda given: (given[0], OPEN if given[1] is None else given[0] + given[1])
)
registers = st.lists(period, max_size=30)
proper = period.filter(lambda given: given[0] < given[1])


def meet(one, other):
    return one[0] < one[1] and other[0] < other[1] and one[0] < other[1] and other[0] < one[1]


@given(proper, proper)
def test_exactly_one_relation_holds_of_any_two(one, other):
    (begin, end), (other_begin, other_end) = one, other
    order = {
        "before": end < other_begin,
        "meets": end == other_begin,
        "overlaps": begin < other_begin < end < other_end,
        "starts": begin == other_begin and end < other_end,
        "during": begin > other_begin and end < other_end,
        "finishes": begin > other_begin and end == other_end,
        "equals": one == other,
    }
    holds = [name for name, found in order.items() if found]
    found = relation(one, other)
    assert holds == [found] if found in order else not holds
    assert allen_relations(*columns([other]), *columns([one])) == 12 - RELATIONS.index(found)


@given(registers)
def test_a_loop_over_periods_counts_the_same_overlaps(rows):
    expected = [
        sum(meet(one, other) for place, other in enumerate(rows) if place != row) for row, one in enumerate(rows)
    ]
    assert overlap_counts(*columns(rows)).tolist() == expected


@given(registers, st.data())
def test_a_loop_over_periods_finds_the_same_pairs(rows, data):
    classes = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    expected = [(one, other) for one, other in combinations(range(len(rows)), 2) if meet(rows[one], rows[other])]
    assert sorted(pairs(*columns(rows))) == expected
    shared = [(one, other) for one, other in expected if classes[one] == classes[other]]
    assert sorted(pairs(*columns(rows), classes)) == shared


@given(registers, st.data())
def test_a_loop_over_steps_adds_up_the_same(rows, data):
    weights = data.draw(st.lists(st.floats(0, 1e9), min_size=len(rows), max_size=len(rows)))
    start, running, load = concurrency_profile(*columns(rows), np.array(weights))
    steps = range(start, start + len(running))
    on = [[begin <= step < end for begin, end in rows] for step in steps]
    assert running.tolist() == [sum(row) for row in on]
    exact = [fsum(weight for weight, runs in zip(weights, row, strict=True) if runs) for row in on]
    assert load == pytest.approx(exact, rel=0, abs=1e-15 * max(exact, default=0))
    assert not load[running == 0].any()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=30))
def test_all_steps_together_are_the_lengths_of_all_periods(rows):
    begin, length = columns(rows)
    assert concurrency_profile(begin, begin + length).running.sum() == length.sum()


@given(registers)
def test_overlaps_of_all_periods_are_twice_the_pairs(rows):
    assert overlap_counts(*columns(rows)).sum() == 2 * len(pairs(*columns(rows)))


@given(registers, st.integers(1, 12))
def test_blocks_of_any_size_give_the_same_pairs_in_the_same_order(rows, block):
    sizes = [len(one) for one, _ in overlap_pairs(*columns(rows), block=block)]
    assert pairs(*columns(rows), block=block) == pairs(*columns(rows))
    assert all(size == block for size in sizes[:-1])


@given(registers)
def test_a_search_for_partners_gives_the_same_as_a_table_of_steps(rows):
    rows = rows * 2
    classes = np.arange(len(rows)) % 3
    table = pairs(*columns(rows), classes)
    far = classes * 1_000_000  # too many cells for a table
    assert pairs(*columns(rows), far) == table


def test_more_rows_than_one_block_are_counted_as_they_are_paired():
    random = np.random.default_rng(1)
    begin = random.integers(0, 2**20, 150_000, dtype=np.int32)
    end = begin + random.integers(0, 20, len(begin), dtype=np.int32)
    end[::50_000] = begin[::50_000] + 1000
    counts = overlap_counts(begin, end)
    partners = np.zeros(len(begin), int)
    for one, other in overlap_pairs(begin, end):
        assert (one < other).all()
        assert (np.maximum(begin[one], begin[other]) < np.minimum(end[one], end[other])).all()
        partners += np.bincount(one, minlength=len(begin)) + np.bincount(other, minlength=len(begin))
    assert (partners == counts).all()
    assert concurrency_profile(begin, end).running.sum() == (end - begin).sum()


def test_many_days_keep_the_order_of_begins_beyond_sixteen_bits():
    begin = np.array([70_000, 3, 140_000, 66_000, 2])
    found = pairs(begin, np.full(5, 200_000))
    earlier = [min(begin[one], begin[other]) for one, other in found]
    assert len(found) == 10
    assert all(one <= other for one, other in pairwise(earlier))


def test_a_period_that_overlaps_all_is_streamed_in_the_memory_of_one_block():
    rows, block = 500_000, 1000
    begin = np.arange(rows, dtype=np.int32)
    end = begin + 1
    end[0] = OPEN
    blocks = overlap_pairs(begin, end, block=block)
    found = len(next(blocks)[0])
    tracemalloc.start()
    found += sum(len(one) for one, _ in blocks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == rows - 1
    assert peak < 64 * block  # all pairs take 16 bytes each: 8 MB


@pytest.mark.parametrize("classes", [1, 4])
def test_pairs_take_no_more_memory_than_promised(classes):
    rows, block = 20_000, 1000
    begin = np.arange(rows)
    end = np.where(begin < 200, OPEN, begin + begin % 2)
    tracemalloc.start()
    pairs_found = sum(len(one) for one, _ in overlap_pairs(begin, end, begin % classes, block=block))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pairs_found > 20 * rows
    assert peak < 96 * rows + 64 * block + 8 * (rows + 2) * classes  # the last for the table of steps


def test_billions_of_pairs_can_be_begun():
    begin = np.zeros(100_000, np.int32)  # five billion pairs: 80 GB
    one, other = next(overlap_pairs(begin, begin + 1, block=3))
    assert (one.tolist(), other.tolist()) == ([0, 0, 0], [1, 2, 3])


def test_the_load_stays_exact_after_a_fall_by_fifteen_digits():
    begin, end = np.array([0, 1, 8]), np.array([5, 6, 9])
    load = concurrency_profile(begin, end, [1e15 / 3, 0.1, 0.7]).load
    assert load[5] == pytest.approx(0.1, rel=1e-14)
    assert (load[6], load[8]) == (0.0, pytest.approx(0.7, rel=1e-14))


def test_many_equal_weights_keep_their_digits():
    begin = np.arange(1_000_000, dtype=np.int32) % 10_000
    load = concurrency_profile(begin, begin + 100, np.full(len(begin), 0.1)).load
    assert load[99:10_000] == pytest.approx(1000, rel=1e-15)


WRONG = {
    "end: must not come before begin, found 2 in row 1": ([1, 3], [2, 2]),
    "begin: must be a whole number from -2147483648 to 2147483646, found 2147483647 in row 0": ([OPEN], [OPEN]),
    "end: must be a whole number from -2147483648 to 2147483647, found 2147483648 in row 0": ([1], [OPEN + 1]),
    "found -2147483649 in row 0": ([-(2**31) - 1], [1]),
    "found 18446744073709551615 in row 0": ([1], np.array([2**64 - 1], np.uint64)),
    "begin, end: must span at most 16777216 steps, found 0 to 16777217": ([0], [2**24 + 1]),
    "end: must have as many rows as begin, 1, found 2": ([1], [2, 3]),
    "begin: must hold whole numbers, found float64": ([1.5], [2]),
    "begin: must hold whole numbers, found bool": ([True], [2]),
    "begin: must be one column of numbers, found 2 dimensions": ([[1]], [2]),
    "end: must be one column of numbers, found 0 dimensions": ([1], 2),
}


@pytest.mark.parametrize("way", [concurrency_profile, overlap_counts, overlap_pairs])
@pytest.mark.parametrize(("message", "register"), WRONG.items(), ids=lambda value: value if type(value) is str else "")
def test_wrong_periods_are_refused(message, register, way):
    with pytest.raises(FaultyInput) as refused:
        way(*register)
    assert message in str(refused.value)


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), float("-inf")])
def test_a_weight_that_is_not_finite_is_refused(weight):
    with pytest.raises(FaultyInput, match=f"weight: must be finite, found {weight} in row 1"):
        concurrency_profile([1, 1], [2, 2], [1, weight])


def test_even_an_empty_period_has_no_wrong_weight():
    with pytest.raises(FaultyInput, match="weight: must be finite, found nan in row 1"):
        concurrency_profile([1, 1], [2, 1], [1, float("nan")])


def test_weights_of_other_kinds_are_refused():
    with pytest.raises(FaultyInput, match="weight: must hold numbers, found <U1"):
        concurrency_profile([1], [2], ["x"])


@pytest.mark.parametrize("second", [1, 2])
def test_weights_beyond_every_number_are_refused(second):
    with pytest.raises(FaultyInput, match="weight: must add up to a finite number"):
        concurrency_profile([1, second], [4, 4], [1e308, 1e308])


def test_a_negative_class_is_refused():
    with pytest.raises(FaultyInput, match="classes: must be a whole number from 0 to 2147483647, found -1 in row 1"):
        overlap_pairs([1, 1], [2, 2], [0, -1])


def test_a_block_of_no_pairs_is_refused():
    with pytest.raises(FaultyInput, match="block: must be 1 or more, found 0"):
        overlap_pairs([1], [2], block=0)


def test_no_relation_is_made_up_for_an_empty_period():
    with pytest.raises(FaultyInput, match="end: must come after begin, found 1 in row 0"):
        allen_relations([1], [1], [1], [2])
    with pytest.raises(FaultyInput, match="other_end: must come after other_begin, found 1 in row 0"):
        allen_relations([1], [2], [2], [1])


def test_all_broken_rules_are_said_at_once():
    with pytest.raises(FaultyInput) as refused:
        concurrency_profile([1, OPEN], [0, OPEN], [float("nan"), 1])
    assert [fault.place for fault in refused.value.faults] == ["begin", "end", "weight"]


def test_the_first_offenders_are_named_and_the_others_counted():
    begin = np.full(70_000, 5)
    end = begin - (np.arange(len(begin)) > 65_000)
    with pytest.raises(FaultyInput, match="found 4 in row 65001, 4 in row 65002, 4 in row 65003 and 4996 more"):
        overlap_counts(begin, end)
