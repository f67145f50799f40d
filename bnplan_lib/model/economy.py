"""What follows from growth: money, people, jobs, capital, trade and budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnplan_lib.errors import Infeasible
from bnplan_lib.model.growth import (
    SECTORS,
    Basis,
    base_levels,
    basis_of,
    construction_share,
    same_each_year,
    sector_rates,
    target_rate,
    walk,
    yearly,
)

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

MACRO = (
    "deflator_growth",
    "population",
    "population_growth",
    "exchange_rate",
    "exchange_rate_growth",
    "employment_growth",
    "investment_ratio",
    "investment_ratio_base",
    "icor",
    "capital_share",
    "capital_output_ratio",
    "depreciation_rate",
    "trade",
    "trade_elasticity",
    "revenue",
    "revenue_buoyancy",
    "income",
    "income_elasticity",
)
# levers that are the middle of a target, by what it measures, unless a scenario moves them
FROM_TARGETS = {"macro.investment_ratio": "investment_share", "macro.icor": "icor"}


@dataclass(frozen=True)
class Economy:
    """The province's economy under one setting of the levers, or under many draws of them.

    Every property is one definition of METHODS, computed when it is asked for. Arrays
    are years by draws, the base year first where a level is meant; levels also have
    sectors as their first axis. Constant 2025 prices, bn VND, shares as fractions,
    unless a name says otherwise. One setting is one draw.
    """

    basis: Basis
    values: Mapping[str, Any]

    def _macro(self, name: str) -> np.ndarray:
        """Return a macro lever as in the scenario: one value, draws, or years by draws."""
        return yearly(lever_value(self.basis, self.values, f"macro.{name}"), len(self.basis.years))

    def _index(self, rates: np.ndarray) -> np.ndarray:
        """Return an index, the base year 1, from yearly growth."""
        return walk(np.ones((1, 1)), self._by_year(rates)[None])[0]

    def _by_year(self, value: np.ndarray) -> np.ndarray:
        """Return a value that may be one for all years as years by draws."""
        draws = value.shape[-1] if value.ndim else 1
        return np.broadcast_to(value, (len(self.basis.years), draws))

    @cached_property
    def rates(self) -> np.ndarray:
        """Growth of each sector: sectors by years by draws."""
        return sector_rates(self.basis, self.values)

    @cached_property
    def base(self) -> np.ndarray:
        """Value added by sector in the base year: sectors by draws."""
        return base_levels(self.basis, self.values)

    @cached_property
    def levels(self) -> np.ndarray:
        """Value added by sector: sectors by years, the base year first, by draws."""
        return walk(self.base, self.rates)

    @cached_property
    def grdp(self) -> np.ndarray:
        """GRDP, the sum of its sectors."""
        return self.levels.sum(axis=0)

    @cached_property
    def growth(self) -> np.ndarray:
        """GRDP growth of each year of the programme."""
        return self.grdp[1:] / self.grdp[:-1] - 1

    @cached_property
    def average_growth(self) -> np.ndarray:
        """Average GRDP growth, the geometric mean: one number a draw."""
        first, last = self.levels[:, 0].sum(axis=0), self.levels[:, -1].sum(axis=0)
        return average(first, last, len(self.basis.years))

    def sector_growth(self, *sectors: str) -> np.ndarray:
        """Return the average growth of one sector, or of several taken together: one number a draw."""
        if len(sectors) == 1 and same_each_year(self.rates):  # then its average is the rate, where there is value added
            place = SECTORS.index(sectors[0])
            growth: np.ndarray = np.where(self.base[place] > 0, self.rates[place, 0], np.nan)
            return growth
        own = [self.levels[SECTORS.index(sector)] for sector in sectors]
        first, last = (sum((level[end] for level in own[1:]), own[0][end]) for end in (0, -1))
        return average(first, last, len(self.basis.years))

    @cached_property
    def deflator(self) -> np.ndarray:
        """GRDP deflator, 2025 = 1."""
        return self._index(self._macro("deflator_growth") / 100)

    @cached_property
    def nominal(self) -> np.ndarray:
        """GRDP at current prices, bn VND."""
        return self.grdp * self.deflator

    @cached_property
    def population(self) -> np.ndarray:
        """People, the average of the year."""
        return self._macro("population") * self._index(self._macro("population_growth") / 100)

    @cached_property
    def exchange_rate(self) -> np.ndarray:
        """VND per USD."""
        return self._macro("exchange_rate") * self._index(self._macro("exchange_rate_growth") / 100)

    @cached_property
    def per_head_usd(self) -> np.ndarray:
        """GRDP per head at current prices, USD: Yn / N / FX."""
        return self.nominal * 1e9 / self.population / self.exchange_rate

    @cached_property
    def employment_growth(self) -> np.ndarray:
        """Growth of employment of each year."""
        return self._by_year(self._macro("employment_growth") / 100)

    @cached_property
    def productivity_growth(self) -> np.ndarray:
        """Growth of GRDP per worker of each year: (1 + g) / (1 + n) - 1."""
        return (1 + self.growth) / (1 + self.employment_growth) - 1

    @cached_property
    def average_productivity_growth(self) -> np.ndarray:
        """Average growth of productivity, the geometric mean: one number a draw."""
        return np.prod(1 + self.productivity_growth, axis=0) ** (1 / len(self.basis.years)) - 1

    @cached_property
    def employment_implied(self) -> np.ndarray:
        """Growth of employment if productivity grows as its target says: (1 + g) / (1 + p) - 1; missing without one."""
        low, _ = self.basis.known_range("productivity_growth")
        return (1 + self.growth) / (1 + low) - 1

    @cached_property
    def investment(self) -> np.ndarray:
        """Investment, the base year first: its ratio to GRDP times GRDP."""
        flows = self._by_year(self._macro("investment_ratio") / 100) * self.grdp[1:]
        base = np.atleast_1d(self._macro("investment_ratio_base") / 100) * self.grdp[:1]
        draws = max(flows.shape[-1], base.shape[-1])
        return np.concatenate([np.broadcast_to(part, (len(part), draws)) for part in (base, flows)])

    @cached_property
    def investment_share(self) -> np.ndarray:
        """Investment over GRDP, sum over sum: one number a draw."""
        return self.investment[1:].sum(axis=0) / self.grdp[1:].sum(axis=0)

    @cached_property
    def icor(self) -> np.ndarray:
        """ICOR by the statistical definition: investment of all years over the rise of GRDP, one number a draw.

        Missing where GRDP does not rise: no ratio has a meaning there.
        """
        rise = self.grdp[-1] - self.grdp[0]
        return self.investment[1:].sum(axis=0) / np.where(rise > 0, rise, np.nan)

    @cached_property
    def icor_yearly(self) -> np.ndarray:
        """ICOR year by year: the investment ratio over growth, missing in a year without."""
        return self.investment[1:] / self.grdp[1:] / np.where(self.growth > 0, self.growth, np.nan)

    @cached_property
    def need(self) -> np.ndarray:
        """Investment that the target ICOR asks for, by the rise of GRDP: ICOR times Y[t] - Y[t-1]."""
        return self._macro("icor") * (self.grdp[1:] - self.grdp[:-1])

    @cached_property
    def need_yearly(self) -> np.ndarray:
        """Investment that the target ICOR asks for, by the yearly ratio: ICOR times g times Y."""
        return self._macro("icor") * self.growth * self.grdp[1:]

    @cached_property
    def capital(self) -> np.ndarray:
        """Capital stock by perpetual inventory: K[t] = (1 - d) K[t-1] + I[t-1]."""
        stock = [self._macro("capital_output_ratio") * self.grdp[0]]
        kept = 1 - self._macro("depreciation_rate") / 100
        for flow in self.investment[:-1]:
            stock.append(kept * stock[-1] + flow)
        return np.stack(np.broadcast_arrays(*stock))

    @cached_property
    def accounting(self) -> dict[str, np.ndarray]:
        """Growth of each year split into capital, labour and TFP: a gK, (1 - a) gL and the rest."""
        share = self._macro("capital_share") / 100
        capital = share * (self.capital[1:] / self.capital[:-1] - 1)
        labour = (1 - share) * self.employment_growth
        return {"capital": capital, "labour": labour, "tfp": self.growth - capital - labour}

    @cached_property
    def shares_of_growth(self) -> dict[str, np.ndarray]:
        """Shares of capital, labour and TFP in growth, sum over sum of the years: missing where nothing grows."""
        growth = self.growth.sum(axis=0)
        whole = np.where(growth > 0, growth, np.nan)
        return {name: part.sum(axis=0) / whole for name, part in self.accounting.items()}

    @cached_property
    def tfp_share(self) -> np.ndarray:
        """TFP's share of growth: one number a draw."""
        return self.shares_of_growth["tfp"]

    @cached_property
    def trade(self) -> np.ndarray:
        """Trade turnover, bn USD: it grows by its elasticity times GRDP growth."""
        return self._macro("trade") * self._index(self._macro("trade_elasticity") * self.growth)

    @cached_property
    def revenue(self) -> np.ndarray:
        """Budget revenue at current prices, bn VND: it grows by its buoyancy times nominal GRDP growth."""
        growth = self.nominal[1:] / self.nominal[:-1] - 1
        return self._macro("revenue") * self._index(self._macro("revenue_buoyancy") * growth)

    @cached_property
    def mobilisation(self) -> np.ndarray:
        """Budget revenue over GRDP at current prices, sum over sum: one number a draw."""
        return self.revenue[1:].sum(axis=0) / self.nominal[1:].sum(axis=0)

    @cached_property
    def income(self) -> np.ndarray:
        """Income per head, million VND a month: it grows by its elasticity times that of nominal GRDP per head."""
        per_head = self.nominal / self.population
        growth = per_head[1:] / per_head[:-1] - 1
        return self._macro("income") * self._index(self._macro("income_elasticity") * growth)


