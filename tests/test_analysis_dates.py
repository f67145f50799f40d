"""A date is the last day of what the document prints: a month where it names one, else the quarter."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.analysis.dates import due_day, first_day, last_day


@pytest.mark.parametrize(
    ("due", "printed", "day"),
    [
        ("2026Q2", "trong tháng 4/2026", date(2026, 4, 30)),
        ("2028Q1", "trước tháng 02/2028", date(2028, 2, 29)),
        ("2026Q2", "quý II/2026", date(2026, 6, 30)),
        ("2026Q2", None, date(2026, 6, 30)),
        ("2026Q2", "sau tháng 3/2026", date(2026, 6, 30)),
        ("2026Q4", "tháng 13/2026", date(2026, 12, 31)),
    ],
)
def test_an_order_is_due_at_the_end_of_the_printed_month_if_it_lies_in_the_quarter(due, printed, day):
    assert due_day(due, printed) == day


def test_the_first_quarter_of_2026_runs_from_new_year_to_the_end_of_march():
    assert (first_day(8104), last_day(8104)) == (date(2026, 1, 1), date(2026, 3, 31))


@given(st.integers(2000 * 4, 2100 * 4))
def test_a_quarter_begins_the_day_after_the_one_before_it_ends(quarter):
    assert last_day(quarter) + timedelta(days=1) == first_day(quarter + 1)
