"""A distribution's quantiles are those worked out by hand and those of scipy.stats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bnplan_lib.model.distributions import NAMES, Distribution

SHARES = np.linspace(0.001, 0.999, 37)
TENTHS = st.integers(-900, 1000).map(lambda number: number / 10)


@st.composite
def distributions(draw):
    """Any distribution that a lever from -90 to 100 may carry."""
    kind = draw(st.sampled_from(sorted(NAMES)))
    if kind == "normal":
        return Distribution(kind, (draw(TENTHS), draw(st.floats(0.01, 190))), limits=(-90, 100))
    if kind == "discrete":
        values = draw(st.lists(TENTHS, min_size=1, max_size=6))
        weights = draw(st.lists(st.floats(0.01, 5), min_size=len(values), max_size=len(values)))
        return Distribution(kind, (tuple(values), tuple(weights)))
    numbers = draw(st.lists(TENTHS, min_size=3, max_size=3, unique=True).map(sorted))
    return Distribution(kind, tuple(numbers if len(NAMES[kind]) == 3 else numbers[:2]))


def quantiles(kind, numbers, shares, **more):
    return Distribution(kind, numbers, **more).quantile(np.asarray(shares)).tolist()


def test_a_triangle_by_hand():
    # from 0 over 2 to 8: a quarter lies below the mode; an eighth below 0 + sqrt(1/8 * 8 * 2)
    found = quantiles("triangular", (0, 2, 8), [0, 1 / 8, 1 / 4, 5 / 8, 1])
    assert found == pytest.approx([0, np.sqrt(2), 2, 8 - np.sqrt(18), 8])


def test_a_triangle_that_only_falls_by_hand():
    assert quantiles("triangular", (0, 0, 4), [0, 0.75, 1]) == pytest.approx([0, 2, 4])


def test_a_triangle_that_only_rises_by_hand():
    assert quantiles("triangular", (0, 4, 4), [0, 0.25, 1]) == pytest.approx([0, 2, 4])


def test_pert_with_its_mode_at_the_low_end_by_hand():
    # beta(1, 5): 1 - (1 - x)^5 lies below x
    assert quantiles("pert", (10, 10, 20), [0, 1 - 0.5**5, 1]) == pytest.approx([10, 15, 20])


def test_pert_with_its_mode_at_the_high_end_by_hand():
    assert quantiles("pert", (10, 20, 20), [0, 0.5**5, 1]) == pytest.approx([10, 15, 20])


def test_the_middle_of_an_even_pert_is_its_mode():
    assert quantiles("pert", (10, 12, 14), [0.5]) == pytest.approx([12])


def test_the_mean_of_pert_counts_the_mode_four_times():
    middles = (np.arange(100_000) + 0.5) / 100_000
    assert np.mean(quantiles("pert", (9, 12, 13), middles)) == pytest.approx((9 + 4 * 12 + 13) / 6, abs=1e-6)


def test_a_uniform_one_by_hand():
    assert quantiles("uniform", (10, 14), [0, 0.25, 0.5, 1]) == [10, 11, 12, 14]


def test_a_normal_one_by_hand():
    # 1.959964 standard deviations hold 95 per cent
    assert quantiles("normal", (5, 2), [0.025, 0.5, 0.975]) == pytest.approx([5 - 3.919928, 5, 5 + 3.919928], abs=1e-6)


def test_a_normal_one_cut_at_its_mean_by_hand():
    # the upper half alone: its middle lies where three quarters of the whole do
    assert quantiles("normal", (0, 1), [0, 0.5], limits=(0, np.inf)) == pytest.approx([0, 0.6744898])


def test_a_discrete_one_takes_each_value_for_its_weight():
    found = quantiles("discrete", ((10, 12, 11), (1, 2, 1)), [0, 0.24, 0.26, 0.74, 0.76, 1])
    assert found == [10, 10, 12, 12, 11, 11]


def test_a_value_of_no_weight_is_never_drawn():
    assert set(quantiles("discrete", ((1, 2, 3, 4), (0, 1, 0, 1)), np.linspace(0, 0.999, 1000))) == {2, 4}


def test_weights_count_by_their_ratio():
    values, shares = (1.0, 2.0, 3.0), np.linspace(0, 1, 101)
    assert quantiles("discrete", (values, (1, 2, 5)), shares) == quantiles("discrete", (values, (10, 20, 50)), shares)


@pytest.mark.parametrize("numbers", [(0, 2, 8), (-8, 0, 3), (10, 10, 13.3), (10, 13.3, 13.3), (-0.4, 0, 0.2)])
def test_triangular_agrees_with_scipy(numbers):
    low, mode, high = numbers
    expected = stats.triang((mode - low) / (high - low), low, high - low).ppf(SHARES)
    assert quantiles("triangular", numbers, SHARES) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("numbers", [(0, 2, 8), (-8, 0, 3), (10, 10, 13.3), (10, 13.3, 13.3), (-0.4, 0, 0.2)])
def test_pert_agrees_with_a_beta_of_shape_four_in_scipy(numbers):
    low, mode, high = numbers
    width = high - low
    shapes = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
    expected = stats.beta(*shapes, low, width).ppf(SHARES)
    assert quantiles("pert", numbers, SHARES) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("mean", "sd"), [(12, 1.5), (0, 190), (-90, 0.1), (100, 40), (50, 1e-6)])
def test_normal_agrees_with_the_cut_one_of_scipy(mean, sd):
    expected = stats.truncnorm((-90 - mean) / sd, (100 - mean) / sd, mean, sd).ppf(SHARES)
    assert quantiles("normal", (mean, sd), SHARES, limits=(-90, 100)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_uniform_agrees_with_scipy():
    assert quantiles("uniform", (10, 13.3), SHARES) == pytest.approx(stats.uniform(10, 3.3).ppf(SHARES))


def test_discrete_agrees_with_scipy_between_its_steps():
    expected = stats.rv_discrete(values=((1, 2, 3), (0.2, 0.5, 0.3))).ppf(SHARES)
    assert quantiles("discrete", ((1, 2, 3), (2, 5, 3)), SHARES) == expected.tolist()


@given(distributions().filter(lambda one: one.kind != "discrete"))
def test_a_quantile_never_falls_as_the_share_rises(one):
    assert np.diff(one.quantile(np.linspace(0, 1, 201))).min() >= -1e-12


@given(distributions())
def test_a_quantile_stays_within_the_support(one):
    found = one.quantile(np.linspace(0, 1, 201))
    assert one.support[0] - 1e-12 <= found.min()
    assert found.max() <= one.support[1] + 1e-12


@given(distributions().filter(lambda one: one.kind in ("triangular", "pert", "uniform", "normal")))
def test_the_ends_of_the_support_are_the_quantiles_of_nothing_and_of_all(one):
    assert one.quantile(np.array([0.0, 1.0])) == pytest.approx(one.support, abs=1e-6)


@pytest.mark.parametrize("kind", NAMES)
def test_the_shape_of_the_shares_is_kept(kind):
    numbers = {"normal": (12, 1), "uniform": (10, 13), "discrete": ((10, 12), (1, 1))}.get(kind, (10, 12, 13))
    one = Distribution(kind, numbers)
    assert one.quantile(np.full((3, 4), 0.5)).shape == (3, 4)
    assert one.quantile(np.array(0.5)).shape == ()


@pytest.mark.parametrize("kind", ["triangular", "pert", "uniform"])
def test_no_width_is_one_value(kind):
    numbers = (5.0,) * len(NAMES[kind])
    assert quantiles(kind, numbers, [0, 0.5, 1]) == [5, 5, 5]
