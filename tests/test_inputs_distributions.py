"""Distributions and correlations are read as written, each file's laid over those of its base."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnplan_lib.errors import ScenarioError
from bnplan_lib.inputs.distributions import SHARES, correlation_matrix, uncertain_levers
from bnplan_lib.inputs.levers import read_levers
from bnplan_lib.inputs.programme import read_programme
from bnplan_lib.inputs.scenario import read_scenario
from bnplan_lib.inputs.scenario_text import scenario_text
from bnplan_lib.model.distributions import NAMES, Distribution

HEAD = 'title_en = "a"\ntitle_vi = "b"\nwhy = "c"\n'
INDUSTRY = '[uncertainty."growth.industry"]\n'
LEVERS = read_levers(read_programme())
UNCERTAIN = sorted(uncertain_levers(LEVERS))
BOUNDS = (-90.0, 100.0)
BOTH = "".join(
    f"[uncertainty.'growth.{part}']\ndistribution = 'uniform'\nlow = 1\nhigh = 2\n" for part in ("industry", "services")
)


@pytest.fixture
def read(tmp_path):
    def read_text(text, name="own"):
        path = tmp_path / f"{name}.toml"
        path.write_text(HEAD + text, encoding="utf-8")
        return read_scenario(path)

    return read_text


@st.composite
def distributions(draw, key):
    """Any distribution that a lever may carry in place of its value, or added where nothing is set."""
    low, high = LEVERS[key].hard
    added = key.startswith("growth.") and key != "growth.tilt" and draw(st.booleans())
    limits = (-math.inf, math.inf) if added else (low, high)
    inner = st.floats(low, high)
    kind = draw(st.sampled_from(sorted(NAMES)))
    if kind == "normal":
        numbers = (draw(inner), draw(st.floats(0, high - low, exclude_min=True)))
    elif kind == "discrete":
        values = draw(st.lists(inner, min_size=1, max_size=5))
        weights = st.lists(st.floats(0, 1e6, exclude_min=True), min_size=len(values), max_size=len(values))
        numbers = (tuple(values), tuple(draw(weights)))
    else:
        numbers = tuple(
            sorted(draw(st.lists(inner, min_size=len(NAMES[kind]), max_size=len(NAMES[kind]), unique=True)))
        )
    return Distribution(kind, numbers, added, limits)


@st.composite
def chances(draw):
    """Distributions of a few levers and weak correlations between them, which can always be."""
    keys = draw(st.lists(st.sampled_from(UNCERTAIN), max_size=4, unique=True))
    pairs = [(one, other) for one in sorted(keys) for other in sorted(keys) if one < other]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return {key: draw(distributions(key)) for key in keys}, {pair: draw(st.floats(-0.3, 0.3)) for pair in chosen}


@settings(max_examples=60)
@given(chances())
def test_distributions_written_and_read_again_are_the_same(tmp_path_factory, chance):
    story = replace(read_scenario("middle"), uncertainty=chance[0], correlations=chance[1])
    path = tmp_path_factory.mktemp("again") / "own.toml"
    path.write_text(scenario_text(story, "a", "b", "c"), encoding="utf-8")
    again = read_scenario(path)
    assert (again.uncertainty, again.correlations) == chance


def test_the_numbers_of_an_uncertain_lever_are_written_with_their_unit():
    spread = {"growth.industry": Distribution("discrete", ((10.0, 12.0), (1.0, 2.0)), True)}
    story = replace(read_scenario("middle"), uncertainty=spread, correlations={("a.b", "c.d"): 0.5})
    assert scenario_text(story, "a", "b", "c") == HEAD + (
        '\n[uncertainty."growth.industry"]\ndistribution = "discrete"\nadded = true\n'
        "values = [10.0, 12.0]  # percent per year\nweights = [1.0, 2.0]\n"
        '\n[correlation."a.b"]\n"c.d" = 0.5\n'
    )


GIVEN = {
    "triangular": ("low = 10\nmode = 12\nhigh = 13", (10, 12, 13)),
    "pert": ("low = 10\nmode = 10\nhigh = 13", (10, 10, 13)),
    "normal": ("mean = 12\nsd = 1.5", (12, 1.5)),
    "uniform": ("low = 10\nhigh = 13", (10, 13)),
    "discrete": ("values = [12, 10]\nweights = [1, 3]", ((12, 10), (1, 3))),
}


@pytest.mark.parametrize("kind", NAMES)
def test_each_kind_is_read_in_the_order_of_its_names(read, kind):
    text, numbers = GIVEN[kind]
    story = read(f"{INDUSTRY}distribution = '{kind}'\n{text}")
    assert story.uncertainty == {"growth.industry": Distribution(kind, numbers, False, BOUNDS)}


def test_what_is_added_has_no_bounds_of_its_own(read):
    one = read(INDUSTRY + "distribution = 'uniform'\nlow = -1\nhigh = 1\nadded = true").uncertainty["growth.industry"]
    assert (one.added, one.limits) == (True, (-math.inf, math.inf))


def test_a_value_without_weight_is_no_end_of_the_support(read):
    story = read(INDUSTRY + "distribution = 'discrete'\nvalues = [5, 10, 12]\nweights = [0, 1, 3]")
    assert story.uncertainty["growth.industry"].support == (10, 12)


def test_an_addition_may_reach_the_very_bounds(read):
    text = "[growth]\nindustry = [95, 94, 93, 92, 91]\n" + INDUSTRY
    assert read(text + "distribution = 'uniform'\nlow = -5\nhigh = 5\nadded = true").uncertainty


def test_the_bounds_themselves_may_be_the_ends(read):
    assert (
        read(INDUSTRY + "distribution = 'uniform'\nlow = -90\nhigh = 100").uncertainty["growth.industry"].support
        == BOUNDS
    )


def test_a_lever_of_its_own_takes_the_place_of_the_distribution_of_its_base(read):
    read(INDUSTRY + "distribution = 'uniform'\nlow = 1\nhigh = 2", "below")
    story = read("base = './below.toml'\n" + INDUSTRY + "distribution = 'uniform'\nlow = 3\nhigh = 4")
    assert story.uncertainty["growth.industry"].numbers == (3, 4)


def test_a_pair_named_the_other_way_round_takes_the_place_of_that_of_its_base(read):
    read(BOTH + "[correlation.'growth.industry']\n'growth.services' = 0.5", "below")
    story = read("base = './below.toml'\n[correlation.'growth.services']\n'growth.industry' = 0.1")
    assert story.correlations == {("growth.industry", "growth.services"): 0.1}


@pytest.mark.parametrize("value", [-1, 1])
def test_two_levers_may_go_together_entirely(read, value):
    story = read(BOTH + f"[correlation.'growth.industry']\n'growth.services' = {value}")
    assert list(story.correlations.values()) == [value]


def test_yearly_values_in_a_base_ask_for_what_is_added(read, tmp_path):
    read("[growth]\nindustry = [1, 2, 3, 4, 5]", "below")
    with pytest.raises(
        ScenarioError, match=r"own\.toml:uncertainty.growth.industry: the lever has a value for each year"
    ):
        read("base = './below.toml'\n" + INDUSTRY + "distribution = 'uniform'\nlow = 3\nhigh = 4")


def test_levers_moved_on_top_of_a_file_are_held_against_its_distributions(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(HEAD + INDUSTRY + "distribution = 'uniform'\nlow = -5\nhigh = 5\nadded = true", encoding="utf-8")
    with pytest.raises(ScenarioError, match="must stay between -90 and 100, found 92 to 102"):
        read_scenario(path, {"growth.industry": 97})


def test_only_numbers_outside_projects_and_shares_may_be_uncertain():
    assert all(LEVERS[key].type == "number" and not key.startswith("projects.") for key in UNCERTAIN)
    assert not set(UNCERTAIN) & set(SHARES)


def test_correlations_stand_in_a_matrix_both_ways_round():
    found = correlation_matrix(["a", "b", "c"], {("a", "c"): 0.5})
    assert np.array_equal(found, [[1, 0, 0.5], [0, 1, 0], [0.5, 0, 1]])
