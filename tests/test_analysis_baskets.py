"""The smallest sets of targets that cannot hold together, and the largest that can."""

import pytest
from test_analysis_relations import AGRICULTURE, HEADLINE, INDUSTRY, SERVICES, relation
from toy import write_toy

import bnplan_lib as bn

REAL = bn.read_programme()
FOUND = bn.baskets(REAL)


def found_in(tmp_path, *relations, binding="true"):
    rows, operands = [], []
    for number, (formula, *own) in enumerate(relations):
        one = relation(formula, *own)
        rows.append({**one["relations"][0], "id": f"r{number}", "binding": binding})
        operands += [{**operand, "relation_id": f"r{number}"} for operand in one["operands"]]
    return bn.baskets(bn.read_programme(write_toy(tmp_path, relations=rows, operands=operands)))


def test_targets_that_agree_have_no_conflict(tmp_path):
    found = found_in(tmp_path, ("h = i", HEADLINE, INDUSTRY))
    assert (found.conflicts, found.largest[0].kept, found.largest[0].witnessed) == (
        (),
        ("A.I.1", "A.I.1.2.industry"),
        True,
    )


def test_two_that_exclude_each_other_are_a_conflict(tmp_path):
    found = found_in(tmp_path, ("i = a", INDUSTRY, AGRICULTURE))
    assert [one.targets for one in found.conflicts] == [("A.I.1.2.industry", "A.I.1.1")]
    assert {one.dropped for one in found.largest} == {("A.I.1.1",), ("A.I.1.2.industry",)}


def test_a_conflict_that_takes_two_relations_is_found(tmp_path):
    # services is industry and agriculture at once: 10 % against at most 2 %
    found = found_in(tmp_path, ("s = i", SERVICES, INDUSTRY), ("s = a", SERVICES, AGRICULTURE))
    assert [set(one.targets) for one in found.conflicts] == [{"A.I.1.2.industry", "A.I.1.1"}]
    assert all(one.witnessed for one in found.largest)


def test_relations_that_do_not_bind_are_left_out(tmp_path):
    found = found_in(tmp_path, ("i = a", INDUSTRY, AGRICULTURE), binding="false")
    assert (found.tied, found.conflicts) == ((), ())


def test_the_real_conflicts_are_those_an_independent_search_found():
    assert {frozenset(one.targets) for one in FOUND.conflicts} == {
        frozenset({"A.I.4", "B.I.1"}),
        frozenset({"A.I.8.revenue", "B.I.2"}),
        frozenset({"A.I.1", "A.I.5", "B.I.1"}),
        frozenset({"A.I.3", "A.I.5", "B.I.1"}),  # 46.5 / 3.5 is 13.3 % growth; productivity and jobs give 12.2
        frozenset({"A.I.1.2.industry", "A.I.1.3", "A.I.5", "B.I.1"}),
        frozenset({"A.III.1", "A.III.1.urban", "A.III.1.rural", "A.I.9"}),
    }


def test_no_conflict_holds_another():
    sets = [set(one.targets) for one in FOUND.conflicts]
    assert not [one for one in sets for other in sets if one < other]


def test_every_largest_set_breaks_every_conflict_and_no_smaller_one_does():
    for basket in FOUND.largest:
        assert all(set(one.targets) & set(basket.dropped) for one in FOUND.conflicts)
        assert set(basket.kept) | set(basket.dropped) == set(FOUND.tied)
    assert {len(one.dropped) for one in FOUND.largest} == {3}
    assert len(FOUND.largest) == 8  # B.I.1, one of two on the budget, one of four on water


def test_values_were_found_for_every_largest_set():
    assert all(one.witnessed for one in FOUND.largest)


@pytest.mark.parametrize("seed", [1])
def test_the_order_of_relations_changes_nothing(seed):
    from dataclasses import replace

    mixed = replace(REAL, relations=REAL.relations.sample(frac=1, random_state=seed))
    assert [one.targets for one in bn.baskets(mixed).conflicts] == [one.targets for one in FOUND.conflicts]


def test_a_relation_that_the_facts_exclude_is_left_out_and_named():
    story = bn.read_scenario("middle", {"base_year.grdp_bn_vnd": 1})  # revenue would be a thousand times GRDP
    found = bn.baskets(REAL, story)
    assert found.ruled_out == ("mobilisation",)
    assert frozenset({"A.I.4", "B.I.1"}) in {frozenset(one.targets) for one in found.conflicts}
    assert "whatever the targets" in bn.figures.basket_table(REAL, found, "en").data


def test_relations_are_left_out_only_where_facts_exclude_them():
    assert FOUND.ruled_out == ()
