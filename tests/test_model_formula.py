"""A formula is parsed, never run; its range over a box is exact, or enclosed from outside."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.model.enclosure import FormulaError, cumulative
from bnplan_lib.model.formula import read_formula

YEARS = {"years": (5.0, 5.0)}


def value_range(text, **box):
    return read_formula(f"y = {text}").right.range({**box, **YEARS})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y", "one of = <= >="),
        ("y = x = z", "one of = <= >="),
        ("x + y = z", "the left side is one name"),
        ("years = x", "the left side is one name"),
        ("y = y + 1", "other names than y"),
        ("y = 5", "other names than y"),
        ("y = x.real", "not allowed in a formula"),
        ("y = x[0]", "not allowed"),
        ("y = f(x)", "not allowed"),
        ("y = log(x, 2)", "not allowed"),
        ("y = cumulative(x, 5)", "not allowed"),
        ("y = x if x else x", "not allowed"),
        ("y = lambda: x", "not allowed"),
        ("y = True * x", "not allowed"),
        ("y = x ** z", "an exponent is made of numbers"),
        ("y = x ** 101", "an exponent is made of numbers"),
        ("y = x ** (1/0)", "division by zero"),
        ("y = 'x'", "only names, numbers"),
        ("y = đ", "only names, numbers"),
        ("y = x +", "cannot be read"),
        ("y = " + "x + " * 200 + "x", "at most 400 characters"),
        ("y = " + "-" * 60 + "x", "nested more than 40 deep"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text, message):
    with pytest.raises(FormulaError, match=message):
        read_formula(text)


def test_names_stand_in_their_order_and_years_is_not_one():
    assert read_formula("y = b*cumulative(a, years) + b").names == ("y", "b", "a")


@pytest.mark.parametrize("sign", ["=", "<=", ">="])
def test_the_sign_is_read(sign):
    assert read_formula(f"y {sign} x").sign == sign


def test_a_mean_with_its_weight_twice_is_exact():
    # by hand: 0.4 * 10 + 0.6 * 20 = 16 and 0.5 * 12 + 0.5 * 22 = 17; the weight lowers it, the parts raise it
    low, high = value_range("w*a + (1 - w)*b", w=(0.4, 0.5), a=(10.0, 12.0), b=(20.0, 22.0))
    assert (low, high) == (pytest.approx(15.0), pytest.approx(18.0))


def test_a_product_of_ranges_takes_the_outermost_corners():
    assert value_range("a*b", a=(-2.0, 3.0), b=(-5.0, 4.0)) == (pytest.approx(-15), pytest.approx(12))


@pytest.mark.parametrize(
    ("text", "expected"), [("x**2", (0, 4)), ("x**3", (-1, 8)), ("x**1", (-1, 2)), ("x**0", (1, 1))]
)
def test_whole_powers_pass_through_nought(text, expected):
    low, high = value_range(text, x=(-1.0, 2.0))
    assert (low, high) == (pytest.approx(expected[0], abs=1e-8), pytest.approx(expected[1]))


def test_a_parabola_is_found_at_its_turn():
    low, high = value_range("(x - 1)*(x - 2)", x=(0.0, 4.0))
    assert (low, high) == (pytest.approx(-0.25, abs=1e-8), pytest.approx(6))


def test_five_years_of_growth_add_up():
    # 1.1 + 1.21 + 1.331 + 1.4641 + 1.61051
    assert value_range("cumulative(g, years)", g=(0.1, 0.1)) == (pytest.approx(6.71561), pytest.approx(6.71561))
    assert cumulative(0, 5) == 5


def test_a_logarithm_follows_its_argument():
    assert value_range("log(x)", x=(1.0, math.e)) == (pytest.approx(0), pytest.approx(1))


@pytest.mark.parametrize("text", ["1/x", "log(x)", "x**0.5", "cumulative(x - 2, years)"])
def test_a_value_that_is_not_there_is_an_error(text):
    with pytest.raises(FormulaError):
        value_range(text, x=(-1.0, 1.0))


def test_loose_bounds_that_hold_zero_do_no_harm():
    # (1 - w) + w is bounded from nought to two, but is one
    assert value_range("((1 - w) + w)**0.5", w=(0.0, 1.0)) == (pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize(("box", "side"), [((1.0, 2.0), 1), ((-2.0, -1.0), -1), ((-1.0, 1.0), 0)])
def test_a_side_of_zero_is_told(box, side):
    assert read_formula("y = x**3 - 0").right.side({"x": (abs(box[0]), abs(box[0])), **YEARS}) == 1
    assert read_formula("y = 2*x").right.side({"x": box, **YEARS}) == side


FORMULAS = [
    "(a*(1+b)**5 + (1-a)*(1+c)**5)**0.2 - 1",
    "a*b - b*c",
    "a/(1+b) - c*a",
    "1 - a*(b/2.5 - c)/(0.1+a)",
    "log(1+a) * cumulative(b, years) - c**2",
    "(a - b)*(b - c)",
]
edge = st.floats(0.01, 0.9, allow_nan=False)


@pytest.mark.parametrize("text", FORMULAS)
@given(
    ends=st.lists(st.tuples(edge, edge), min_size=3, max_size=3),
    inside=st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_no_point_of_the_box_lies_outside_the_range(text, ends, inside):
    box = {name: (min(pair), max(pair)) for name, pair in zip("abc", ends, strict=True)}
    low, high = value_range(text, **box)
    right = read_formula(f"y = {text}").right
    points = [{name: one[0] + part * (one[1] - one[0]) for (name, one), part in zip(box.items(), inside, strict=True)}]
    points += [dict(zip("abc", corner, strict=True)) for corner in itertools.product(*box.values())]
    for point in points:
        value = right.value({**point, "years": 5.0})
        assert low - 1e-9 * (1 + abs(low)) <= value <= high + 1e-9 * (1 + abs(high))
