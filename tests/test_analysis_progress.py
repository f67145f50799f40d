"""Where targets, tasks and money stand, on the toy programme and on the real one."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from toy import DATA, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.delivery import delivery, disbursement
from bnplan_lib.analysis.observed import observed
from bnplan_lib.analysis.target_progress import target_progress
from bnplan_lib.errors import PlanError
from bnplan_lib.model.economy import economy

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
UNCERTAIN = bn.read_scenario("uncertain")
COLUMNS = list(PROGRAMME.observations.columns)


def seen(row_id, period, value, status="estimate", version=1, table="targets", measure="value", reason=None):
    return dict(
        zip(
            COLUMNS,
            (table, row_id, measure, period, value, status, version, "report", None, "2027-01-15", reason),
            strict=True,
        )
    )


def done(table, row_id, quarter, value):
    return seen(row_id, quarter, value, table=table, measure="done_percent")


def with_reports(programme, *rows):
    added = pd.DataFrame(rows, columns=COLUMNS).astype(programme.observations.dtypes.to_dict())
    return replace(programme, observations=pd.concat([programme.observations, added], ignore_index=True))


def row(programme, target, year=2026, story=MIDDLE, **options):
    return target_progress(programme, story, year, **options).set_index("id").loc[target]


def test_what_has_come_in_for_2025_is_what_the_facts_say():
    facts = PROGRAMME.facts.set_index("id")["value"]
    ours = PROGRAMME.observations
    assert ours.set_index("id")["value"].to_dict() == {
        "A.I.1": 10.27, "A.I.2": 5810, "A.I.3": 9, "A.I.7": 182, "A.I.8.revenue": 72500, "A.I.9": 43.5, "A.II.3": 5.77,
    }  # fmt: skip
    assert (ours["fact_id"].map(facts) == ours["value"]).all()


def test_a_final_value_counts_before_a_preliminary_one_and_a_correction_before_what_it_corrects():
    reports = with_reports(
        PROGRAMME,
        seen("A.I.1", "2026", 12.6),
        seen("A.I.1", "2026", 12.1, "preliminary"),
        seen("A.I.1", "2026", 12.3, "preliminary", 2, reason="recount"),
    )
    table = observed(reports, 2026).set_index(["id", "period"])
    assert table.loc[("A.I.1", "2026"), ["value", "status", "superseded"]].tolist() == [12.3, "preliminary", 2]
    final = with_reports(reports, seen("A.I.1", "2026", 11.9, "final"))
    assert row(final, "A.I.1")["value"] == pytest.approx(0.119)
    later = with_reports(PROGRAMME, seen("A.I.1", "2027", 12.6))
    assert row(later, "A.I.1", 2026)["light"] == "no_data"  # the year before does not know of it


def test_a_year_without_a_value_reads_no_data_and_says_what_is_due():
    one = row(PROGRAMME, "A.I.9")
    assert (one["light"], one["reported"], one["year"]) == ("no_data", False, 2025)
    assert one["due"] == pytest.approx(0.435 + 0.215 / 5)
    assert math.isnan(row(PROGRAMME, "A.I.10")["due"])  # no base
    step = row(PROGRAMME, "A.I.7")["due"] / 182  # five such steps from 182 add up to the target
    assert 182 * sum(step**year for year in range(1, 6)) == pytest.approx(1090)


def test_a_figure_that_stands_twice_is_reported_once():
    reports = with_reports(PROGRAMME, seen("B.II.1.life_expectancy", "2026", 75.1))
    table = target_progress(reports, MIDDLE, 2026).set_index("id")
    assert table.loc["A.II.2.life_expectancy", ["value", "under"]].tolist() == [75.1, "B.II.1.life_expectancy"]
    both = with_reports(reports, seen("A.II.2.life_expectancy", "2026", 75.2))
    assert target_progress(both, MIDDLE, 2026).set_index("id")["value"][
        ["A.II.2.life_expectancy", "B.II.1.life_expectancy"]
    ].tolist() == [75.2, 75.1]


def test_a_ratio_is_weighed_by_the_scenario_s_economy():
    reports = with_reports(PROGRAMME, seen("A.I.4", "2026", 30), seen("A.I.5", "2026", 4))
    now = economy(PROGRAMME, MIDDLE)
    grdp, rise = now.grdp[1:, 0], now.grdp[1:, 0] - now.grdp[:-1, 0]
    table = target_progress(reports, MIDDLE, 2026).set_index("id")
    assert table.loc["A.I.4", "needed"] == pytest.approx((0.35 * grdp.sum() - 0.30 * grdp[0]) / grdp[1:].sum())
    assert table.loc["A.I.5", "needed"] == pytest.approx((3.5 * rise.sum() - 4 * rise[0]) / rise[1:].sum())


def test_without_observations_the_chance_is_that_of_the_simulation():
    told = bn.simulate(PROGRAMME, UNCERTAIN, draws=5000).targets.set_index("target_id")["probability"]
    found = target_progress(PROGRAMME, UNCERTAIN, 2026, draws=5000).set_index("id")["chance"].dropna()
    assert found.to_dict() == told.to_dict()


@pytest.mark.parametrize("target", ["A.I.1", "A.I.2", "A.I.4", "A.I.5", "A.I.7", "A.I.8.revenue", "B.I.3", "A.I.1.3"])
def test_a_year_that_went_as_the_scenario_has_it_leaves_the_outcome_as_it_was(target):
    """Observed values that are the model's own, put into one draw of it, change nothing."""
    from bnplan_lib.model.series import SERIES

    measure = PROGRAMME.target(target)["measure"]
    series = SERIES[measure](economy(PROGRAMME, MIDDLE))
    first = 1 if series.kind in ("level", "amount") else 0
    yearly = series.values if series.of is None else series.values / series.of
    known = {place: float(yearly[first + place, 0]) for place in (0, 1)}
    assert series.outcome(known) == pytest.approx(series.outcome({}), rel=1e-12)


