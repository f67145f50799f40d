"""Every story of the suite gives the results worked out by a plain loop, and is what its title says."""

import math

import plain_economy as plain
import pytest

import bnplan_lib as bn
from bnplan_lib.analysis.growth import average_growth
from bnplan_lib.inputs.scenario import scenario_names
from bnplan_lib.model.economy import economy, macro_path

PROGRAMME = bn.read_programme()
NAMES = scenario_names()
SHEETS = {name: plain.work_out(name) for name in NAMES}
each = pytest.mark.parametrize("name", NAMES)

# what a scenario file may say that no story of the suite does
AWKWARD = {
    "front_loaded": "[growth]\ntilt = 6\nservices = [1, -2, 3, 40, 5]\n",
    "back_loaded": "[growth]\ntilt = -9.5\nindustry = 11.25\n[targets]\nposition = 0.2\n",
    "another_base_year": (
        "[base_year]\ngrdp_bn_vnd = 480000\nconstruction_share = 9.5\nshare_agriculture = 7.3\nshare_services = 18.5\n"
    ),
    "yearly_macro": (
        "[macro]\ndeflator_growth = [1, 2, -3, 4, 5]\npopulation_growth = [2, 1, 0, -1, 2]\n"
        "exchange_rate_growth = [0, 3, 1, 2, -1]\nemployment_growth = [2, 1, 0, 1, 2]\n"
        "investment_ratio = [30, 35, 40, 45, 50]\n"
    ),
    "other_macro": (
        "[macro]\npopulation = 3500000\nexchange_rate = 26000\ninvestment_ratio_base = 33\nicor = 4.2\n"
        "capital_share = 35\ncapital_output_ratio = 3.1\ndepreciation_rate = 5\ntrade = 175\ntrade_elasticity = 0.6\n"
        "revenue = 60000\nrevenue_buoyancy = 1.2\nincome = 6\nincome_elasticity = -0.5\n"
    ),
    "moved_projects": (
        '[phasing]\nopen_end = "2033Q2"\nmilestone_start = "2027Q3"\n[projects."*"]\noverrun = 10\ndelay_quarters = 3\n'
        '[projects."II.1"]\noverrun = -25\ndelay_quarters = -6\n[projects."III.10"]\ndelay_quarters = 5\n'
        '[projects."III.26"]\ndropped = true\n'
    ),
    "closed_early": '[phasing]\nopen_end = "2025Q1"\nmilestone_start = "2031Q1"\n',
}


def library(story):
    """Return a scenario's results under the names of the plain loop."""
    one = economy(PROGRAMME, story)
    found = {}
    path = bn.growth_path(PROGRAMME, story)
    for row in path[path["sector"] != "grdp"].itertuples():
        found["level_bn_vnd", row.sector, row.year] = row.level_bn_vnd
        found["growth", row.sector, row.year] = row.growth
        found["contribution", row.sector, row.year] = row.contribution
    macro = macro_path(PROGRAMME, story).rename(columns={"growth": "grdp_growth"}).set_index("year")
    for quantity in macro.columns.drop("scenario"):
        found.update({(quantity, "", year): macro.at[year, quantity] for year in macro.index})
    averages = average_growth(path)
    found.update({("average_growth", sector, ""): averages[sector] for sector in averages.index})
    block = one.sector_growth("industry", "construction")[0]
    return found | {("average_growth", "industry_construction", ""): block} | sums(one, macro) | loads(story)


def sums(one, macro):
    """Return what holds for the five years together."""
    rows = macro.loc[2026:]
    once = {name: getattr(one, name)[0] for name in ("icor", "tfp_share", "mobilisation", "investment_share")}
    once["average_productivity_growth"] = one.average_productivity_growth[0]
    once["need_rise_sum_bn_vnd"] = rows["need_rise_bn_vnd"].sum()
    once["need_yearly_sum_bn_vnd"] = rows["need_yearly_bn_vnd"].sum()
    once["trade_sum_bn_usd"] = rows["trade_bn_usd"].sum()
    once["revenue_nominal_sum_bn_vnd"] = rows["revenue_nominal_bn_vnd"].sum()
    return {(quantity, "", ""): value for quantity, value in once.items()}


def loads(story):
    """Return the listed projects' money by year, inside the five years and in all."""
    money = bn.phase_investment(PROGRAMME, story)
    by_year = (
        money.groupby(money["quarter"].str[:4].astype(int))["amount_bn_vnd"].sum().reindex(plain.YEARS, fill_value=0)
    )
    found = {("listed_load_bn_vnd", "", year): by_year[year] for year in plain.YEARS}
    found["listed_in_window_bn_vnd", "", ""] = by_year.sum()
    return found | {("listed_cost_bn_vnd", "", ""): money["amount_bn_vnd"].sum()}


def differing(found, expected, tolerance):
    """Return the expected results that the library does not give."""
    return {
        key: (found.get(key), value)
        for key, value in expected.items()
        if not math.isclose(found.get(key, math.nan), value, rel_tol=tolerance, abs_tol=1e-15)
        and not (math.isnan(value) and math.isnan(found.get(key, 0.0)))
    }


