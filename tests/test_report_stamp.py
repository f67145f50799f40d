"""What must come out the same each time has its time from the data or SOURCE_DATE_EPOCH, never from the clock."""

from datetime import UTC, datetime

import pytest
from toy import write_toy

from bnplan_lib.errors import DataError, PlanError
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.report.plan import Selection, plan_jobs
from bnplan_lib.report.stamp import day_of_data, day_signed

SIGNED = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def toy_with(folder, before, after):
    """Return the toy programme with other words in its package."""
    path = write_toy(folder) / "datapackage.json"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    return read_programme(folder)


def test_a_calendar_is_stamped_with_the_day_of_signing():
    assert day_signed(read_programme()) == SIGNED


def test_a_page_carries_the_day_of_its_data(tmp_path):
    assert day_of_data(toy_with(tmp_path, '"created": "2026-11-27T', '"created": "2027-01-31T')) == datetime(
        2027, 1, 31, tzinfo=UTC
    )


def test_data_that_say_no_day_have_that_of_signing(tmp_path):
    assert day_of_data(toy_with(tmp_path, '"created"', '"made"')) == SIGNED


@pytest.mark.parametrize("day", [day_signed, day_of_data])
def test_a_set_time_is_the_stamp(monkeypatch, day):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert day(read_programme()) == datetime(1970, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("epoch", ["yesterday", "1.5", "9" * 20])
def test_a_set_time_that_is_none_is_refused(monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(PlanError, match=f"SOURCE_DATE_EPOCH: must be whole seconds since 1970, found '{epoch}'"):
        day_signed(read_programme())


def test_data_without_a_day_of_signing_are_refused(tmp_path):
    programme = toy_with(tmp_path, '"signed": "2026-03-31"', '"signed": "31/3/2026"')
    with pytest.raises(DataError, match=r"programme\.signed: must be a day such as 2026-03-31, found '31/3/2026'"):
        day_signed(programme)


def test_data_made_on_no_day_are_refused(tmp_path):
    programme = toy_with(tmp_path, '"created": "2026-11-27T00:00:00Z"', '"created": "27/11/2026"')
    with pytest.raises(DataError, match=r"datapackage\.json:created: must be a day such as .*, found '27/11/2026'"):
        day_of_data(programme)


def test_a_page_runs_again_once_its_time_is_another(monkeypatch):
    def fingerprint():
        return plan_jobs([Selection(notebooks=("00_overview",), languages=("vi",))])[0].fingerprint

    before = fingerprint()
    assert fingerprint() == before
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert fingerprint() != before
