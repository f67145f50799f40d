"""What runs when, with how much money, and what it belongs to: by hand and by law."""

import csv

import numpy as np
import pytest
from toy import DATA, phase_row, project_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.presence import KINDS, as_printed, first_largest, membership, presence
from bnplan_lib.errors import UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_number
from bnplan_lib.model.schedule import project_schedule, task_schedule

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
# costs that no phase has of its own fall by length: I.1 runs 2026 and 2028, III.1 has only milestones
PHASED = (
    ("I.1", "public", "80", "GD1: 2026 GD2: 2028", "roads_bridges", "gia_binh;bac_ninh"),
    ("II.1", "ppp", "100", "GD1: 2026-2027 GD2: 2027-2028", "airport", ""),
    ("II.2", "ppp", "40", "Từ năm 2028", "airport", ""),
    ("III.1", "off_budget", "60", "GD1: Quý I/2027 GD2: Quý IV/2027", "airport", ""),
)
PHASES = (
    *(phase_row("I.1", "2026Q1", "2026Q4"), phase_row("I.1", "2028Q1", "2028Q4") | {"phase": 2}),
    *(phase_row("II.1", "2026Q1", "2027Q4"), phase_row("II.1", "2027Q1", "2028Q4") | {"phase": 2}),
    phase_row("II.2", "2028Q1", "") | {"open_ended": "true"},
    phase_row("III.1", "", "2027Q1") | {"milestone": "true"},
    phase_row("III.1", "", "2027Q4") | {"milestone": "true", "phase": 2},
)