def lever_value(basis: Basis, values: Mapping[str, Any], key: str) -> Any:
    """Return the value of a lever in effect, per cent as in the files: the scenario's, or the target it follows.

    Raises
    ------
    Infeasible
        If the lever follows a target that the programme does not have.
    """
    if (value := values.get(key)) is not None:
        return value
    if key == "base_year.construction_share":
        return construction_share(basis) * 100
    sector = key.removeprefix("growth.")
    if sector in SECTORS:
        return target_rate(basis, sector, values["targets.position"]) * 100
    if key not in FROM_TARGETS:
        raise Infeasible(f"{key}: needs a value, neither the scenario nor the lever catalogue has one")
    if (measure := FROM_TARGETS[key]) not in basis.targets:
        raise Infeasible(f"{key}: needs a value, the programme has no target for {measure} to take it from")
    return sum(basis.range_of(measure)) / 2 * (1 if key == "macro.icor" else 100)


def average(first: np.ndarray, last: np.ndarray, years: int) -> np.ndarray:
    """Return the average yearly growth from a first to a last level: the geometric mean, missing where nothing was."""
    with np.errstate(invalid="ignore", divide="ignore"):
        growth: np.ndarray = np.exp(np.log(last / first) / years) - 1  # half the time of a power
        return growth


