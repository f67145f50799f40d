"""Printed periods become quarters, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.inputs.periods import ROMAN, Period, read_period
from bnplan_lib.model.quarters import quarter_name, quarter_number

PRINTED = {
    "2025-2028": [("2025Q1", "2028Q4")],
    "2026 - 2030": [("2026Q1", "2030Q4")],
    "Quý I-II/2026": [("2026Q1", "2026Q2")],
    "Quý II/2026": [("2026Q2", "2026Q2")],
    "Quý IV/2026 - I/2027": [("2026Q4", "2027Q1")],
    "Quý IV/2025 - Quý II/2027": [("2025Q4", "2027Q2")],
    "GD1: 2025-2030 GD2: 2030-2050": [("2025Q1", "2030Q4"), ("2030Q1", "2050Q4")],
    "GD1: Quý I/2029 GD2: Quý I/2035": [(None, "2029Q1"), (None, "2035Q1")],
    "Giai đoạn I: 2025-2027": [("2025Q1", "2027Q4")],
    "Từ năm 2026": [("2026Q1", None)],
}


@pytest.mark.parametrize(("printed", "spans"), PRINTED.items())
def test_every_form_that_the_document_prints_is_read(printed, spans):
    assert [(period.start, period.end) for period in read_period(printed)] == spans


def test_a_phase_that_prints_one_quarter_is_a_milestone():
    assert all(period.milestone for period in read_period("GD1: Quý I/2029 GD2: Quý I/2035"))


def test_a_task_of_one_quarter_is_no_milestone():
    assert read_period("Quý II/2026") == (Period(1, "2026Q2", "2026Q2"),)


def test_a_period_without_end_is_open():
    assert read_period("Từ năm 2026")[0].open_ended


@pytest.mark.parametrize(
    "printed",
    ["", "2026-", "năm 2026", "Quý V/2026", "Quý I/26", "2030-2026", "Quý II-I/2026", "GD2: 2026-2027",
     "2025-2026 GD1: 2027", "2026-2027 2028", "Từ năm 2026-2027", "=2026-2027", "Quý I/2027 - IV/2026"],
)  # fmt: skip
def test_what_the_grammar_does_not_know_is_refused(printed):
    with pytest.raises(ValueError, match=r"period|phases"):
        read_period(printed)


quarters = st.integers(quarter_number("2000Q1"), quarter_number("2060Q4"))
roman = {value: key for key, value in ROMAN.items()}


@given(quarters, quarters)
def test_two_printed_quarters_come_back_as_they_were(one, other):
    first, last = sorted((one, other))
    printed = (
        f"Quý {roman[first % 4 + 1]}/{first // 4} - Quý {roman[last % 4 + 1]}/{last // 4}"
        if first // 4 != last // 4
        else f"Quý {roman[first % 4 + 1]}-{roman[last % 4 + 1]}/{first // 4}"
    )
    assert read_period(printed) == (Period(1, quarter_name(first), quarter_name(last)),)


@given(st.lists(st.tuples(st.integers(2000, 2060), st.integers(0, 30)), min_size=1, max_size=9))
def test_any_number_of_phases_is_read_in_order(spans):
    printed = " ".join(f"GD{place}: {start}-{start + length}" for place, (start, length) in enumerate(spans, 1))
    expected = [(f"{start}Q1", f"{start + length}Q4") for start, length in spans]
    assert [(period.start, period.end) for period in read_period(printed)] == expected


@given(st.text(alphabet="QuýIVX/-–:0123456789 GDĐTừnămiaođ", max_size=30))
def test_any_text_is_read_whole_or_refused(text):
    try:
        periods = read_period(text)
    except ValueError:
        return
    ends = [quarter for period in periods for quarter in (period.start, period.end) if quarter]
    assert ends
    assert all(quarter_number(quarter) >= 0 for quarter in ends)


@given(quarters)
def test_a_quarter_survives_its_number(number):
    assert quarter_number(quarter_name(number)) == number


@pytest.mark.parametrize("text", ["2026", "2026Q5", "2026q1", "Q1 2026", " 2026Q1"])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ValueError, match="2026Q1"):
        quarter_number(text)
