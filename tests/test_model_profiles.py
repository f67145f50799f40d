"""Spending profiles by hand, against scipy's beta distribution, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bnplan_lib.model.profiles import PROFILES, quarterly_shares, share_spent

each = pytest.mark.parametrize("profile", PROFILES)


@each
def test_a_profile_is_the_beta_distribution_of_its_shapes(profile):
    time = np.linspace(0, 1, 101)
    assert share_spent(profile, time) == pytest.approx(stats.beta(*PROFILES[profile]).cdf(time), abs=1e-14)


@each
def test_nothing_is_spent_before_and_everything_after(profile):
    assert share_spent(profile, np.array([-1.0, 0.0, 1.0, 2.0])).tolist() == [0, 0, 1, 1]


def test_front_has_three_quarters_in_the_first_half_and_back_one():
    assert quarterly_shares("front", 2).tolist() == [0.75, 0.25]
    assert quarterly_shares("back", 2).tolist() == [0.25, 0.75]


def test_an_s_curve_by_hand():
    # 3 x^2 - 2 x^3 at 1/3 is 7/27, at 2/3 20/27
    assert quarterly_shares("s_curve", 3) == pytest.approx([7 / 27, 13 / 27, 7 / 27])


@given(st.sampled_from(sorted(PROFILES)), st.integers(1, 400))
def test_quarters_add_up_and_none_is_negative(profile, quarters):
    shares = quarterly_shares(profile, quarters)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert (shares >= 0).all()


@given(st.integers(1, 200))
def test_back_is_front_in_reverse(quarters):
    assert quarterly_shares("back", quarters)[::-1] == pytest.approx(quarterly_shares("front", quarters), abs=1e-14)