def economy(programme: Programme, story: Scenario) -> Economy:
    """Return the economy under a scenario."""
    return Economy(basis_of(programme), story.values)


def macro_path(programme: Programme, story: Scenario) -> pd.DataFrame:
    """Return what a scenario's growth means in money, people, jobs and capital, year by year.

    Returns
    -------
    DataFrame
        One row a year, 2025 to 2030: `scenario, year, grdp_bn_vnd, growth, deflator,
        grdp_nominal_bn_vnd, population, exchange_rate_vnd_per_usd, grdp_per_head_usd,
        employment_growth, productivity_growth, employment_growth_implied,
        investment_bn_vnd, icor_yearly, need_rise_bn_vnd, need_yearly_bn_vnd,
        capital_bn_vnd, capital_part, labour_part, tfp_part, trade_bn_usd,
        revenue_nominal_bn_vnd, income_million_vnd_per_month`. Rates and parts of growth
        are shares a year, missing in 2025. `need_` is the investment that the target
        ICOR asks for: by the rise of GRDP, and by the yearly ratio.

    References
    ----------
    METHODS section 1; each column is one property of `Economy`.
    """
    one = economy(programme, story)
    parts = one.accounting
    columns = {
        "grdp_bn_vnd": one.grdp,
        "growth": one.growth,
        "deflator": one.deflator,
        "grdp_nominal_bn_vnd": one.nominal,
        "population": one.population,
        "exchange_rate_vnd_per_usd": one.exchange_rate,
        "grdp_per_head_usd": one.per_head_usd,
        "employment_growth": one.employment_growth,
        "productivity_growth": one.productivity_growth,
        "employment_growth_implied": one.employment_implied,
        "investment_bn_vnd": one.investment,
        "icor_yearly": one.icor_yearly,
        "need_rise_bn_vnd": one.need,
        "need_yearly_bn_vnd": one.need_yearly,
        "capital_bn_vnd": one.capital,
        "capital_part": parts["capital"],
        "labour_part": parts["labour"],
        "tfp_part": parts["tfp"],
        "trade_bn_usd": one.trade,
        "revenue_nominal_bn_vnd": one.revenue,
        "income_million_vnd_per_month": one.income,
    }
    years = [one.basis.years[0] - 1, *one.basis.years]
    table = {name: _from_base(values[:, 0], len(years)) for name, values in columns.items()}
    return pd.DataFrame({"scenario": story.name, "year": years, **table})


def _from_base(values: np.ndarray, years: int) -> np.ndarray:
    """Return a column that starts in the base year, missing there where only growth is known."""
    return np.concatenate([np.full(years - len(values), np.nan), values])
