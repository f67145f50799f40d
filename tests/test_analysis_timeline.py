"""Concurrency, peaks, overlaps and meetings, by hand and by law."""

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import phase_row, project_row, write_toy

import bnplan_lib as bn
from bnplan_lib.analysis.presence import KINDS
from bnplan_lib.analysis.timeline import concurrency_by, meetings, overlaps, peaks
from bnplan_lib.errors import UnknownName
from bnplan_lib.inputs.scenario import move_levers
from bnplan_lib.model.quarters import quarter_name
from bnplan_lib.model.schedule import project_schedule, task_schedule

PROGRAMME = bn.read_programme()
MIDDLE = bn.read_scenario("middle")
AIRPORT_LATE = bn.read_scenario("airport_late")
COUNTS = ["running_projects", "running_tasks", "load_bn_vnd"]
EXCLUSIVE = ("capital_source", "sector", "asset")
ORDER = {"id": "1.1", "row": "1.1", "section": "II", "leads": "finance", "summary_vi": "a", "summary_en": "a",
         "source": "section-2:1.1"}  # fmt: skip
COVER = {"project_id": "I.1", "directive_id": "1.1", "basis": "stated", "confidence": "certain", "reason_vi": "a",
         "reason_en": "a", "source": "section-2:1.1"}  # fmt: skip