def test_a_bad_year_lowers_the_chance_and_a_good_one_raises_it():
    free, bad, good = (
        row(with_reports(PROGRAMME, *reports), "A.I.1", story=UNCERTAIN, draws=4000)["chance"]
        for reports in ([], [seen("A.I.1", "2026", 8)], [seen("A.I.1", "2026", 13)])
    )
    assert bad < free < good


def test_all_years_observed_leave_no_doubt():
    rates = [seen("A.I.1", str(year), 11.2) for year in range(2026, 2031)]
    one = row(with_reports(PROGRAMME, *rates), "A.I.1", 2030, UNCERTAIN, draws=200)
    assert (one["light"], one["chance"]) == ("reached", 1.0)
    rates[0] = seen("A.I.1", "2026", 9.0)  # 1.09 * 1.112 ** 4 = 1.66665 < 1.11 ** 5 = 1.68506
    one = row(with_reports(PROGRAMME, *rates), "A.I.1", 2030, UNCERTAIN, draws=200)
    assert (one["light"], one["chance"]) == ("missed", 0.0)


@pytest.mark.parametrize(
    "reports, year, light",
    [
        ([], 2028, "no_data"),
        ([("2028Q4", 60)], 2028, "no_path"),
        ([("2028Q4", 60)], 2029, "missed"),
        ([("2028Q4", 60), ("2029Q4", 100)], 2029, "reached"),
        ([("2030Q1", 100)], 2030, "missed"),
    ],
)
def test_a_milestone_is_reached_in_time_or_missed(reports, year, light):
    programme = with_reports(PROGRAMME, *[done("targets", "text.I.3.central_city", *one) for one in reports])
    assert row(programme, "text.I.3.central_city", year)["light"] == light


def test_one_body_s_targets_alone():
    table = target_progress(PROGRAMME, MIDDLE, 2026, agency="health")
    leads = PROGRAMME.targets.set_index("id")["leads"].fillna("")
    assert table["id"].tolist() == [one for one in leads.index if "health" in leads[one].split(";")]


@pytest.mark.parametrize(
    "year, agency, slack, told",
    [(2025, "", 0.25, "from 2026 to 2030"), (2031, "", 0.25, "found 2031"), (2026.5, "", 0.25, "the year must be"),
     (2026, "helth", 0.25, "health"), (2026, "", -1, "slack"), (2026, "", math.nan, "slack")],
)  # fmt: skip
def test_a_wrong_question_is_refused(year, agency, slack, told):
    with pytest.raises(PlanError, match=told):
        target_progress(PROGRAMME, MIDDLE, year, agency, slack)


