"""What is served: which panels, under which settings, and where from."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bnplan_lib.errors import PlanError
from bnplan_lib.report.panels import panel_list, panel_notebook, plan_panels
from bnplan_lib.report.serve import address_of, bind

GROWTH = "01_growth_targets"


@pytest.fixture(scope="module")
def growth():
    """The panel of growth in English."""
    return plan_panels([GROWTH], "low", "en", None)[0]


def test_a_panel_keeps_question_answer_and_panel_alone(growth):
    cells = panel_notebook(growth)["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    assert [source.partition("\n")[0] for source in sources if source.startswith("#")] == [
        "# Do the sector targets add up to the headline?",
        "# Parameters",
        "## What if a sector grows faster or slower?",
    ]
    assert sources[-1].startswith("bn.explore.growth(")
    assert len(cells) == 7


def test_parameters_of_the_command_follow_those_of_the_notebook(growth):
    cells = panel_notebook(growth)["cells"]
    place = next(i for i, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", []))
    assert "scenario = 'low'\n" in cells[place + 1]["source"]


def test_the_list_is_in_the_language_asked_for(growth):
    page = panel_list([growth], {GROWTH: "/there"}, "en")
    assert re.search(r'<a href="/there">Do the sector targets add up to the headline\?</a></h3><p>What if', page)


def test_the_list_of_panels_is_light_as_the_panels_are(growth):
    assert "prefers-color-scheme" not in panel_list([growth], {GROWTH: "/there"}, "en")


@pytest.mark.parametrize(
    ("names", "scenario", "rule"),
    [
        (["01_grwth"], "middle", "no notebook '01_grwth'; nearest: 01_growth_targets"),
        (["00_overview"], "middle", "00_overview: has no panel to serve; there are: 01_growth_targets"),
        ([], "hihg", "no scenario 'hihg'; nearest: high"),
    ],
)
def test_what_cannot_be_served_is_told(names, scenario, rule):
    with pytest.raises(PlanError, match=re.escape(rule)):
        plan_panels(names, scenario, "en", None)


@pytest.mark.parametrize("host", ["", "203.0.113.1", "no.such.host.invalid"])
def test_a_host_that_is_not_this_machine_is_refused(host):
    with pytest.raises(PlanError, match="--host"):
        bind(host, 0)


def test_a_port_in_use_is_told():
    (first,) = bind("127.0.0.1", 0)
    with first:
        port = first.getsockname()[1]
        with pytest.raises(PlanError, match=f"--host 127.0.0.1 --port {port}: cannot listen there, address already in"):
            bind("127.0.0.1", port)


def test_an_address_of_the_newer_kind_stands_in_brackets():
    (one,) = bind("127.0.0.1", 0)
    with one:
        assert address_of("::1", [one]) == f"http://[::1]:{one.getsockname()[1]}/"


def test_without_voila_the_command_says_what_to_install():
    code = "import sys; sys.modules['voila'] = None; from bnplan_lib import cli; cli.main()"
    done = subprocess.run([sys.executable, "-c", code, "serve"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "bnplan: panels are served with `voila`: pip install bnplan[serve]\n")


def test_an_unknown_language_is_wrong_use():
    command = [sys.executable, "-m", "bnplan_lib.cli", "serve", "--lang", "fr"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'fr' is not one of 'en', 'vi'" in done.stderr