def read(folder, **tables):
    write_toy(folder, **tables)
    return bn.read_programme(folder), bn.read_scenario("middle", folder=folder)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The toy, and finance leads the order that covers project I.1."""
    return read(tmp_path_factory.mktemp("toy"), directives=[ORDER], project_orders=[COVER])


@pytest.fixture(scope="module")
def paused(tmp_path_factory):
    """Three projects in the same two places: one runs in 2026 and 2029, one in 2027 and 2028, one from 2028 on."""
    rows = (("I.1", "80", "GD1: 2026 GD2: 2029"), ("I.2", "20", "2027-2028"), ("I.3", "60", "2028-2030"))
    return read(
        tmp_path_factory.mktemp("paused"),
        projects=[project_row(key, "public", cost, period, "airport", "tan_an;my_thai") for key, cost, period in rows],
        project_phases=[
            *(phase_row("I.1", "2026Q1", "2026Q4"), phase_row("I.1", "2029Q1", "2029Q4") | {"phase": 2}),
            *(phase_row("I.2", "2027Q1", "2028Q4"), phase_row("I.3", "2028Q1", "2030Q4")),
        ],
        project_groups=[],
        tasks=[],
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return read(tmp_path_factory.mktemp("empty"), projects=[], project_phases=[], project_groups=[], tasks=[])


def times(programme, story):
    """Return the quarter numbers in which each item runs."""
    found = {}
    for table, key, first, last in (
        *(("projects", row.project_id, row.first, row.last) for row in project_schedule(programme, story).itertuples()),
        *(("tasks", row.task_id, row.first, row.last) for row in task_schedule(programme, story).itertuples()),
    ):
        found.setdefault((table, key), set()).update(range(first, last + 1))
    return found


def classes(programme, by):
    """Return the classes of each item, straight from the tables."""
    if by == "agency":
        leads = dict(zip(programme.directives["id"], programme.directives["leads"], strict=True))
        orders = programme.project_orders
        cells = [("projects", key, leads[order]) for key, order in orders[["project_id", "directive_id"]].to_numpy()]
        cells += [("tasks", key, lead) for key, lead in programme.tasks[["id", "leads"]].to_numpy()]
        left_out = {"all_departments", "communes"}
    else:
        table = "tasks" if by == "group" else "projects"
        cells = [(table, key, cell) for key, cell in getattr(programme, table)[["id", by]].to_numpy()]
        left_out = set()
    found = {}
    for table, key, cell in cells:
        found.setdefault((table, key), set()).update(set(cell.split(";") if isinstance(cell, str) else ()) - left_out)
    return found


def brute_pairs(programme, story, by):
    """Return for each class and pair of items that share it the quarters in which both run."""
    runs, own = times(programme, story), classes(programme, by)
    return {
        (name, frozenset((one, other))): runs[one] & runs[other]
        for one, other in combinations(runs, 2)
        for name in own.get(one, set()) & own.get(other, set())
    }


def listed(table, by):
    """Return the rows of overlaps in the form of `brute_pairs`: number of quarters, the first and the last."""
    return {
        (row[by], frozenset(((row["first_table"], row["first_id"]), (row["second_table"], row["second_id"])))): (
            row["overlap_quarters"],
            row["from_quarter"] if row["overlap_quarters"] else None,
            row["to_quarter"] if row["overlap_quarters"] else None,
        )
        for row in table.to_dict("records")
    }


def told(shared):
    return len(shared), *((quarter_name(min(shared)), quarter_name(max(shared))) if shared else (None, None))


# concurrency


def test_concurrency_by_hand(toy):
    table = bn.concurrency(*toy).set_index("quarter")
    assert table.loc["2026Q2", ["running_projects", "running_tasks"]].tolist() == [2, 2]
    assert table.loc["2027Q1", ["running_projects", "running_tasks", "load_bn_vnd"]].tolist() == [3, 0, 15]
    assert table.loc["2030Q4", "running_projects"] == 1
    assert len(table) == 20


def test_the_airport_counts_once_where_its_phases_overlap():
    alone = {f"projects.{key}.dropped": True for key in PROGRAMME.projects["id"] if key != "II.1"}
    table = bn.concurrency(PROGRAMME, move_levers(MIDDLE, alone)).set_index("quarter")
    assert table.loc["2030Q2", "running_projects"] == 1


def test_running_quarters_add_up_to_the_lengths_of_all_projects():
    total = bn.concurrency(PROGRAMME, MIDDLE)["running_projects"].sum()
    assert total == sum(len(quarters) for (table, _), quarters in times(PROGRAMME, MIDDLE).items() if table != "tasks")


def test_almost_every_project_runs_in_2026():
    table = bn.concurrency(PROGRAMME, MIDDLE).set_index("quarter")
    assert table.loc["2026Q2", ["running_projects", "running_tasks"]].tolist() == [55, 16]


def test_a_delay_of_all_projects_moves_the_whole_load():
    late = {f"projects.{key}.delay_quarters": 4 for key in PROGRAMME.projects["id"]} | {"phasing.delay_from": "2025Q1"}
    before = bn.concurrency(PROGRAMME, MIDDLE).set_index("quarter")["load_bn_vnd"]
    after = bn.concurrency(PROGRAMME, move_levers(MIDDLE, late)).set_index("quarter")["load_bn_vnd"]
    assert after["2027Q1"] == pytest.approx(before["2026Q1"])
    assert after.index[0] == "2026Q1"


def test_a_quarter_in_which_nothing_runs_is_there_with_zeros(paused):
    programme, story = paused
    table = bn.concurrency(programme, move_levers(story, {"projects.I.2.dropped": True})).set_index("quarter")
    assert table.loc["2027Q2", COUNTS].tolist() == [0, 0, 0]


def test_concurrency_by_sector_by_hand(toy):
    table = concurrency_by(*toy, "sector").set_index(["sector", "quarter"])
    assert table.loc[("roads_bridges", "2027Q4")].tolist() == [2, 0, 15]
    assert table.loc[("airport", "2030Q4")].tolist() == [1, 0, 0]
    assert table.groupby("sector").size().to_dict() == {"roads_bridges": 8, "airport": 20}


def test_concurrency_by_agency_holds_tasks_and_the_projects_of_its_orders(toy):
    table = concurrency_by(*toy, "agency").set_index(["agency", "quarter"])
    assert table.loc[("finance", "2026Q2")].tolist() == [1, 2, 10]
    assert table.loc[("finance", "2027Q4")].tolist() == [1, 0, 10]
    assert table.loc["health"].reset_index().to_numpy().tolist() == [["2026Q2", 0, 1, 0]]


def test_a_class_has_no_row_for_its_pause(paused):
    programme, story = paused
    alone = move_levers(story, {"projects.I.2.dropped": True, "projects.I.3.dropped": True})
    table = concurrency_by(programme, alone, "sector")
    assert table["quarter"].tolist() == [f"{year}Q{place}" for year in (2026, 2029) for place in (1, 2, 3, 4)]


@pytest.mark.parametrize("story", [MIDDLE, AIRPORT_LATE], ids=["middle", "airport_late"])
@pytest.mark.parametrize("by", EXCLUSIVE)
def test_classes_of_projects_add_up_to_the_whole_in_each_quarter(by, story):
    whole = bn.concurrency(PROGRAMME, story).set_index("quarter")[["running_projects", "load_bn_vnd"]]
    parts = concurrency_by(PROGRAMME, story, by).groupby("quarter")[["running_projects", "load_bn_vnd"]].sum()
    assert np.allclose(parts.reindex(whole.index, fill_value=0), whole)


def test_groups_of_tasks_add_up_to_the_whole_in_each_quarter():
    whole = bn.concurrency(PROGRAMME, MIDDLE).set_index("quarter")["running_tasks"]
    parts = concurrency_by(PROGRAMME, MIDDLE, "group").groupby("quarter")["running_tasks"].sum()
    assert parts.reindex(whole.index, fill_value=0).equals(whole)


@pytest.mark.parametrize("by", ["place", "corridor", "agency"])
def test_what_belongs_to_several_classes_counts_in_each(by):
    table, own = concurrency_by(PROGRAMME, MIDDLE, by), classes(PROGRAMME, by)
    expected = sum(len(own.get(item, ())) * len(quarters) for item, quarters in times(PROGRAMME, MIDDLE).items())
    assert table[["running_projects", "running_tasks"]].to_numpy().sum() == expected


# peaks


def test_the_peak_by_hand(toy):
    peak = peaks(*toy).iloc[0]
    assert peak[["quarter", "running_projects", "running_tasks"]].tolist() == ["2026Q2", 2, 2]
    assert peak["members"] == ("projects:I.1", "projects:II.1", "tasks:I.1", "tasks:I.2")
    assert peak[["load_quarter", "load_bn_vnd", "total_bn_vnd"]].tolist() == ["2027Q1", 15, 100]
    assert peak["payers"] == ("projects:I.1", "projects:I.2")


def test_peaks_of_classes_by_hand_most_money_first(toy):
    table = peaks(*toy, "capital_source")
    assert table["capital_source"].tolist() == ["public", "ppp"]
    assert table.loc[0, ["quarter", "running_projects", "total_bn_vnd"]].tolist() == ["2027Q1", 2, 100]


def test_a_class_without_money_has_a_peak_but_no_quarter_of_most_money(toy):
    row = peaks(*toy, "capital_source").iloc[1]
    assert (row["quarter"], row["members"], row["load_bn_vnd"]) == ("2026Q1", ("projects:II.1",), 0)
    assert row["payers"] == ()
    assert row["load_quarter"] is None or row["load_quarter"] != row["load_quarter"]


def test_the_quarter_of_most_money_is_the_first_of_those_alike():
    # I.13 and I.14 pay the same in every quarter of 2026 to 2030; in floating point some later sums are larger
    alone = {f"projects.{key}.dropped": True for key in PROGRAMME.projects["id"] if key not in ("I.13", "I.14")}
    assert peaks(PROGRAMME, move_levers(MIDDLE, alone)).loc[0, "load_quarter"] == "2026Q1"


@pytest.mark.parametrize("by", KINDS)
def test_a_peak_is_the_largest_of_its_class(by):
    most = concurrency_by(PROGRAMME, MIDDLE, by)
    most = most.assign(items=most["running_projects"] + most["running_tasks"]).groupby(by)[["items", "load_bn_vnd"]]
    table = peaks(PROGRAMME, MIDDLE, by).set_index(by)
    assert (table["running_projects"] + table["running_tasks"]).to_dict() == most.max()["items"].to_dict()
    assert table["load_bn_vnd"].to_dict() == pytest.approx(most.max()["load_bn_vnd"].to_dict())


@pytest.mark.parametrize("by", KINDS)
def test_members_are_as_many_as_run_and_are_of_the_class(by):
    own = {f"{table}:{key}": names for (table, key), names in classes(PROGRAMME, by).items()}
    for row in peaks(PROGRAMME, MIDDLE, by).to_dict("records"):
        assert len(row["members"]) == row["running_projects"] + row["running_tasks"]
        assert all(row[by] in own[key] for key in {*row["members"], *row["payers"]})


def test_payers_pay_the_whole_of_the_largest_load_the_largest_first():
    peak = peaks(PROGRAMME, MIDDLE).iloc[0]
    paid = bn.phase_investment(PROGRAMME, MIDDLE)
    paid = paid[paid["quarter"] == peak["load_quarter"]].set_index("project_id")["amount_bn_vnd"]
    amounts = [paid[key.removeprefix("projects:")] for key in peak["payers"]]
    assert sum(amounts) == pytest.approx(peak["load_bn_vnd"])
    assert np.diff(amounts).max() < 1e-6


# from Appendix III: the quarters that a project takes, and the costs of those that run through the whole of 2026
COSTS_OF_2026 = {
    5: [7_020],  # III.31, from the last quarter of 2025 on
    7: [7_800],  # III.30, likewise
    8: [50_254, 4_098, 12_243, 5_186],  # II.2 to II.5
    12: [1_066, 419.8, 699, 2_692, 3_731, 2_806, 3_745, 2_992, 2_779, 1_986, 1_878, 600],  # I.4 I.15 III.11 III.17-25
    16: [1_800, 3_600, 186_966],  # I.1 I.2 III.26
    20: [2_983, 6_334, 5_560, 2_046, 7_557, 5_500, 5_947, 2_183, 14_825, 345, 320, 500, 350,  # group I
         5_000, 4_780, 1_134,  # III.13-15, open-ended: to 2030
         166_702, 37_582, 15_506, 15_400],  # III.16 III.27-29
    24: [22_490, 196_378 * 141_230 / 196_370],  # I.13; phase 1 of the airport by the costs of its phases
    28: [30_656],  # III.8
    32: [11_171, 41_271, 19_714, 13_680, 7_467, 5_740],  # III.1-5 III.12
    36: [8_540],  # III.7
    37: [1_151],  # III.10, milestones: from 2026Q1 to 2035Q1
    40: [13_458, 10_766],  # III.6 III.9
}  # fmt: skip


def test_the_peak_of_the_programme_by_hand():
    # Appendix III: all but I.7, which begins in 2027; Appendix II: 11 tasks that end in 2026Q2 (I.1 II.1 II.3
    # II.10-12 III.1-4 IV.3), three in 2026Q3 (II.2 II.6 IV.2), two in 2030 (III.5 IV.1); the other five begin later
    peak = peaks(PROGRAMME, MIDDLE).iloc[0]
    assert peak[["quarter", "running_projects", "running_tasks"]].tolist() == ["2026Q2", 55, 16]
    assert "projects:I.7" not in peak["members"]
    tasks = [key.removeprefix("tasks:") for key in peak["members"] if key.startswith("tasks:")]
    assert tasks == [
        *("I.1", "II.1", "II.2", "II.3", "II.6", "II.10", "II.11", "II.12"),
        *("III.1", "III.2", "III.3", "III.4", "III.5", "IV.1", "IV.2", "IV.3"),
    ]


def test_most_money_of_the_programme_falls_in_each_quarter_of_2026_by_hand():
    peak = peaks(PROGRAMME, MIDDLE).iloc[0]
    assert sum(map(len, COSTS_OF_2026.values())) == len(peak["payers"]) == 54  # of 55 the free-trade zone has no cost
    assert peak["load_quarter"] == "2026Q1"
    assert peak["load_bn_vnd"] == pytest.approx(sum(sum(costs) / length for length, costs in COSTS_OF_2026.items()))
    assert peak["total_bn_vnd"] == pytest.approx(988_981.8)


# overlaps


def test_overlaps_by_hand(toy):
    row = bn.overlaps(*toy, "place").iloc[0]
    assert row[["place", "first_id", "second_id", "overlap_quarters", "relation"]].tolist() == [
        "gia_binh", "I.1", "I.2", 4, "finished-by",
    ]  # fmt: skip
    assert (row["from_quarter"], row["to_quarter"], row["cost_bn_vnd"]) == ("2027Q1", "2027Q4", 100)


def test_projects_and_tasks_of_one_body_meet_by_hand(toy):
    # project I.1 2026Q1-2027Q4 costs 80, task I.1 2026Q1-Q2, task I.2 2026Q2
    rows = bn.overlaps(*toy, "agency").drop(columns=["agency", "to_quarter"])
    assert rows["cost_bn_vnd"].isna().all()  # tasks have none
    assert sorted(rows.drop(columns="cost_bn_vnd").to_numpy().tolist()) == [
        ["projects", "I.1", "tasks", "I.1", 2, "started-by", "2026Q1"],
        ["projects", "I.1", "tasks", "I.2", 1, "contains", "2026Q2"],
        ["tasks", "I.1", "tasks", "I.2", 1, "finished-by", "2026Q2"],
    ]


def test_projects_that_do_not_meet_are_no_pair(toy):
    programme, story = toy
    assert bn.overlaps(programme, move_levers(story, {"projects.I.2.delay_quarters": 4}), "place").empty


def test_projects_that_do_not_meet_are_a_pair_where_those_apart_are_asked_for(toy):
    programme, story = toy
    row = overlaps(programme, move_levers(story, {"projects.I.2.delay_quarters": 4}), "place", apart=True).iloc[0]
    assert row[["first_id", "second_id", "overlap_quarters", "relation"]].tolist() == ["I.1", "I.2", 0, "meets"]
    assert row[["from_quarter", "to_quarter"]].isna().all()


def test_a_project_does_not_meet_what_runs_in_its_pause(paused):
    rows = overlaps(*paused, "place")
    pairs = rows[rows["place"] == "tan_an"].set_index(["first_id", "second_id"])
    assert set(pairs.index) == {("I.1", "I.3"), ("I.2", "I.3")}
    assert pairs.loc[("I.1", "I.3"), ["overlap_quarters", "from_quarter"]].tolist() == [4, "2029Q1"]


def test_a_pair_in_two_places_has_a_row_for_each(paused):
    rows = overlaps(*paused, "place", apart=True)
    assert rows["place"].value_counts().to_dict() == {"tan_an": 3, "my_thai": 3}


def test_a_project_in_two_places_meets_the_projects_of_both():
    pairs = bn.overlaps(PROGRAMME, MIDDLE, "place")
    kinh_bac = pairs[pairs["place"] == "kinh_bac"]
    assert set(kinh_bac["first_id"]) | set(kinh_bac["second_id"]) == {"I.15", "I.16"}


def test_an_unknown_classification_is_refused():
    with pytest.raises(UnknownName, match="no classification 'corridors'; nearest: corridor"):
        bn.overlaps(PROGRAMME, MIDDLE, "corridors")


@pytest.mark.parametrize("story", [MIDDLE, AIRPORT_LATE], ids=["middle", "airport_late"])
@pytest.mark.parametrize("by", KINDS)
def test_overlaps_are_those_of_all_pairs_tried_one_by_one(by, story):
    expected = {key: told(shared) for key, shared in brute_pairs(PROGRAMME, story, by).items() if shared}
    table = overlaps(PROGRAMME, story, by)
    assert len(table) == len(expected)
    assert listed(table, by) == expected


@pytest.mark.parametrize("by", KINDS)
def test_pairs_with_those_apart_are_all_pairs_of_a_class(by):
    expected = {key: told(shared) for key, shared in brute_pairs(PROGRAMME, MIDDLE, by).items()}
    assert listed(overlaps(PROGRAMME, MIDDLE, by, apart=True), by) == expected


KEYS = [f"projects.{key}.delay_quarters" for key in PROGRAMME.projects["id"]] + [
    f"tasks.{key}.delay_quarters" for key in PROGRAMME.tasks["id"]
]


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(KEYS), st.integers(-8, 40), max_size=30), st.sampled_from(KINDS))
def test_overlaps_are_those_of_all_pairs_whatever_is_late(late, by):
    story = move_levers(MIDDLE, late | {"phasing.delay_from": "2029Q2"})  # between the milestones of III.10
    expected = {key: told(shared) for key, shared in brute_pairs(PROGRAMME, story, by).items() if shared}
    assert listed(overlaps(PROGRAMME, story, by), by) == expected


def test_the_relation_is_that_of_the_whole_periods():
    span = {item: (min(quarters), max(quarters) + 1) for item, quarters in times(PROGRAMME, AIRPORT_LATE).items()}
    for row in overlaps(PROGRAMME, AIRPORT_LATE, "agency", apart=True).itertuples():
        one, other = span[row.first_table, row.first_id], span[row.second_table, row.second_id]
        # the four signs that tell Allen's thirteen relations apart
        signs = tuple(int(np.sign(a - b)) for a in one for b in other)
        assert row.relation == ALLEN[signs]


ALLEN = {
    (-1, -1, -1, -1): "before", (-1, -1, 0, -1): "meets", (-1, -1, 1, -1): "overlaps", (-1, -1, 1, 0): "finished-by",
    (-1, -1, 1, 1): "contains", (0, -1, 1, -1): "starts", (0, -1, 1, 0): "equals", (0, -1, 1, 1): "started-by",
    (1, -1, 1, -1): "during", (1, -1, 1, 0): "finishes", (1, -1, 1, 1): "overlapped-by", (1, 0, 1, 1): "met-by",
    (1, 1, 1, 1): "after",
}  # fmt: skip


def test_a_pair_costs_what_both_cost_overruns_included():
    story = move_levers(MIDDLE, {"projects.II.2.overrun": 10.0})
    rows = overlaps(PROGRAMME, story, "corridor").set_index(["first_id", "second_id"])
    assert rows.loc[("II.1", "II.2"), "cost_bn_vnd"] == pytest.approx(196_378 + 1.1 * 50_254)


def test_the_longest_overlaps_come_first_and_of_those_the_dearest():
    rows = overlaps(PROGRAMME, MIDDLE, "sector")
    keys = list(zip(-rows["overlap_quarters"], -rows["cost_bn_vnd"].round(6), strict=True))
    assert keys == sorted(keys)


def test_the_pairs_of_gia_binh_airport_by_hand():
    # II.1 2025-2050, II.2 2026-2027, II.3 to II.6 2025-2026: the airport holds or begins with all others,
    # the road to Hà Nội shares 2026 with each of the four, and those four are alike
    rows = overlaps(PROGRAMME, MIDDLE, "corridor")
    rows = rows[rows["corridor"] == "gia_binh_airport"].set_index(["first_id", "second_id"])
    four = ("II.3", "II.4", "II.5", "II.6")
    expected = (
        {("II.1", "II.2"): (8, "contains")}
        | {("II.1", key): (8, "started-by") for key in four}
        | {("II.2", key): (4, "overlapped-by") for key in four}
        | dict.fromkeys(combinations(four, 2), (8, "equals"))
    )
    found = zip(rows.index, rows["overlap_quarters"], rows["relation"], strict=True)
    assert {pair: (quarters, relation) for pair, quarters, relation in found} == expected


def test_gia_binh_as_a_place_and_as_a_corridor_has_the_same_pairs():
    rows = {by: overlaps(PROGRAMME, MIDDLE, by) for by in ("place", "corridor")}
    one = rows["place"][rows["place"]["place"] == "gia_binh"].drop(columns="place")
    other = rows["corridor"][rows["corridor"]["corridor"] == "gia_binh_airport"].drop(columns="corridor")
    assert one.reset_index(drop=True).equals(other.reset_index(drop=True))
    # II.6 prints no cost, so a pair with it has none
    assert one["cost_bn_vnd"].isna().tolist() == (one[["first_id", "second_id"]] == "II.6").any(axis=1).tolist()


# meetings


def test_meetings_by_hand(toy):
    # I.1 with I.2 in 2027; II.1 with I.1 for eight quarters and with I.2 for four
    assert meetings(*toy, "capital_source").to_numpy().tolist() == [
        ["public", "public", 1, 4], ["public", "ppp", 2, 12], ["ppp", "ppp", 0, 0],
    ]  # fmt: skip


def test_a_pair_in_the_same_two_places_counts_once_between_them(paused):
    # I.3 meets I.1 in 2029 and I.2 in 2028; I.1 and I.2 never run at once
    assert meetings(*paused, "place").to_numpy().tolist() == [
        ["tan_an", "tan_an", 2, 8], ["tan_an", "my_thai", 2, 8], ["my_thai", "my_thai", 2, 8],
    ]  # fmt: skip


@pytest.mark.parametrize("by", KINDS)
def test_meetings_are_those_of_all_pairs_tried_one_by_one(by):
    runs, own = times(PROGRAMME, AIRPORT_LATE), classes(PROGRAMME, by)
    names = list(dict.fromkeys(name for item in runs for name in sorted(own.get(item, ()))))
    expected = {frozenset(cell): [0, 0] for cell in combinations_with_replacement(names, 2)}
    for one, other in combinations(runs, 2):
        met = len(runs[one] & runs[other])
        for cell in {frozenset((a, b)) for a in own.get(one, ()) for b in own.get(other, ())} if met else ():
            expected[cell][0] += 1
            expected[cell][1] += met
    table = meetings(PROGRAMME, AIRPORT_LATE, by)
    assert len(table) == len(expected)
    assert {frozenset((row.one, row.other)): [row.pairs, row.pair_quarters] for row in table.itertuples()} == expected


@pytest.mark.parametrize("by", KINDS)
def test_what_meets_in_its_own_class_is_what_overlaps(by):
    table = meetings(PROGRAMME, MIDDLE, by)
    within = table[table["one"] == table["other"]].set_index("one")
    rows = overlaps(PROGRAMME, MIDDLE, by).groupby(by)["overlap_quarters"].agg(["size", "sum"])
    assert within["pairs"].to_dict() == rows["size"].reindex(within.index, fill_value=0).to_dict()
    assert within["pair_quarters"].to_dict() == rows["sum"].reindex(within.index, fill_value=0).to_dict()


@pytest.mark.parametrize("by", EXCLUSIVE)
def test_all_meetings_of_an_exclusive_classification_are_the_pairs_that_run_at_once(by):
    running = [quarters for (table, _), quarters in times(PROGRAMME, MIDDLE).items() if table == "projects"]
    met = [len(one & other) for one, other in combinations(running, 2)]
    table = meetings(PROGRAMME, MIDDLE, by)
    assert table[["pairs", "pair_quarters"]].sum().tolist() == [np.count_nonzero(met), sum(met)]


def test_every_pair_of_public_projects_meets_by_hand():
    # Appendix III, group I: all 19 run through 2027, so every one of 19 x 18 / 2 pairs meets
    table = meetings(PROGRAMME, MIDDLE, "capital_source").set_index(["one", "other"])
    assert table.loc[("public", "public"), "pairs"] == 171


# edges


def frames(programme, story, by):
    yield bn.concurrency(programme, story)
    yield concurrency_by(programme, story, by)
    yield peaks(programme, story, by)
    yield overlaps(programme, story, by)
    yield overlaps(programme, story, by, apart=True)
    yield meetings(programme, story, by)


@pytest.mark.parametrize("by", KINDS)
def test_without_projects_and_tasks_every_table_is_empty_with_its_columns(empty, by):
    for table, full in zip(frames(*empty, by), frames(PROGRAMME, MIDDLE, by), strict=True):
        assert table.empty
        assert list(table.columns) == list(full.columns)


def test_numbers_of_empty_tables_are_numbers(empty):
    for table in frames(*empty, "sector"):
        numbers = [name for name in table if name.endswith(("_projects", "_tasks", "_vnd", "_quarters", "pairs"))]
        assert numbers
        assert all(table[name].dtype.kind in "if" for name in numbers)


@pytest.mark.parametrize("count", [bn.concurrency, lambda *one: concurrency_by(*one, "sector")])
def test_empty_counts_have_the_types_of_full_ones(empty, count):
    assert count(*empty).dtypes.equals(count(PROGRAMME, MIDDLE).dtypes)


@pytest.mark.parametrize("apart", [False, True])
def test_empty_overlaps_have_the_types_of_full_ones(empty, apart):
    full = overlaps(PROGRAMME, MIDDLE, "agency", apart=apart)
    assert overlaps(*empty, "agency", apart=apart).dtypes.equals(full.dtypes)


def test_without_projects_and_tasks_there_is_no_peak(empty):
    assert peaks(*empty).empty


def test_a_classification_in_which_nothing_is_has_no_rows(toy):
    assert [len(table) for table in list(frames(*toy, "corridor"))[1:]] == [0] * 5


def test_with_every_project_dropped_only_tasks_are_counted(toy):
    programme, story = toy
    story = move_levers(story, {"projects.*.dropped": True})
    assert bn.concurrency(programme, story)[COUNTS].to_numpy().tolist() == [[0, 1, 0], [0, 2, 0]]
    assert [len(table) for table in list(frames(programme, story, "place"))[1:]] == [0] * 5


def test_a_class_all_of_whose_projects_are_dropped_is_gone(toy):
    programme, story = toy
    table = peaks(programme, move_levers(story, {"projects.capital_source:ppp.dropped": True}), "capital_source")
    assert table["capital_source"].tolist() == ["public"]


def test_a_project_in_its_pause_is_not_in_the_peak(paused):
    # 2028 and 2029 hold two projects each; the first quarter of them is 2028Q1
    peak = peaks(*paused).iloc[0]
    assert (peak["quarter"], peak["members"]) == ("2028Q1", ("projects:I.2", "projects:I.3"))
    assert (peak["load_quarter"], peak["payers"]) == ("2029Q1", ("projects:I.1", "projects:I.3"))