# I.1 runs to 2026Q2, I.2 in it
@pytest.mark.parametrize(
    "reports, state, finished, late",
    [
        ([], "not_reported", None, 2),
        ([("2026Q2", 100)], "done", "2026Q2", 0),
        ([("2026Q1", 40), ("2026Q4", 100)], "done_late", "2026Q4", 2),
        ([("2026Q2", 90)], "overdue", None, 2),
        ([("2026Q2", 100), ("2026Q3", 80)], "overdue", None, 2),  # taken back
        ([("2026Q1", 100), ("2026Q3", 100)], "done", "2026Q1", 0),
    ],
)
def test_a_task_is_done_late_or_not_reported(tmp_path, reports, state, finished, late):
    write_toy(tmp_path)
    others = [done("tasks", "I.2", "2026Q2", 100)]  # one that is finished beside it
    programme = with_reports(bn.read_programme(tmp_path), *others, *[done("tasks", "I.1", *one) for one in reports])
    table = delivery(programme, bn.read_scenario("middle", folder=tmp_path), 2026).set_index(["table", "id"])
    one = table.loc[("tasks", "I.1")]
    assert (one["state"], one["late"]) == (state, late)
    assert one["finished"] == finished or (pd.isna(one["finished"]) and finished is None)


def test_money_paid_stands_beside_money_by_plan(tmp_path):
    """The toy's I.1 has 80 over eight quarters, so 40 a year; I.2 its 20 in 2027; II.1 no cost."""
    write_toy(tmp_path)
    paid = seen("I.1", "2026", 30.0, table="projects", measure="disbursed_bn_vnd")
    programme = with_reports(bn.read_programme(tmp_path), paid)
    table = disbursement(programme, bn.read_scenario("middle", folder=tmp_path), 2027).set_index(["project_id", "year"])
    assert table["planned_bn_vnd"].fillna(-1).to_dict() == pytest.approx(
        {
            ("I.1", 2026): 40,
            ("I.1", 2027): 40,
            ("I.2", 2026): 0,
            ("I.2", 2027): 20,
            ("II.1", 2026): -1,
            ("II.1", 2027): -1,
        }
    )
    assert table["disbursed_bn_vnd"].dropna().to_dict() == {("I.1", 2026): 30.0}


def test_nothing_reported_on_the_real_programme_is_not_taken_for_undone():
    table = delivery(PROGRAMME, MIDDLE, 2026)
    assert set(table["state"]) == {"not_reported", "silent", "ahead", "undated"}
    # by the printed quarters 14 tasks end in 2026; two orders and four projects have their end there as well
    tasks = table[table["table"] == "tasks"].set_index("id")["state"]
    printed = PROGRAMME.tasks.set_index("id")["end"] <= "2026Q4"
    assert (tasks == "not_reported").to_dict() == printed.to_dict()


def test_all_of_it_for_one_body(recwarn):
    """A correction is kept with what it corrects, and who is asked for what is counted."""
    reports = with_reports(
        PROGRAMME,
        seen("A.II.6.beds", "2026", 33.0),
        seen("A.II.6.beds", "2026", 33.5, version=2, reason="recount"),
        seen("A.I.9", "2026", 46.0),
        seen("A.I.9", "2026", 46.2, version=2, reason="recount"),
        seen("B.II.1.life_expectancy", "2026", 75.0),
        done("tasks", "III.5", "2026Q4", 20),
    )
    now = bn.progress(reports, MIDDLE, 2026, agency="health")
    assert now.revisions[["id", "before", "value"]].to_numpy().tolist() == [["A.II.6.beds", 33.0, 33.5]]
    assert set(now.targets["id"]) == set(now.ways["id"])
    assert set(now.items.loc[now.items["table"] == "tasks", "id"]) == {"III.5", "IV.1"}
    counts = now.missing.set_index("agency").loc["health"]
    # beds, and life expectancy under both its numbers, of the ten that Health leads; III.5 and IV.1 are not over
    assert (counts["targets"], counts["targets_reported"], counts["due"]) == (10, 3, 0)
    assert sorted(bn.progress(reports, MIDDLE, 2026).revisions["id"]) == ["A.I.9", "A.II.6.beds"]
    assert [str(one.message) for one in recwarn] == []


def test_a_body_that_leads_nothing_has_nothing_to_report():
    with pytest.raises(PlanError, match="media leads no target, task or order"):
        bn.progress(PROGRAMME, MIDDLE, 2026, agency="media")


def test_the_data_folder_has_the_table():
    assert (DATA / "observations" / "observations.csv").is_file()
