"""Printed figures are read in Vietnamese notation, and nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnplan_lib.inputs.printed import printed_numbers

PRINTED = {
    "11 - 12%/năm": (11, 12),
    "12,1 - 13,3%/năm": (12.1, 13.3),
    "8.700 – 8.200 USD": (8700, 8200),
    "375.700 tỷ đồng": (375700,),
    "3,0 – 3,5": (3, 3.5),
    "ít nhất 02 doanh nghiệp": (2,),
    "419,8": (419.8,),
    "1.234.567,89": (1234567.89,),
    "Đến hết năm 2027, toàn tỉnh không còn hộ nghèo": (0,),
    "bao phủ bảo hiểm y tế toàn dân": (100,),
    "trước năm 2030": (),
    "": (),
}


@pytest.mark.parametrize(("text", "numbers"), PRINTED.items())
def test_figures_are_read_as_printed(text, numbers):
    assert printed_numbers(text) == numbers


@pytest.mark.parametrize("text", ["8.70 USD", "1,234,5", "12.3456", "1.2.3", "1..000", "1,5.0"])
def test_figures_in_another_notation_are_refused(text):
    with pytest.raises(ValueError, match="Vietnamese notation"):
        printed_numbers(text)


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_printed_number_comes_back(whole, cents):
    assert printed_numbers(f"{whole:,}".replace(",", ".") + f",{cents:02d} tỷ") == (float(f"{whole}.{cents:02d}"),)
