"""The plan worked out as in a spreadsheet: a plain loop over the files, sharing no code with the library.

`python tests/plain_economy.py NAME` prints every result of a scenario; with `--expected`
those that its expected file keeps; `python tests/plain_economy.py --write` writes the
expected file of every scenario.
"""

import csv
import math
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parents[1] / "data"
BASE, YEARS = 2025, (2026, 2027, 2028, 2029, 2030)
TARGETS = {
    "agriculture": "A.I.1.1",
    "industry": "A.I.1.2.industry",
    "construction": "A.I.1.2.construction",
    "services": "A.I.1.3",
    "product_taxes": "A.I.1.4",
}
MIDDLES = {"macro.investment_ratio": "A.I.4", "macro.icor": "A.I.5"}  # levers that follow the middle of a target
BY_YEAR = ("grdp_bn_vnd", "grdp_growth", "listed_load_bn_vnd")
IN_2030 = ("grdp_per_head_usd", "income_million_vnd_per_month")
ONCE = (
    "average_growth",
    "average_productivity_growth",
    "icor",
    "need_rise_sum_bn_vnd",
    "need_yearly_sum_bn_vnd",
    "tfp_share",
    "trade_sum_bn_usd",
    "revenue_nominal_sum_bn_vnd",
    "mobilisation",
    "listed_in_window_bn_vnd",
)


class Plan(NamedTuple):
    """The files: targets as (low, high) in per cent, levers by key, projects and their phases."""

    targets: dict
    levers: dict
    projects: list
    phases: list

    def at(self, key, year=None):
        """Return a lever's value as in the files; of a year where it has five."""
        value = self.levers.get(key)
        if value is None and key in MIDDLES:
            value = sum(self.targets[MIDDLES[key]]) / 2
        return value[year - YEARS[0]] if isinstance(value, list) else value

    def of(self, project, lever):
        """Return a project's own value of a lever, else that of the narrowest class that has one, else that of all."""
        named = [project["id"]]
        named += [f"{kind}:{project[kind]}" for kind in ("corridor", "asset", "sector", "capital_source")]
        known = (self.levers.get(f"projects.{name}.{lever}") for name in [*named, "*"])
        return next(value for value in known if value is not None)


def work_out(scenario, data=DATA):
    """Return every result of a scenario, by (quantity, sector, year); sector and year are blank where none is meant."""
    plan = read_plan(scenario, data)
    sheet = {}
    grow(plan, sheet)
    value(plan, sheet)
    employ(plan, sheet)
    invest(plan, sheet)
    account(plan, sheet)
    follow(plan, sheet)
    load(plan, sheet)
    return sheet


def read_plan(scenario, data):
    rows = read_rows(data / "programme" / "targets.csv")
    targets = {row["id"]: (float(row["low"]), float(row["high"])) for row in rows if row["low"] and row["high"]}
    facts = {row["id"]: float(row["value"]) for row in read_rows(data / "context" / "facts.csv")}
    levers = {}
    for row in read_rows(data / "context" / "levers.csv"):
        if row["fact_id"]:
            levers[row["key"]] = facts[row["fact_id"]]
        elif row["default"]:
            levers[row["key"]] = default(row["type"], row["default"])
    levers.update(read_changes(Path(scenario), data / "scenarios"))
    programme = data / "programme"
    return Plan(targets, levers, read_rows(programme / "projects.csv"), read_rows(programme / "project_phases.csv"))


def default(kind, text):
    if kind == "boolean":
        return text == "true"
    return text if kind in ("quarter", "choice") else float(text)


