"""A sum that misses is explained by the slip that would make it come out, likeliest first."""

import random

import pytest

from bnplan_lib.analysis.sums import explain_sum

ROWS = [1800.0, 3600, 2983, 1066, 6334, 5560, 1585, 2046, 7557, 5500]  # adds up to 38,031
TOTAL = sum(ROWS)


def first(values, total):
    slips = explain_sum(values, total)
    return (slips[0].kind, slips[0].rows) if slips else None


def test_a_sum_that_comes_out_needs_no_explanation():
    assert explain_sum(ROWS, TOTAL + 0.4) == []


def test_a_row_left_out_of_the_total():
    assert first(ROWS, TOTAL - 2983) == ("left_out", (2,))


def test_a_row_counted_twice():
    assert first(ROWS, TOTAL + 6334) == ("counted_twice", (4,))


def test_two_rows_left_out():
    assert ("left_out", (3, 8)) in [(slip.kind, slip.rows) for slip in explain_sum(ROWS, TOTAL - 1066 - 7557)]


def test_a_row_a_thousand_times_too_large():
    values = [*ROWS[:5], 5_560_000.0, *ROWS[6:]]
    slip = explain_sum(values, TOTAL)[0]
    assert (slip.kind, slip.rows, slip.factor, slip.value) == ("factor", (5,), 1000, 5560)


def test_a_row_a_thousand_times_too_small():
    slip = explain_sum([1.8, *ROWS[1:]], TOTAL)[0]
    assert (slip.kind, slip.rows, slip.factor) == ("factor", (0,), pytest.approx(0.001))


def test_neighbouring_rows_in_another_unit():
    values = [*ROWS, 345_000.0, 320_000, 500_000, 350_000]
    assert first(values, TOTAL + 345 + 320 + 500 + 350) == ("factor", (10, 11, 12, 13))


def test_a_shifted_decimal_point():
    slip = explain_sum([*ROWS[:7], 20_460.0, *ROWS[8:]], TOTAL)[0]
    assert (slip.kind, slip.rows, slip.factor, slip.value) == ("factor", (7,), 10, 2046)


def test_two_digits_of_a_row_that_changed_places():
    values = [*ROWS[:4], 3634.0, *ROWS[5:]]  # 6334
    assert ("transposed", (4,)) in [(slip.kind, slip.rows) for slip in explain_sum(values, TOTAL)]


def test_two_digits_of_the_total_that_changed_places():
    assert first(ROWS, 83_031.0) == ("total_transposed", ())  # 38,031


def test_one_wrong_digit_in_the_total():
    assert first(ROWS, 38_431.0)[0] == "total_digit"


def test_a_total_in_another_unit():
    slip = explain_sum(ROWS, TOTAL * 1000)[0]
    assert (slip.kind, slip.value) == ("total_factor", TOTAL)


def test_a_miss_that_nothing_simple_explains_is_left_unexplained():
    assert [slip for slip in explain_sum(ROWS, TOTAL - 1234.5) if slip.kind != "digit"] == []


def test_explanations_come_by_how_little_chance_would_offer_them():
    chances = [slip.chance for slip in explain_sum(ROWS, TOTAL - 5000)]
    assert chances == sorted(chances)


@pytest.mark.parametrize("seed", range(40))
def test_every_explanation_makes_the_sum_come_out(seed):
    dice = random.Random(seed)
    values = [float(dice.randint(300, 90_000)) for _ in range(dice.randint(3, 30))]
    total = sum(values) + dice.choice((-1, 1)) * dice.choice(values)
    for slip in explain_sum(values, total):
        assert abs(slip.residue) <= 0.5
        changed = list(values)
        if slip.kind in ("transposed", "digit"):
            changed[slip.rows[0]] = slip.value
        elif slip.kind == "factor":
            for place in slip.rows:
                changed[place] /= slip.factor
        elif slip.kind == "left_out":
            changed = [value for place, value in enumerate(values) if place not in slip.rows]
        elif slip.kind == "counted_twice":
            changed += [values[place] for place in slip.rows]
        goal = slip.value if slip.kind.startswith("total") else total
        assert sum(changed) == pytest.approx(goal, abs=0.51)
