"""Who leads, helps with and owns what and when, and who works with whom: by hand and by law."""

import csv
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import DATA, RATES, target_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.workload import MEASURES, busiest, duties, partners, workload
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name, quarter_number

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
COLLECTIVE = {"all_departments", "communes", "party_bodies", "people_councils", "fatherland_front",
              "mass_organisations"}  # fmt: skip
QUARTERS = [f"{year}Q{place}" for year in range(2026, 2031) for place in (1, 2, 3, 4)]
NOTHING = {"projects": [], "project_phases": [], "project_groups": [], "tasks": []}


def task_row(key, leads, coordinates, start, end):
    told = {"2026Q1": "I", "2026Q2": "II", "2026Q3": "III", "2026Q4": "IV"}
    printed = f"Quý {told[start]}/2026" if start == end else f"Quý {told[start]}-{told[end]}/2026"
    return {"id": key, "group": "I", "title_vi": key, "title_en": key, "label_vi": key, "label_en": key,
            "leads": leads, "coordinates": coordinates, "printed_period": printed, "start": start, "end": end,
            "source": f"appendix-2:{key}"}  # fmt: skip


def order_row(key, leads, coordinates="", due="", row=None):
    return {"id": key, "row": row or key, "section": "II", "leads": leads, "coordinates": coordinates,
            "summary_vi": key, "summary_en": key, "due": due, "source": f"section-2:{row or key}"}  # fmt: skip


def target(key, leads, row=None, year=2030):
    return target_row(key, *RATES[key]) | {"leads": leads, "row": row or key, "year": year}


def read(folder, **tables):
    write_toy(folder, **tables)
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


# targets of the toy, each a row: who leads, and the year
TARGETS = dict.fromkeys(RATES, ("", 2030)) | {"A.I.3": ("finance", 2027), "A.I.4": ("finance;statistics", 2030)}
TASKS = [
    task_row("I.1", "finance", "all_departments;communes", "2026Q1", "2026Q2"),
    task_row("I.2", "finance;health", "justice;finance", "2026Q2", "2026Q2"),
    task_row("I.3", "finance;all_departments", "power", "2026Q3", "2026Q3"),
]
ORDERS = [
    order_row("1", "finance;all_departments", "health;justice;communes"),
    order_row("2", "health", "justice", due="2026Q3"),
    order_row("3", "health", "", due="2026Q2"),
    order_row("3.b", "health;finance", "", row="3"),
]


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    targets = [target(key, *(leads, None, year)) for key, (leads, year) in TARGETS.items()]
    return read(tmp_path_factory.mktemp("toy"), **NOTHING | {"tasks": TASKS}, directives=ORDERS, targets=targets)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    targets = [target(key, "") for key in RATES]
    return read(tmp_path_factory.mktemp("empty"), **NOTHING, targets=targets)


def desk(programme, story, body, quarter):
    table = workload(programme, story).set_index(["agency_id", "quarter"])
    return table.loc[(body, quarter)].tolist() if (body, quarter) in table.index else None