def read_changes(scenario, folder):
    """Return the levers that a scenario moves, over those of the one it is based on."""
    path = scenario if scenario.suffix == ".toml" else folder / f"{scenario}.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    changes = {}
    if "base" in content:
        base = Path(content["base"])
        changes.update(read_changes(path.parent / base if base.suffix == ".toml" else base, folder))
    for section in ("targets", "growth", "base_year", "macro", "phasing"):
        changes.update({f"{section}.{key}": value for key, value in content.get(section, {}).items()})
    for project, moved in content.get("projects", {}).items():
        changes.update({f"projects.{project}.{key}": value for key, value in moved.items()})
    return changes


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def root(rising, low, high):
    """Return where a rising function passes zero, halving the interval until nothing is left of it."""
    for _ in range(2000):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def grow(plan, sheet):
    """Levels, growth and contributions of the sectors and of GRDP; their averages."""
    rates = {sector: sector_rates(plan, sector) for sector in TARGETS}
    levels = base_levels(plan)
    for sector, level in levels.items():
        sheet["level_bn_vnd", sector, BASE] = level
    sheet["grdp_bn_vnd", "", BASE] = sum(levels.values())
    for place, year in enumerate(YEARS):
        before = sheet["grdp_bn_vnd", "", year - 1]
        for sector in TARGETS:
            rate, level = rates[sector][place], sheet["level_bn_vnd", sector, year - 1]
            sheet["growth", sector, year] = rate
            sheet["contribution", sector, year] = rate * level / before
            sheet["level_bn_vnd", sector, year] = level * (1 + rate)
        now = sum(sheet["level_bn_vnd", sector, year] for sector in TARGETS)
        sheet["grdp_bn_vnd", "", year] = now
        sheet["grdp_growth", "", year] = now / before - 1
    block = ("industry", "construction")
    for name, parts in {
        **{sector: (sector,) for sector in TARGETS},
        "industry_construction": block,
        "grdp": TARGETS,
    }.items():
        start, stop = (sum(sheet["level_bn_vnd", part, year] for part in parts) for year in (BASE, YEARS[-1]))
        sheet["average_growth", name, ""] = (stop / start) ** (1 / len(YEARS)) - 1


def sector_rates(plan, sector):
    moved = plan.levers.get(f"growth.{sector}")
    if isinstance(moved, list):
        return [rate / 100 for rate in moved]
    low, high = plan.targets[TARGETS[sector]]
    rate = (low + plan.levers["targets.position"] * (high - low) if moved is None else moved) / 100
    tilt = plan.levers["growth.tilt"] / 100
    # growth factors in geometric progression around the middle year's, which is their geometric mean
    step = root(lambda step: tilt - (1 + rate) * (step**-2 - step**2), 0.01, 100)
    return [(1 + rate) * step**place - 1 for place in (-2, -1, 0, 1, 2)] if tilt else [rate] * len(YEARS)


def base_levels(plan):
    share = {key: plan.levers[f"base_year.share_{key}"] / 100 for key in ("agriculture", "services", "product_taxes")}
    block = plan.levers["base_year.share_industry_construction"] / 100
    built = plan.levers.get("base_year.construction_share")
    built = construction_share(plan) if built is None else built / 100
    shares = {"industry": block * (1 - built), "construction": block * built, **share}
    return {sector: plan.levers["base_year.grdp_bn_vnd"] * shares[sector] for sector in TARGETS}


def construction_share(plan):
    """Return the middle of the shares for which the block's printed range, rounded to 0.1, is the mix of its parts."""
    lowest, highest = 0.0, 1.0
    for end in (0, 1):
        industry, construction, block = (
            plan.targets[key][end] for key in ("A.I.1.2.industry", "A.I.1.2.construction", "A.I.1.2")
        )

        def mix(share, industry=industry, construction=construction):
            level = (1 - share) * (1 + industry / 100) ** 5 + share * (1 + construction / 100) ** 5
            return (level**0.2 - 1) * 100

        lowest = max(lowest, root(lambda share, mix=mix, least=block - 0.05: mix(share) - least, 0, 1))
        highest = min(highest, root(lambda share, mix=mix, most=block + 0.05: mix(share) - most, 0, 1))
    return (lowest + highest) / 2


def compound(sheet, quantity, base, growth):
    """Write a quantity that starts at `base` and grows each year by `growth(year)`."""
    sheet[quantity, "", BASE] = base
    for year in YEARS:
        sheet[quantity, "", year] = sheet[quantity, "", year - 1] * (1 + growth(year))


def value(plan, sheet):
    """Prices, people and the exchange rate; GRDP at current prices and per head."""
    compound(sheet, "deflator", 1, lambda year: plan.at("macro.deflator_growth", year) / 100)
    people = plan.at("macro.population")
    compound(sheet, "population", people, lambda year: plan.at("macro.population_growth", year) / 100)
    dollar = plan.at("macro.exchange_rate")
    dearer = "macro.exchange_rate_growth"
    compound(sheet, "exchange_rate_vnd_per_usd", dollar, lambda year: plan.at(dearer, year) / 100)
    for year in (BASE, *YEARS):
        nominal = sheet["grdp_bn_vnd", "", year] * sheet["deflator", "", year]
        sheet["grdp_nominal_bn_vnd", "", year] = nominal
        per_head_vnd = nominal * 1e9 / sheet["population", "", year]
        sheet["grdp_per_head_usd", "", year] = per_head_vnd / sheet["exchange_rate_vnd_per_usd", "", year]


