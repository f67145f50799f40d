"""Another programme, begun by `bnplan new`, goes through the whole suite, and no page of it speaks of Bắc Ninh."""

from __future__ import annotations

import json
import re

import pytest
from second import BODIES, NUMBER, PROJECTS, PROVINCE, TARGETS, second_programme
from small import bnplan

import bnplan_lib as bn
from bnplan_lib.errors import DataError
from bnplan_lib.report.notebooks import find_notebooks

FIRST = re.compile(r"Bắc Ninh|Bac Ninh|Bắc Giang|261/CTr|Gia Bình|Samsung|A\.I\.1\.2|A\.I\.8\.revenue|B\.I\.\d|III\.31")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return second_programme(tmp_path_factory.mktemp("another"))


def told(*words, data):
    done = bnplan(*words, "--data", str(data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(*words, data):
    return json.loads(told(*words, "--format", "json", data=data))


def test_a_new_package_is_valid_and_says_what_to_fill_in(tmp_path):
    made = bnplan("new", str(tmp_path / "p"), "--number", "1/CT", "--province-vi", "Đông Hải", "--signed", "2026-01-02")
    assert (made.returncode, made.stderr.count("\n")) == (0, 1)
    valid = bnplan("validate", "--data", str(tmp_path / "p"))
    assert (valid.returncode, "22 tables and 4 scenarios are valid" in valid.stderr) == (0, True)
    package = json.loads((tmp_path / "p" / "datapackage.json").read_text("utf-8"))
    assert (package["name"], package["programme"]["province_vi"]) == ("dong-hai-1-ct", "Đông Hải")
    assert "bnplan check-source" in (tmp_path / "p" / "INSTRUCTIONS.md").read_text("utf-8")
    everything = "".join(path.read_text("utf-8") for path in (tmp_path / "p").rglob("*") if path.is_file())
    assert not FIRST.search(everything.replace(json.dumps(package["resources"], ensure_ascii=False, indent=2), ""))


@pytest.mark.parametrize("words", [("growth",), ("macro",)])
def test_what_an_empty_package_lacks_is_said_in_one_line(tmp_path, words):
    bnplan("new", str(tmp_path / "p"), "--number", "1/CT", "--province-vi", "Đông Hải", "--signed", "2026-01-02")
    done = bnplan("show", *words, "--data", str(tmp_path / "p"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "needs a value" in done.stderr or "has no target for" in done.stderr
    assert bnplan("audit", "--data", str(tmp_path / "p")).returncode == 0


@pytest.mark.parametrize(
    "options, said",
    [
        ({"--signed": "2 Jan"}, "--signed: must be a day"),
        ({"--province-vi": "<b>x</b>"}, "--province: must not hold markup"),
        ({"--number": " "}, "--number: must not be blank"),
        ({"--first-year": "2030", "--last-year": "2026"}, "must be at most 10 years"),
    ],
)
def test_a_package_that_cannot_be_begun(tmp_path, options, said):
    given = {"--number": "1/CT", "--province-vi": "Đông Hải", "--signed": "2026-01-02", **options}
    done = bnplan("new", str(tmp_path / "p"), *[word for pair in given.items() for word in pair])
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "kept.txt").write_text("mine")
    done = bnplan("new", str(tmp_path), "--number", "1/CT", "--province-vi", "Đông Hải", "--signed", "2026-01-02")
    assert (done.returncode, "new or an empty folder" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_it_is_valid_and_each_view_shows_its_own(data):
    assert bnplan("validate", "--data", str(data)).returncode == 0
    assert [row["id"] for row in rows("show", "targets", data=data)] == [row[0] for row in TARGETS]
    assert {row["agency_id"] for row in rows("show", "workload", data=data)} <= set(BODIES)
    assert not FIRST.search(told("audit", "--lang", "vi", data=data))


def test_growth_by_hand(data):
    """100,000: agriculture 20, industry 36, construction 4, services 35, taxes 5; each at the middle of its range."""
    parts = {"agriculture": (20_000, 2.5), "industry": (36_000, 9.5), "construction": (4_000, 8.5),
             "services": (35_000, 7.5), "product_taxes": (5_000, 5.5)}  # fmt: skip
    now = rows("show", "growth", data=data)
    found = {row["sector"]: row["level_bn_vnd"] for row in now if row["year"] == 2027}
    expected = {sector: base * (1 + rate / 100) ** 2 for sector, (base, rate) in parts.items()}
    assert {sector: found[sector] for sector in parts} == pytest.approx(expected)
    assert found["grdp"] == pytest.approx(sum(expected.values()))


def test_money_by_hand(data):
    """1,200 over twelve quarters, 800 over twelve from 2027, 2,500 over twenty: 100 + 125 a quarter in 2026."""
    money = rows("show", "investment", data=data)
    by_year = {}
    for row in money:
        by_year[row["quarter"][:4]] = by_year.get(row["quarter"][:4], 0) + row["amount_bn_vnd"]
    assert by_year["2026"] == pytest.approx(400 + 500)
    assert by_year["2027"] == pytest.approx(400 + 800 / 3 + 500)
    assert sum(by_year.values()) == pytest.approx(sum(cost for *_, cost, _, _, _, _ in PROJECTS if cost))


def test_targets_are_solved_and_scenarios_compared_by_its_own_ids(data):
    solved = rows("solve", "--target", "A.I.1=7.5", "--by", "growth.industry", data=data)
    goal = next(row for row in solved if row["id"] == "A.I.1")
    assert goal["after"] == pytest.approx(0.075)
    assert rows("compare", "low", "high", data=data)


def test_a_report_is_taken_in_and_its_standing_shown(data, tmp_path):
    report = tmp_path / "r.csv"
    report.write_text(
        "table,id,measure,period,value,status,source\ntargets,A.I.1,value,2026,6.8,estimate,Báo cáo\n", encoding="utf-8"
    )
    told("observe", str(report), "--recorded", "2027-01-10", "--dry-run", data=data)
    form = bnplan("export", "--to", str(tmp_path), "--format", "xlsx", "--for-agency", "works", "--data", str(data))
    assert (form.returncode, form.stdout.strip().endswith("works-2026.en.xlsx")) == (0, True)
    assert {row["light"] for row in rows("show", "progress", data=data)} == {"no_data"}


def test_two_targets_for_one_figure_are_refused(data, tmp_path):
    import shutil

    shutil.copytree(data, tmp_path / "d")
    path = tmp_path / "d" / "programme" / "targets.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace(",growth.services,", ",growth.industry,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"targets.csv:\d+:measure: must stand once, A.I.3 has it too"):
        bn.read_programme(tmp_path / "d")


@pytest.mark.slow
def test_every_notebook_runs_on_it_and_no_page_speaks_of_another(data, tmp_path):
    done = bnplan("run", "--data", str(data), "--out", str(tmp_path), "--quiet")
    assert done.returncode == 0, done.stderr
    pages = {path.name: path.read_text("utf-8") for path in tmp_path.glob("*.html")}
    assert len([name for name in pages if name[0] == "0"]) == 2 * len(find_notebooks([]))
    for name, text in pages.items():
        shown = re.sub(r"<script(?![^>]*json).*?</script>", "", text, flags=re.DOTALL)
        assert not FIRST.search(shown), (name, FIRST.search(shown))
        if name[0] == "0":
            assert NUMBER in shown, name
            assert "--data second" in shown, name  # the command in its footer
    assert PROVINCE in pages["index.html"]
    again = bnplan("run", "--data", str(data), "--out", str(tmp_path))
    assert "0 of 0 pages written, 14 unchanged" in again.stderr
    other = bnplan("run", "06_progress_report", "--lang", "en", "--out", str(tmp_path))  # the suite's own programme
    assert "1 of 1 pages written" in other.stderr, other.stderr