def rows_of(name):
    with (DATA / "programme" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bodies(cell):
    return set(cell.split(";")) - COLLECTIVE - {""}


# columns of the results, in their order: tasks led, shared, joined; orders led, joined; targets led


def test_the_desk_of_a_body_by_hand(toy):
    # finance leads I.1, I.2 with health, I.3 with all; orders 1 and 3.b; two targets, one of them to 2027
    assert desk(*toy, "finance", "2026Q1") == [1, 0, 0, 2, 0, 2]
    assert desk(*toy, "finance", "2026Q2") == [2, 1, 0, 2, 0, 2]
    assert desk(*toy, "finance", "2026Q3") == [1, 1, 0, 2, 0, 2]
    assert desk(*toy, "finance", "2028Q1") == [0, 0, 0, 2, 0, 1]


def test_an_order_with_a_date_is_on_the_desk_until_then(toy):
    # health leads order 2 to 2026Q3, order 3 throughout, helps with order 1
    assert desk(*toy, "health", "2026Q3") == [0, 0, 0, 2, 1, 0]
    assert desk(*toy, "health", "2026Q4") == [0, 0, 0, 1, 1, 0]


def test_an_order_stays_as_long_as_the_last_of_its_parts(toy):
    # part 3 is due in 2026Q2, part 3.b has no date
    assert desk(*toy, "health", "2030Q4") == [0, 0, 0, 1, 1, 0]


def test_a_task_of_all_departments_is_joined_by_each_department(toy):
    # I.1 through all departments, I.2 by name
    assert desk(*toy, "justice", "2026Q1") == [0, 0, 1, 0, 2, 0]
    assert desk(*toy, "justice", "2026Q2") == [0, 0, 2, 0, 2, 0]


@pytest.mark.parametrize("body", ["industry_trade", "industrial_zones", "committee_office", "police", "tax"])
def test_departments_authorities_offices_forces_and_central_branches_are_among_all(toy, body):
    assert desk(*toy, body, "2026Q1") == [0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize("body", ["people_committee", "media", "power", *sorted(COLLECTIVE)])
def test_other_bodies_are_not_among_all(toy, body):
    assert desk(*toy, body, "2026Q1") is None


def test_an_enterprise_joins_what_names_it(toy):
    assert desk(*toy, "power", "2026Q3") == [0, 0, 1, 0, 0, 0]


def test_a_body_does_not_join_what_it_leads(toy):
    # I.2 names finance as lead and as helper; health is one of the departments that help with I.1
    assert desk(*toy, "finance", "2026Q2")[2] == 0
    assert desk(*toy, "health", "2026Q2") == [1, 1, 1, 2, 1, 0]


def test_an_order_of_all_departments_is_no_single_bodys(toy):
    assert desk(*toy, "culture", "2026Q3") is None


def test_bodies_stand_in_their_order_and_quarters_in_theirs(toy):
    table = workload(*toy)
    place = {body: number for number, body in enumerate(toy[0].agencies["id"])}
    keys = [(place[body], quarter) for body, quarter in zip(table["agency_id"], table["quarter"], strict=True)]
    assert keys == sorted(keys)


def test_a_late_task_is_on_the_desk_later(toy):
    programme, story = toy
    late = move_levers(story, {"tasks.I.2.delay_quarters": 1})
    assert desk(programme, late, "finance", "2026Q2")[:3] == [1, 0, 0]
    assert desk(programme, late, "finance", "2026Q3")[:3] == [2, 2, 0]


def test_quarters_after_the_programme_are_left_out(toy):
    programme, story = toy
    # I.1 has begun by 2026Q2 and ends in 2031Q4
    late = move_levers(story, {"tasks.I.1.delay_quarters": 22, "phasing.delay_from": "2026Q2"})
    table = workload(programme, late)
    assert table["quarter"].max() == "2030Q4"
    led = table.loc[table["agency_id"] == "finance", ["quarter", "tasks_led"]].set_index("quarter")["tasks_led"]
    assert (led["2030Q4"], led["2026Q2"]) == (1, 2)


def test_quarters_before_the_programme_are_left_out(tmp_path):
    early = task_row("I.1", "justice", "", "2026Q1", "2026Q1")
    early |= {"printed_period": "Quý III/2025 - I/2026", "start": "2025Q3"}
    table = workload(*read(tmp_path, **NOTHING | {"tasks": [early]}))
    assert table.loc[table["agency_id"] == "justice", "quarter"].tolist() == ["2026Q1"]


def test_without_duties_there_are_no_rows(empty):
    assert workload(*empty).empty
    assert workload(*empty)[list(MEASURES)].dtypes.equals(workload(PROGRAMME, MIDDLE)[list(MEASURES)].dtypes)


def test_dropping_projects_changes_no_desk():
    dropped = move_levers(MIDDLE, {"projects.*.dropped": True})
    assert workload(PROGRAMME, dropped).equals(workload(PROGRAMME, MIDDLE))


def test_each_body_leads_the_tasks_of_the_file_in_each_quarter():
    expected = {}
    for row in rows_of("tasks"):
        for quarter in QUARTERS[QUARTERS.index(row["start"]) : QUARTERS.index(row["end"]) + 1]:
            for body in bodies(row["leads"]):
                led, shared = expected.get((body, quarter), (0, 0))
                expected[body, quarter] = (led + 1, shared + (";" in row["leads"]))
    table = workload(PROGRAMME, MIDDLE).set_index(["agency_id", "quarter"])
    table = table[table["tasks_led"] + table["shared_tasks"] > 0]
    found = zip(table.index, zip(table["tasks_led"], table["shared_tasks"], strict=True), strict=True)
    assert dict(found) == expected


def test_each_department_helps_with_every_task_that_it_does_not_lead():
    # each row of Appendix II has "Các Sở, ngành, cơ quan và UBND các xã, phường có liên quan" beside its lead
    tasks = rows_of("tasks")
    for row in workload(PROGRAMME, MIDDLE).itertuples():
        among = row.agency_id not in ("power", "media", "people_committee")
        running = [task for task in tasks if task["start"] <= row.quarter <= task["end"]]
        joined = sum(row.agency_id not in bodies(task["leads"]) for task in running)
        assert row.tasks_joined == (joined if among else 0)


@pytest.mark.parametrize(("column", "measure"), [("leads", "orders_led"), ("coordinates", "orders_joined")])
def test_each_body_has_the_orders_of_the_file_in_each_quarter(column, measure):
    # the one order with a date is of all departments and communes
    named = {(row["row"], body) for row in rows_of("directives") for body in bodies(row[column])}
    expected = {}
    for _, body in named:
        expected[body] = expected.get(body, 0) + 1
    table = workload(PROGRAMME, MIDDLE)
    for quarter in QUARTERS:
        now = table[(table["quarter"] == quarter) & (table[measure] > 0)]
        assert dict(zip(now["agency_id"], now[measure], strict=True)) == expected


def test_each_body_leads_the_targets_of_the_file_until_the_end_of_their_year():
    # a numbered target with several years, such as text.5.6, until the last of them
    rows, years = rows_of("targets"), {}
    for row in rows:
        years[row["row"]] = max(row["year"], years.get(row["row"], ""))
    owned = {(row["row"], years[row["row"]], body) for row in rows for body in bodies(row["leads"])}
    table = workload(PROGRAMME, MIDDLE)
    for quarter in QUARTERS:
        now = table[(table["quarter"] == quarter) & (table["targets_led"] > 0)]
        expected = {}
        for _, year, body in owned:
            if quarter[:4] <= year:
                expected[body] = expected.get(body, 0) + 1
        assert dict(zip(now["agency_id"], now["targets_led"], strict=True)) == expected


def test_seven_leads_make_one_task_count_seven_times():
    table = workload(PROGRAMME, MIDDLE)
    assert table.loc[table["quarter"] == "2029Q1", "shared_tasks"].sum() == 7


LATE = st.dictionaries(st.sampled_from([f"tasks.{key}.delay_quarters" for key in PROGRAMME.tasks["id"]]),
                       st.integers(0, 8), max_size=8)  # fmt: skip


@settings(max_examples=10)
@given(LATE)
def test_late_tasks_are_led_in_the_quarters_to_which_they_move(late):
    table = workload(PROGRAMME, move_levers(MIDDLE, late))
    expected = 0
    for row in rows_of("tasks"):
        delay = late.get(f"tasks.{row['id']}.delay_quarters", 0)
        first, last = (quarter_number(row[end]) for end in ("start", "end"))
        # delays act from 2026Q1 on, which no task precedes: each moves as a whole
        inside = [number for number in range(first + delay, last + delay + 1) if quarter_name(number) in QUARTERS]
        expected += len(inside) * len(bodies(row["leads"]))
    assert table["tasks_led"].sum() == expected


def test_the_busiest_quarter_by_hand(toy):
    table = busiest(*toy).set_index("agency_id")
    assert table.loc["finance", ["quarter", "tasks_led", "tasks"]].tolist() == ["2026Q2", 2, ("I.1", "I.2")]
    # no task led: most joined, the first such quarter
    assert table.loc["justice", ["quarter", "tasks_joined", "tasks"]].tolist() == ["2026Q2", 2, ()]
    assert table.loc["tax", ["quarter", "tasks_joined"]].tolist() == ["2026Q1", 1]


def test_a_body_with_targets_alone_is_busiest_in_the_first_quarter(empty):
    programme, story = empty
    owner = programme.targets.assign(leads="power")
    table = busiest(replace(programme, targets=owner), story)
    assert table[["agency_id", "quarter", "targets_led"]].to_numpy().tolist() == [["power", "2026Q1", len(RATES)]]


def test_without_duties_no_body_is_busy(empty):
    assert busiest(*empty).empty
    assert list(busiest(*empty).columns) == list(busiest(PROGRAMME, MIDDLE).columns)


def test_the_busiest_bodies_come_first():
    assert busiest(PROGRAMME, MIDDLE)["tasks_led"].is_monotonic_decreasing


@settings(max_examples=10)
@given(LATE)
def test_the_busiest_quarter_is_the_largest_of_a_body_and_lists_what_it_leads(late):
    story = move_levers(MIDDLE, late)
    most = workload(PROGRAMME, story).groupby("agency_id")["tasks_led"].max()
    leads = {row["id"]: bodies(row["leads"]) for row in rows_of("tasks")}
    for row in busiest(PROGRAMME, story).itertuples():
        assert row.tasks_led == len(row.tasks) == most[row.agency_id]
        assert all(row.agency_id in leads[task] for task in row.tasks)


def test_finance_leads_three_tasks_in_the_second_quarter_of_2026_by_hand():
    # Appendix II: II.1 (II/2026), II.6 (II-III), II.12 (I-II); the other thirteen of sixteen running it helps with
    row = busiest(PROGRAMME, MIDDLE).iloc[0]
    assert row[["agency_id", "quarter", "tasks_led", "tasks_joined"]].tolist() == ["finance", "2026Q2", 3, 13]
    assert row["tasks"] == ("II.1", "II.6", "II.12")


def test_three_bodies_lead_three_tasks_at_once_by_hand():
    # Agriculture II.2 II.10 IV.1; Home Affairs I.1 II.3 IV.1, these from the first quarter of 2026 on
    table = busiest(PROGRAMME, MIDDLE)
    top = table[table["tasks_led"] == 3].set_index("agency_id")
    assert top["tasks"].to_dict() == {
        "finance": ("II.1", "II.6", "II.12"),
        "agriculture_environment": ("II.2", "II.10", "IV.1"),
        "home_affairs": ("I.1", "II.3", "IV.1"),
    }


def test_finance_in_the_second_quarter_of_2026_by_hand():
    # orders led as below; helps with 2.3 2.4 2.5 2.6 2.7 5.7 7.1 7.3; targets A.I.1-6 and 8, A.II.1 and 3,
    # B.I.1-3 and the figures of order 1.7
    assert desk(PROGRAMME, MIDDLE, "finance", "2026Q2") == [3, 0, 13, 14, 8, 13]


def test_agriculture_has_one_target_less_after_2027_by_hand():
    # A.II.4: no poor households by the end of 2027
    led = {year: desk(PROGRAMME, MIDDLE, "agriculture_environment", f"{year}Q4")[-1] for year in (2027, 2028)}
    assert led == {2027: 10, 2028: 9}


def test_duties_by_hand(toy):
    table = duties(toy[0]).set_index("agency_id")
    # tasks led; orders led and joined; targets led
    assert table.loc["finance"].tolist() == [3, 2, 0, 2]
    assert table.loc["health"].tolist() == [1, 2, 1, 0]
    assert table.loc["justice"].tolist() == [0, 0, 2, 0]
    assert table.loc["statistics"].tolist() == [0, 0, 0, 1]


def test_duties_hold_each_single_body_once(empty):
    table = duties(empty[0])
    assert set(table["agency_id"]) == set(empty[0].agencies["id"]) - COLLECTIVE
    assert table["agency_id"].is_unique
    assert not table.drop(columns="agency_id").to_numpy().any()


def test_duties_are_what_was_once_on_a_desk():
    most = workload(PROGRAMME, MIDDLE).groupby("agency_id")[["orders_led", "orders_joined", "targets_led"]].max()
    table = duties(PROGRAMME).set_index("agency_id")[list(most.columns)]
    assert table.reindex(most.index).equals(most)
    assert not table.drop(most.index).to_numpy().any()


def test_finance_leads_fourteen_orders_by_hand():
    # 1.1 1.4 1.5 1.7 1.8 3.2 4.1 4.2 4.3 4.4 4.5 5.2 5.3 and III.2
    table = duties(PROGRAMME).set_index("agency_id")
    assert table.loc["finance", ["tasks_led", "orders_led", "targets_led"]].tolist() == [3, 14, 13]


@pytest.mark.parametrize(("body", "tasks", "led", "joined"), [
    # II.2 II.10 IV.1; 1.3 2.1 2.2 2.3 2.6 2.7 5.6; 2.4 2.5 5.5 5.7
    ("agriculture_environment", 3, 7, 4),
    # II.7 II.8 II.9; 1.4 2.4 4.1 4.3 4.5 4.6 and the hospitals of 5.3; 2.3 2.5 2.6 2.7 4.4 7.1
    ("construction", 3, 7, 6),
    # I.1 II.3 II.4 II.5 IV.1; 1.8 5.4 and the schools of 5.2; 5.5 5.6 5.7
    ("home_affairs", 5, 3, 3),
    # IV.1; 7.2; 7.1 7.3
    ("police", 1, 1, 2),
    ("justice", 0, 1, 0),  # 6
])  # fmt: skip
def test_duties_of_other_bodies_by_hand(body, tasks, led, joined):
    table = duties(PROGRAMME).set_index("agency_id")
    assert table.loc[body, ["tasks_led", "orders_led", "orders_joined"]].tolist() == [tasks, led, joined]


def test_partners_by_hand(toy):
    # tasks: I.2 names finance, health, justice; I.3 finance, power. Orders: 1 finance, health, justice;
    # 2 health, justice; 3.b finance, health. Target A.I.4: finance, statistics
    columns = ["first_id", "second_id", "tasks", "orders", "targets", "shared", "both_lead"]
    assert partners(toy[0])[columns].to_numpy().tolist() == [
        ["finance", "health", 1, 2, 0, 3, 2],
        ["health", "justice", 1, 2, 0, 3, 0],
        ["finance", "justice", 1, 1, 0, 2, 0],
        ["finance", "power", 1, 0, 0, 1, 0],
        ["finance", "statistics", 0, 0, 1, 1, 1],
    ]


def test_bodies_of_different_parts_of_one_target_are_no_partners(tmp_path):
    parts = {"A.I.1": "finance;statistics", "A.I.1.1": "finance;statistics", "A.I.1.2": "culture;statistics"}
    targets = [target(key, parts.get(key, ""), row="A.I.1") for key in RATES]
    table = partners(read(tmp_path, **NOTHING, targets=targets)[0])
    # two parts name finance with statistics, and none names it with culture
    assert table[["first_id", "second_id", "targets"]].to_numpy().tolist() == [
        ["culture", "statistics", 1], ["finance", "statistics", 1],
    ]  # fmt: skip


def test_bodies_lead_an_order_together_if_they_lead_one_part_of_it(tmp_path):
    orders = [order_row("1", "finance;culture"), order_row("1.b", "finance", "culture", row="1")]
    table = partners(read(tmp_path, **NOTHING, directives=orders)[0])
    assert table[["first_id", "second_id", "orders", "both_lead"]].to_numpy().tolist() == [
        ["finance", "culture", 1, 1],
    ]  # fmt: skip


def test_without_duties_no_bodies_are_partners(empty):
    assert partners(empty[0]).empty
    numbers = ["tasks", "orders", "targets", "shared", "both_lead"]
    assert partners(empty[0])[numbers].dtypes.equals(partners(PROGRAMME)[numbers].dtypes)


def test_partners_are_those_that_the_files_name_together():
    found = {}
    for kind, key in (("tasks", "id"), ("directives", "row"), ("targets", "row")):
        for row in rows_of(kind):
            for pair in combinations(sorted(bodies(row["leads"]) | bodies(row.get("coordinates", ""))), 2):
                both = set(pair) <= bodies(row["leads"])
                named = found.setdefault(frozenset(pair), {}).setdefault((kind, row[key]), False)
                found[frozenset(pair)][kind, row[key]] = named or both
    expected = {pair: (len(named), sum(named.values())) for pair, named in found.items()}
    rows = partners(PROGRAMME)
    assert (rows["shared"] == rows[["tasks", "orders", "targets"]].sum(axis=1)).all()
    assert {
        frozenset((row.first_id, row.second_id)): (row.shared, row.both_lead) for row in rows.itertuples()
    } == expected


def test_finance_and_construction_share_most_by_hand():
    # both lead 1.4 4.1 4.3 4.5 and the hospitals of 5.3; one helps the other, or both a third, in 2.3 2.4 2.5 2.6
    # 2.7 4.4 7.1; the growth of services (A.I.1.3) names both
    row = partners(PROGRAMME).iloc[0]
    assert row.tolist() == ["finance", "construction", 0, 12, 1, 13, 6]


def test_no_target_names_agriculture_with_customs_by_hand():
    # A.I.1.1 names Agriculture and Statistics, A.I.1.4 Finance, Statistics, Tax and Customs
    rows = partners(PROGRAMME).set_index(["first_id", "second_id"])
    assert ("agriculture_environment", "customs") not in rows.index
    assert rows.loc[("agriculture_environment", "statistics"), "targets"] == 1