def employ(plan, sheet):
    """Productivity growth from employment growth; employment growth implied by target A.I.3."""
    wanted = plan.targets["A.I.3"][0] / 100
    product = 1
    for year in YEARS:
        growth, workers = sheet["grdp_growth", "", year], plan.at("macro.employment_growth", year) / 100
        sheet["employment_growth", "", year] = workers
        sheet["productivity_growth", "", year] = (1 + growth) / (1 + workers) - 1
        sheet["employment_growth_implied", "", year] = (1 + growth) / (1 + wanted) - 1
        product *= (1 + growth) / (1 + workers)
    sheet["average_productivity_growth", "", ""] = product ** (1 / len(YEARS)) - 1


def invest(plan, sheet):
    """Investment, ICOR by both definitions, and what the target ICOR asks for by both."""
    asked = plan.at("macro.icor")
    sheet["investment_bn_vnd", "", BASE] = plan.at("macro.investment_ratio_base") / 100 * sheet["grdp_bn_vnd", "", BASE]
    for year in YEARS:
        ratio, grdp = plan.at("macro.investment_ratio", year) / 100, sheet["grdp_bn_vnd", "", year]
        growth = sheet["grdp_growth", "", year]
        sheet["investment_bn_vnd", "", year] = ratio * grdp
        sheet["icor_yearly", "", year] = ratio / growth if growth > 0 else math.nan
        sheet["need_rise_bn_vnd", "", year] = asked * (grdp - sheet["grdp_bn_vnd", "", year - 1])
        sheet["need_yearly_bn_vnd", "", year] = asked * growth * grdp
    rise = sheet["grdp_bn_vnd", "", YEARS[-1]] - sheet["grdp_bn_vnd", "", BASE]
    sheet["icor", "", ""] = total(sheet, "investment_bn_vnd") / rise
    sheet["investment_share", "", ""] = total(sheet, "investment_bn_vnd") / total(sheet, "grdp_bn_vnd")
    sheet["need_rise_sum_bn_vnd", "", ""] = total(sheet, "need_rise_bn_vnd")
    sheet["need_yearly_sum_bn_vnd", "", ""] = total(sheet, "need_yearly_bn_vnd")


def total(sheet, quantity):
    return math.fsum(sheet[quantity, "", year] for year in YEARS)


def account(plan, sheet):
    """Capital by perpetual inventory; growth split among capital, labour and TFP."""
    weight = plan.at("macro.capital_share") / 100
    worn = plan.at("macro.depreciation_rate") / 100
    sheet["capital_bn_vnd", "", BASE] = plan.at("macro.capital_output_ratio") * sheet["grdp_bn_vnd", "", BASE]
    for year in YEARS:
        before = sheet["capital_bn_vnd", "", year - 1]
        now = before - worn * before + sheet["investment_bn_vnd", "", year - 1]
        capital = weight * (now - before) / before
        labour = (1 - weight) * sheet["employment_growth", "", year]
        sheet["capital_bn_vnd", "", year] = now
        sheet["capital_part", "", year] = capital
        sheet["labour_part", "", year] = labour
        sheet["tfp_part", "", year] = sheet["grdp_growth", "", year] - capital - labour
    sheet["tfp_share", "", ""] = total(sheet, "tfp_part") / total(sheet, "grdp_growth")


def follow(plan, sheet):
    """Trade, budget revenue and income, each by its elasticity."""

    def nominal(year):
        return sheet["grdp_nominal_bn_vnd", "", year] / sheet["grdp_nominal_bn_vnd", "", year - 1] - 1

    def per_head(year):
        return (1 + nominal(year)) / (sheet["population", "", year] / sheet["population", "", year - 1]) - 1

    trade, revenue = plan.at("macro.trade_elasticity"), plan.at("macro.revenue_buoyancy")
    income = plan.at("macro.income_elasticity")
    compound(sheet, "trade_bn_usd", plan.at("macro.trade"), lambda year: trade * sheet["grdp_growth", "", year])
    compound(sheet, "revenue_nominal_bn_vnd", plan.at("macro.revenue"), lambda year: revenue * nominal(year))
    compound(sheet, "income_million_vnd_per_month", plan.at("macro.income"), lambda year: income * per_head(year))
    sheet["trade_sum_bn_usd", "", ""] = total(sheet, "trade_bn_usd")
    sheet["revenue_nominal_sum_bn_vnd", "", ""] = total(sheet, "revenue_nominal_bn_vnd")
    sheet["mobilisation", "", ""] = total(sheet, "revenue_nominal_bn_vnd") / total(sheet, "grdp_nominal_bn_vnd")


