"""GRDP forgone by delay, by hand and against the same worked out another way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.delays import grdp_forgone, if_late
from bnplan_lib.errors import UnknownName
from bnplan_lib.inputs.scenario import move_levers

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")


def test_a_late_project_of_the_toy_by_hand(tmp_path):
    folder = write_toy(tmp_path)
    programme, story = (
        bn.read_programme(folder),
        bn.read_scenario("middle", {"projects.I.2.delay_quarters": 4, "macro.icor": 4}, folder),
    )
    table = grdp_forgone(programme, story).set_index("year")
    # 20 due in 2027 come in 2028, at an ICOR of 4
    assert table["missing_bn_vnd"].tolist() == pytest.approx([0, 20, 0, 0, 0])
    assert table["forgone_bn_vnd"].tolist() == pytest.approx([0, 5, 0, 0, 0])


def test_the_ends_of_the_target_bound_what_is_lost():
    late = move_levers(MIDDLE, {"projects.III.26.delay_quarters": 8})
    row = grdp_forgone(PROGRAMME, late).set_index("year").loc[2026]
    # a quarter of 186,966 is missing; ICOR 3 to 3.5, in the middle 3.25
    expected = [186_966 / 4 / icor for icor in (3.5, 3.25, 3.0)]
    assert row[["low_bn_vnd", "forgone_bn_vnd", "high_bn_vnd"]].tolist() == pytest.approx(expected)


def test_samsung_two_years_late_by_hand():
    row = if_late(PROGRAMME, MIDDLE, "project", 8).set_index("project").loc["III.26"]
    # 186,966 in four years from 2026: behind by 1/4, 1/2, 1/2, 1/2 and 1/4 of it at the ends of five years; ICOR 3.25
    assert row["forgone_bn_vnd"] == pytest.approx(186_966 * 2 / 3.25)
    assert row["leaves_window_bn_vnd"] == pytest.approx(186_966 / 4)


def test_no_delay_costs_nothing_and_an_overrun_neither():
    story = move_levers(MIDDLE, {"projects.*.overrun": 50.0})
    assert np.allclose(grdp_forgone(PROGRAMME, story)["forgone_bn_vnd"], 0)


def test_a_dropped_project_is_never_made_up():
    story = move_levers(MIDDLE, {"projects.III.31.dropped": True})
    table = grdp_forgone(PROGRAMME, story)
    # 7,020 in five quarters from 2025Q4, all of it gone by the end of 2026
    assert table["missing_bn_vnd"].tolist() == pytest.approx([7_020] * 5)


@settings(max_examples=15)
@given(st.sampled_from(sorted(PROGRAMME.projects["id"])), st.integers(1, 40))
def test_one_project_late_is_the_scenario_with_that_delay(project, quarters):
    late = move_levers(MIDDLE, {f"projects.{project}.delay_quarters": quarters})
    expected = grdp_forgone(PROGRAMME, late)["forgone_bn_vnd"].sum()
    found = if_late(PROGRAMME, MIDDLE, "project", quarters).set_index("project")["forgone_bn_vnd"].get(project, 0.0)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("by", ["project", "capital_source", "sector", "asset"])
def test_parts_of_the_list_lose_what_the_whole_loses(by):
    parts = if_late(PROGRAMME, MIDDLE, by, 6)
    whole = if_late(PROGRAMME, MIDDLE, "all", 6).iloc[0]
    for column in ("cost_bn_vnd", "leaves_window_bn_vnd", "forgone_bn_vnd"):
        assert parts[column].sum() == pytest.approx(whole[column])


def test_an_unknown_set_is_refused():
    with pytest.raises(UnknownName, match="no set of projects 'sectors'; nearest: sector"):
        if_late(PROGRAMME, MIDDLE, "sectors")