def read(folder, **tables):
    write_toy(folder, **tables)
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return read(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def phased(tmp_path_factory):
    projects = [project_row(*row) for row in PHASED]
    return read(tmp_path_factory.mktemp("phased"), projects=projects, project_phases=PHASES, project_groups=[])


@pytest.fixture(scope="module")
def ordered(tmp_path_factory):
    """The toy with a road in two places, covered by two orders that finance leads, one of them with all departments."""
    road = project_row(*PHASED[0][:3], "2026-2027", *PHASED[0][4:])
    orders = [order_row("1.1", "finance;all_departments"), order_row("1.2", "finance;health")]
    return read(
        tmp_path_factory.mktemp("ordered"),
        projects=[road],
        project_phases=[phase_row("I.1", "2026Q1", "2027Q4")],
        project_groups=[],
        directives=orders,
        project_orders=[cover_row("I.1", "1.1"), cover_row("I.1", "1.2")],
    )


def order_row(key, leads):
    return {"id": key, "row": key, "section": "II", "leads": leads, "summary_vi": key, "summary_en": key,
            "source": f"section-2:{key}"}  # fmt: skip


def cover_row(project, order):
    return {"project_id": project, "directive_id": order, "basis": "stated", "confidence": "certain",
            "reason_vi": "a", "reason_en": "a", "source": f"section-2:{order}"}  # fmt: skip


def running(found, table, key):
    """Return the quarters in which an item runs, and the money in each of them that has any."""
    row = found.items.index[(found.items["table"] == table) & (found.items["id"] == key)][0]
    quarters = np.array(found.quarters)
    paid = {quarter: amount for quarter, amount in zip(quarters, found.load_bn_vnd[row], strict=True) if amount}
    return list(quarters[found.runs[row]]), paid


def span(first, last):
    return [f"{n // 4}Q{n % 4 + 1}" for n in range(quarter_number(first), quarter_number(last) + 1)]


def same(one, other):
    assert one.items.equals(other.items)
    assert one.start == other.start
    assert (one.runs == other.runs).all()
    assert one.load_bn_vnd == pytest.approx(other.load_bn_vnd)


def test_presence_by_hand(toy):
    found = presence(*toy)
    assert found.items[["table", "id"]].to_numpy().tolist() == [
        ["projects", "I.1"], ["projects", "I.2"], ["projects", "II.1"], ["tasks", "I.1"], ["tasks", "I.2"],
    ]  # fmt: skip
    assert found.quarters == span("2026Q1", "2030Q4")
    assert running(found, "projects", "I.2") == (span("2027Q1", "2027Q4"), dict.fromkeys(span("2027Q1", "2027Q4"), 5))


def test_a_project_and_a_task_of_one_id_are_two_items(toy):
    found = presence(*toy)
    assert running(found, "projects", "I.1")[0] == span("2026Q1", "2027Q4")
    assert running(found, "tasks", "I.1") == (["2026Q1", "2026Q2"], {})


def test_a_project_without_a_cost_runs_without_money(toy):
    assert running(presence(*toy), "projects", "II.1") == (span("2026Q1", "2030Q4"), {})


def test_a_project_pauses_between_its_phases(phased):
    # two phases of a year each share 80 by length: 10 a quarter, nothing in 2027
    quarters, paid = running(presence(*phased), "projects", "I.1")
    assert quarters == span("2026Q1", "2026Q4") + span("2028Q1", "2028Q4")
    assert paid == pytest.approx(dict.fromkeys(quarters, 10))


def test_first_and_last_of_a_project_hold_its_pause(phased):
    items = presence(*phased).items.set_index(["table", "id"])
    expected = [quarter_number("2026Q1"), quarter_number("2028Q4")]
    assert items.loc[("projects", "I.1"), ["first", "last"]].tolist() == expected


def test_phases_that_overlap_run_once_and_pay_twice(phased):
    # 100 over two phases of eight quarters: 6.25 a quarter of each, both in 2027
    quarters, paid = running(presence(*phased), "projects", "II.1")
    assert quarters == span("2026Q1", "2028Q4")
    assert (paid["2026Q4"], paid["2027Q1"], paid["2028Q1"]) == pytest.approx((6.25, 12.5, 6.25))


def test_an_open_end_is_the_scenarios(phased):
    programme, story = phased
    assert running(presence(programme, story), "projects", "II.2")[0] == span("2028Q1", "2030Q4")
    later = move_levers(story, {"phasing.open_end": "2032Q2"})
    assert running(presence(programme, later), "projects", "II.2")[0] == span("2028Q1", "2032Q2")


def test_milestones_run_from_the_scenarios_start_to_the_last_of_them(phased):
    # 60 over 2026Q1 to 2027Q4
    assert running(presence(*phased), "projects", "III.1") == (
        span("2026Q1", "2027Q4"),
        pytest.approx(dict.fromkeys(span("2026Q1", "2027Q4"), 7.5)),
    )


def test_a_dropped_project_is_not_there(toy):
    programme, story = toy
    found = presence(programme, move_levers(story, {"projects.I.2.dropped": True}))
    assert "I.2" not in set(found.items.loc[found.items["table"] == "projects", "id"])
    assert found.load_bn_vnd.sum() == pytest.approx(80)


def test_without_projects_and_tasks_there_are_no_quarters(tmp_path):
    found = presence(*read(tmp_path, projects=[], project_phases=[], project_groups=[], tasks=[]))
    assert (found.quarters, len(found.items), found.runs.shape) == ([], 0, (0, 0))


def test_with_every_project_dropped_the_tasks_stay(toy):
    programme, story = toy
    found = presence(programme, move_levers(story, {"projects.*.dropped": True}))
    assert (found.quarters, set(found.items["table"])) == (["2026Q1", "2026Q2"], {"tasks"})
    assert not found.load_bn_vnd.any()


@pytest.mark.parametrize("scenario", ["middle", "airport_late", "slow_spending", "costs_over"])
def test_money_of_the_programme_is_that_of_its_phases(scenario):
    story = bn.read_scenario(scenario)
    found = presence(PROGRAMME, story)
    phased = bn.phase_investment(PROGRAMME, story).groupby("quarter")["amount_bn_vnd"].sum()
    by_quarter = dict(zip(found.quarters, found.load_bn_vnd.sum(axis=0), strict=True))
    assert by_quarter == pytest.approx(phased.reindex(found.quarters, fill_value=0).to_dict())


def test_money_falls_only_where_a_project_runs():
    found = presence(PROGRAMME, bn.read_scenario("airport_late"))
    assert found.load_bn_vnd.sum() == pytest.approx(988_981.8)
    assert not found.load_bn_vnd[~found.runs].any()


def test_each_item_runs_in_the_quarters_of_its_schedule():
    found, story = presence(PROGRAMME, MIDDLE), MIDDLE
    rows = [
        *(("projects", row.project_id, row.first, row.last) for row in project_schedule(PROGRAMME, story).itertuples()),
        *(("tasks", row.task_id, row.first, row.last) for row in task_schedule(PROGRAMME, story).itertuples()),
    ]
    expected = {(table, key, number) for table, key, first, last in rows for number in range(first, last + 1)}
    item, place = np.nonzero(found.runs)
    keys = found.items[["table", "id"]].to_numpy()
    assert {(*keys[one], found.start + at) for one, at in zip(item, place, strict=True)} == expected


MOVED = {
    "projects.*.delay_quarters": 1,
    "projects.sector:airport.delay_quarters": 8,
    "projects.corridor:ring_road_5.stretch": 50.0,
    "projects.asset:factory.dropped": True,
    "projects.III.16.dropped": True,
    "tasks.*.delay_quarters": 1,
    "tasks.group:II.delay_quarters": 3,
    "tasks.II.7.delay_quarters": 6,
}


@pytest.mark.parametrize("key", MOVED)
def test_each_way_of_moving_items_changes_presence_and_is_undone(key):
    moved = move_levers(MIDDLE, {key: MOVED[key]})
    plain, found = presence(PROGRAMME, MIDDLE), presence(PROGRAMME, moved)
    assert not (plain.items.equals(found.items) and np.allclose(plain.load_bn_vnd, found.load_bn_vnd))
    same(presence(PROGRAMME, as_printed(moved)), plain)


def test_as_printed_undoes_all_moves_at_once():
    same(presence(PROGRAMME, as_printed(move_levers(MIDDLE, MOVED))), presence(PROGRAMME, MIDDLE))


def test_as_printed_undoes_overruns_profiles_and_the_rules_of_phasing_too():
    other = {"phasing.open_end": "2035Q4", "projects.*.overrun": 20.0, "projects.II.1.profile": "s_curve"}
    same(presence(PROGRAMME, as_printed(move_levers(MIDDLE, other))), presence(PROGRAMME, MIDDLE))


def test_as_printed_keeps_the_economy_of_the_scenario():
    assert as_printed(move_levers(MIDDLE, {"growth.industry": 5.0})).values["growth.industry"] == 5.0


def test_as_printed_leaves_the_scenario_it_is_given_alone():
    moved = move_levers(MIDDLE, MOVED)
    as_printed(moved)
    assert moved.values["tasks.II.7.delay_quarters"] == 6


def test_an_item_belongs_to_each_of_its_places(ordered):
    assert membership(ordered[0], "place").to_numpy().tolist() == [
        ["projects", "I.1", "gia_binh"], ["projects", "I.1", "bac_ninh"],
    ]  # fmt: skip


def test_what_names_nothing_belongs_to_nothing(toy):
    assert set(membership(toy[0], "place")["id"]) == {"I.1", "I.2"}
    assert membership(toy[0], "corridor").empty


def test_groups_are_of_tasks(toy):
    assert membership(toy[0], "group").to_numpy().tolist() == [["tasks", "I.1", "I"], ["tasks", "I.2", "I"]]


def test_a_project_belongs_once_to_each_single_body_that_leads_its_orders(ordered):
    rows = membership(ordered[0], "agency")
    assert rows[rows["table"] == "projects"].to_numpy().tolist() == [
        ["projects", "I.1", "finance"], ["projects", "I.1", "health"],
    ]  # fmt: skip


def test_a_task_belongs_to_each_body_that_leads_it(toy):
    assert membership(toy[0], "agency").to_numpy().tolist() == [
        ["tasks", "I.1", "finance"], ["tasks", "I.2", "finance"], ["tasks", "I.2", "health"],
    ]  # fmt: skip


def test_an_unknown_classification_is_refused():
    with pytest.raises(UnknownName, match="no classification 'corridors'; nearest: corridor"):
        membership(PROGRAMME, "corridors")


@pytest.mark.parametrize("by", [kind for kind in KINDS if kind not in ("agency", "group")])
def test_classes_of_projects_are_those_of_the_file(by):
    with (DATA / "programme" / "projects.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["id"], name) for row in csv.DictReader(file) for name in row[by].split(";") if name]
    table = membership(PROGRAMME, by)
    assert list(zip(table["id"], table["class"], strict=True)) == rows


def test_the_bodies_of_the_free_trade_zone_by_hand():
    # orders 4.2 (Finance) and 1.4 (six bodies, Finance among them, with all departments and communes)
    rows = membership(PROGRAMME, "agency")
    zone = rows.loc[(rows["table"] == "projects") & (rows["id"] == "II.6"), "class"]
    assert sorted(zone) == ["construction", "culture", "finance", "industry_trade", "science", "state_bank"]


@pytest.mark.parametrize(
    ("amounts", "place"), [((1, 3, 3), 1), ((0, 0), 0), ((3 - 1e-12, 3), 0), ((2.99, 3), 1), ((5,), 0)]
)
def test_the_first_largest_does_not_see_rounding(amounts, place):
    assert first_largest(np.array(amounts, float)) == place