def load(plan, sheet):
    """What the listed projects cost, spread over their time: by year, and inside the five years."""
    sheet.update({("listed_load_bn_vnd", "", year): 0.0 for year in YEARS})
    sheet["listed_cost_bn_vnd", "", ""] = 0.0
    for project in plan.projects:
        if not project["cost_bn_vnd"] or plan.of(project, "dropped"):
            continue
        cost = float(project["cost_bn_vnd"]) * (1 + plan.of(project, "overrun") / 100)
        sheet["listed_cost_bn_vnd", "", ""] += cost
        found = spans(plan, project["id"])
        opening = min(first for first, _, _ in found)
        for first, last, share in found:
            planned = planned_time(plan, project, opening, first, last + 1)
            for year in YEARS:
                spent = [spent_share(plan.of(project, "profile"), planned(edge)) for edge in (year * 4, year * 4 + 4)]
                sheet["listed_load_bn_vnd", "", year] += cost * share * (spent[1] - spent[0])
    sheet["listed_in_window_bn_vnd", "", ""] = total(sheet, "listed_load_bn_vnd")


def planned_time(plan, project, opening, begin, end):
    """Return, as a function of a quarter, how far a phase is then: the share of its planned time that has passed."""
    since = number(plan.at("phasing.delay_from"))
    delay, slower = plan.of(project, "delay_quarters"), 1 + plan.of(project, "stretch") / 100
    anchor = max(opening, since)
    if end <= since:  # over before any delay acts
        return lambda quarter: (quarter - begin) / (end - begin)
    if begin >= since:
        start = max(anchor + (begin - anchor) * slower + delay, since)
        return lambda quarter: (quarter - start) / ((end - begin) * slower)
    finish = max(anchor + (end - anchor) * slower + delay, since + 1)

    def begun(quarter):
        # the quarter by the plan that a quarter in truth stands for
        meant = quarter if quarter < since else since + (quarter - since) * (end - since) / (finish - since)
        return (meant - begin) / (end - begin)

    return begun


def spent_share(profile, time):
    """Return the beta distribution with small whole shapes: the chance that enough of a few random points lie below."""
    time = min(max(time, 0), 1)
    one, other = {"uniform": (1, 1), "front": (1, 2), "back": (2, 1), "s_curve": (2, 2)}[profile]
    points = one + other - 1
    return math.fsum(
        math.comb(points, hits) * time**hits * (1 - time) ** (points - hits) for hits in range(one, points + 1)
    )


def spans(plan, key):
    """Return each phase of a project as its first quarter, its last one and its share of the cost."""
    phases = [row for row in plan.phases if row["project_id"] == key]
    found, begins = [], number(plan.at("phasing.milestone_start"))
    for row in phases:
        first = number(row["start"]) if row["start"] else begins
        last = number(row["end"]) if row["end"] else max(first, number(plan.at("phasing.open_end")))
        found.append((min(first, last), last))
        begins = last + 1  # a milestone's phase starts right after the milestone before
    own = [float(row["cost_bn_vnd"]) for row in phases if row["cost_bn_vnd"]]
    weights = own if len(own) == len(phases) else [last - first + 1 for first, last in found]
    return [(first, last, weight / sum(weights)) for (first, last), weight in zip(found, weights, strict=True)]


def number(quarter):
    return int(quarter[:4]) * 4 + int(quarter[5]) - 1


def kept(sheet):
    """Return the results that an expected file keeps."""
    return {
        key: value
        for key, value in sheet.items()
        if key[0] in BY_YEAR or key[0] in ONCE or (key[0] in IN_2030 and key[2] == YEARS[-1])
    }


def as_csv(sheet):
    """Return results as the text of a CSV file, ten digits each, in the order they are worked out."""
    lines = [f"{quantity},{sector},{year},{found:.10g}" for (quantity, sector, year), found in sheet.items()]
    return "\n".join(["quantity,sector,year,value", *lines, ""])


def expected_path(name):
    return DATA / "scenarios" / f"{name}.expected.csv"


def main(arguments):
    if arguments == ["--write"]:
        for path in sorted((DATA / "scenarios").glob("*.toml")):
            expected_path(path.stem).write_text(as_csv(kept(work_out(path))), encoding="utf-8")
    else:
        for name in [one for one in arguments if one != "--expected"]:
            sheet = work_out(name)
            print(as_csv(kept(sheet) if "--expected" in arguments else sheet), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