def read_expected(name):
    rows = plain.read_rows(plain.expected_path(name))
    return {
        (row["quantity"], row["sector"], int(row["year"]) if row["year"] else ""): float(row["value"]) for row in rows
    }


@each
def test_the_library_gives_what_the_expected_file_says(name):
    expected = read_expected(name)
    assert len(expected) > 30
    assert differing(library(bn.read_scenario(name)), expected, 1e-9) == {}


@each
def test_the_expected_file_is_what_the_plain_loop_gives_today(name):
    assert plain.expected_path(name).read_text(encoding="utf-8") == plain.as_csv(plain.kept(SHEETS[name]))


@each
def test_the_library_agrees_with_the_plain_loop_in_every_result(name):
    assert differing(library(bn.read_scenario(name)), SHEETS[name], 1e-11) == {}


@pytest.mark.parametrize("base", ["middle", "electronics_slump"])
@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_the_library_agrees_with_the_plain_loop_where_levers_move_far(text, base, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(f'title_en = "a"\ntitle_vi = "b"\nwhy = "c"\nbase = "{base}"\n{text}', encoding="utf-8")
    assert differing(library(bn.read_scenario(path)), plain.work_out(path), 1e-11) == {}


def test_no_expected_file_is_left_without_its_story():
    files = (plain.DATA / "scenarios").glob("*.csv")
    assert sorted(path.name for path in files) == [f"{name}.expected.csv" for name in NAMES]


@pytest.mark.parametrize(
    ("name", "average"), [("trend_2021_2025", 0.0898), ("central_guidance", 0.105), ("catch_up", 0.115)]
)
def test_a_story_of_a_headline_meets_it(name, average):
    assert SHEETS[name]["average_growth", "grdp", ""] == pytest.approx(average, abs=1e-8)


@pytest.mark.parametrize("name", ["trend_2021_2025", "central_guidance"])
def test_a_story_of_a_headline_scales_every_middle_rate_alike(name):
    factors = [
        SHEETS[name]["growth", sector, 2028] / SHEETS["middle"]["growth", sector, 2028] for sector in plain.TARGETS
    ]
    assert factors == pytest.approx([factors[0]] * 5, abs=1e-6)


def test_a_strong_2026_is_the_middle_of_its_plan():
    low, high = (PROGRAMME.fact(f"grdp_growth_plan_{end}.2026")["value"] / 100 for end in ("low", "high"))
    assert SHEETS["strong_2026"]["grdp_growth", "", 2026] == pytest.approx((low + high) / 2, abs=1e-8)


def test_after_a_strong_2026_every_sector_grows_at_its_middle_rate():
    later = [(sector, year) for sector in plain.TARGETS for year in (2027, 2028, 2029, 2030)]
    rates = [[SHEETS[name]["growth", *one] for one in later] for name in ("strong_2026", "middle")]
    assert rates[0] == pytest.approx(rates[1], abs=1e-15)


def test_a_slump_is_old_bac_ninhs_and_of_industry_alone():
    assert SHEETS["electronics_slump"]["growth", "industry", 2028] * 100 == pytest.approx(
        PROGRAMME.fact("grdp_growth.2023.bn_old")["value"]
    )
    moved = {key for key, value in SHEETS["electronics_slump"].items() if value != SHEETS["middle"][key]}
    assert {key[1:] for key in moved if key[0] == "growth"} == {("industry", 2028)}


def test_the_facts_behind_two_headlines_are_in_the_data():
    assert PROGRAMME.fact("grdp_growth.2021_2025")["value"] == 8.98
    assert PROGRAMME.fact("grdp_growth_central_guidance.2026_2030")["value"] == 10.5


def test_costs_over_are_a_fifth_more_in_every_year():
    over, middle = (
        [SHEETS[name]["listed_load_bn_vnd", "", year] for year in plain.YEARS] for name in ("costs_over", "middle")
    )
    assert over == pytest.approx([1.2 * load for load in middle])


def test_an_uncertain_story_moves_no_lever_itself():
    story = bn.read_scenario("uncertain")
    assert story.changes == {}
    assert SHEETS["uncertain"] == SHEETS["middle"]


@pytest.mark.parametrize("key", bn.read_scenario("uncertain").uncertainty)
def test_uncertain_spreads_are_laid_around_the_value_in_effect(key):
    spread = bn.read_scenario("uncertain").uncertainty[key]
    assert spread.added
    assert spread.support[0] < 0 < spread.support[1]


@each
def test_uncertain_spreads_fit_over_every_story(name, tmp_path):
    text = (plain.DATA / "scenarios" / "uncertain.toml").read_text(encoding="utf-8")
    path = tmp_path / "laid_over.toml"
    path.write_text(text.replace('base = "middle"', f'base = "{name}"'), encoding="utf-8")
    assert bn.read_scenario(path).changes == bn.read_scenario(name).changes
