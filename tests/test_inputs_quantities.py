"""A quantity that is not what it cites is refused with its place, and so is a yardstick without a value."""

import pytest
from toy import FACTS, fact_row, write_toy

from bnplan_lib.errors import DataError
from bnplan_lib.inputs.programme import read_programme

QUANTITY = {
    "project_id": "I.1", "quantity": 12, "unit": "km", "covers": "whole", "table": "facts", "ref": "ring;link",
}  # fmt: skip
YARDSTICK = {
    "id": "road", "asset": "road", "unit": "km", "cost_table": "facts", "cost_ref": "price", "quantity_facts": "ring",
    "name_vi": "a", "name_en": "a",
}  # fmt: skip


def read(tmp_path, quantity=None, yardstick=None):
    lengths = [{**fact_row(key, value), "unit": "km"} for key, value in (("ring", 8), ("link", 4))]
    facts = [fact_row(key, value) for key, value in {**FACTS, "price": 30}.items()] + lengths
    quantities = [{**QUANTITY, **(quantity or {})}]
    yardsticks = [{**YARDSTICK, **(yardstick or {})}]
    return read_programme(write_toy(tmp_path, facts=facts, project_quantities=quantities, yardsticks=yardsticks))


def test_facts_add_up_to_a_quantity(tmp_path):
    assert read(tmp_path).project_quantities["quantity"].tolist() == [12]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"quantity": 8}, "project_quantities.csv:2:quantity: must be 12 as ring;link says, found 8"),
        ({"ref": "ring;lin"}, "project_quantities.csv:2:ref: not in facts; nearest: link"),
        ({"unit": "ha"}, "project_quantities.csv:2:unit: must be km as ring;link has it"),
        ({"phase": 1}, "project_quantities.csv:2:phase: I.1: must be a phase with a cost of its own, found 1"),
        ({"quantity": 0}, "project_quantities.csv:2:quantity: I.1: must be above 0"),
        ({"table": "projects", "ref": "I.2"}, "project_quantities.csv:2:ref: must be I.1, whose name it is"),
        ({"table": "projects", "ref": "I.1", "printed": "Km7"}, "project_quantities.csv:2:printed: I.1: must be words"),
        ({"project_id": "I.9"}, "project_quantities.csv:2:project_id: not in projects"),
        ({"covers": "most"}, "project_quantities.csv:2:covers: not an allowed value"),
    ],
)
def test_a_wrong_quantity_is_refused_with_its_place(tmp_path, wrong, rule):
    with pytest.raises(DataError) as caught:
        read(tmp_path, quantity=wrong)
    assert rule in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"cost_ref": "prize"}, "yardsticks.csv:2:cost_ref: road: not in facts; nearest: price"),
        ({"cost_ref": "ring"}, "yardsticks.csv:2:cost_ref: road: must be an amount in bn_vnd above 0, found 'ring'"),
        ({"quantity_facts": "ring;price"}, "yardsticks.csv:2:quantity_facts: road: must be a quantity in km above 0"),
        ({"quantity_facts": "rong"}, "yardsticks.csv:2:quantity_facts: not in facts; nearest: ring"),
        ({"scope": "same_works"}, "yardsticks.csv:2:scope: road: says how close it is where it is about a project"),
        ({"project_id": "I.1"}, "yardsticks.csv:2:scope: road: says how close it is where it is about a project"),
    ],
)
def test_a_wrong_yardstick_is_refused_with_its_place(tmp_path, wrong, rule):
    with pytest.raises(DataError) as caught:
        read(tmp_path, yardstick=wrong)
    assert rule in str(caught.value)
