"""What has come in is held to the programme's rows, units and history, every fault at its place."""

import pytest
from toy import write_toy

from bnplan_lib.errors import DataError
from bnplan_lib.inputs.programme import read_programme

COLUMNS = ("table", "id", "measure", "period", "value", "status", "version", "source", "fact_id", "recorded", "reason")


def seen(*cells, **changed):
    """Return one observation: a target's value in 2026 unless changed."""
    row = dict(
        zip(
            COLUMNS,
            ("targets", "A.I.1", "value", "2026", "11", "estimate", "1", "report", "", "2027-01-15", ""),
            strict=True,
        )
    )
    return row | changed


def faults(folder, *rows):
    write_toy(folder, observations=rows)
    with pytest.raises(DataError) as caught:
        read_programme(folder)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"value": "-9.28"},
        {"table": "tasks", "id": "I.1", "measure": "done_percent", "period": "2026Q3", "value": "100"},
        {"table": "projects", "id": "I.1", "measure": "disbursed_bn_vnd", "value": "38.5"},
        {"table": "projects", "id": "II.1", "measure": "done_percent", "period": "2026Q4", "value": "0"},
        {"period": "2025", "value": "5", "fact_id": "grdp_growth.2025"},
    ],
)
def test_sound_observations_are_read(tmp_path, changed):
    write_toy(tmp_path, observations=[seen(**changed)])
    row = read_programme(tmp_path).observations.iloc[0]
    assert row["value"] == float(changed.get("value", 11))


@pytest.mark.parametrize(
    "changed, place, told",
    [
        ({"id": "A.I.99"}, "id", "must be a row of targets"),
        ({"table": "agencies"}, "table", "not an allowed value"),
        ({"table": "tasks", "id": "I.1"}, "measure", "must be done_percent"),
        ({"measure": "disbursed_bn_vnd"}, "measure", "must be value"),
        ({"period": "2026Q4"}, "period", "value is of a year such as 2026"),
        ({"table": "tasks", "id": "I.1", "measure": "done_percent"}, "period", "of a quarter such as 2026Q4"),
        ({"period": "26"}, "period", "must match"),
        ({"value": ""}, "value", "must not be blank"),
        ({"value": "11,5"}, "value", "must be a number"),
        ({"value": "nan"}, "value", "must be a number"),
        ({"value": "-101"}, "value", "must be at least -100"),
        ({"status": "plan"}, "status", "not an allowed value"),
        ({"source": ""}, "source", "must not be blank"),
        ({"recorded": "2026-02-30"}, "recorded", "must be a day"),
        ({"recorded": "15/01/2027"}, "recorded", "must match"),
        ({"version": "2"}, "version", "version 1 must come before it"),
        ({"reason": "because"}, "reason", "a first version corrects nothing"),
        ({"fact_id": "grdp_growth.2025"}, "value", "must be 5 as grdp_growth.2025 says"),
        ({"fact_id": "nothing.2025"}, "fact_id", "not in facts"),
        ({"table": "projects", "id": "I.1", "measure": "disbursed_bn_vnd", "value": "-1"}, "value", "at least 0"),
        (
            {"table": "projects", "id": "I.1", "measure": "done_percent", "period": "2026Q4", "value": "101"},
            "value",
            "must be from 0 to 100",
        ),
    ],
)
def test_a_fault_is_named_at_its_cell(tmp_path, changed, place, told):
    found = [fault for fault in faults(tmp_path, seen(**changed)) if f"observations.csv:2:{place}" in fault]
    assert found and told in found[0]


def test_a_correction_needs_its_predecessor_a_reason_and_a_later_day(tmp_path):
    first, second = seen(), seen(version="2", value="11.4", reason="revised by the statistics office")
    write_toy(tmp_path / "sound", observations=[first, second])
    assert read_programme(tmp_path / "sound").observations["value"].tolist() == [11.0, 11.4]
    assert "a correction must have a reason" in faults(tmp_path / "a", first, seen(version="2", value="11.4"))[0]
    assert "must not be before its predecessor" in faults(tmp_path / "b", first, second | {"recorded": "2026-12-31"})[0]
    assert "version 2 must come before it" in faults(tmp_path / "c", first, second | {"version": "3"})[0]
    assert "must be unique" in faults(tmp_path / "d", first, seen(value="12"))[0]


def test_every_fault_is_said_at_once(tmp_path):
    found = faults(tmp_path, seen(id="A.I.99"), seen(status="plan"), seen(value="x"))
    assert sorted(fault.split(":")[1] for fault in found) == ["2", "3", "4"]
