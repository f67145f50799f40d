"""What does a target's figure do year by year, and what is left to happen once some years are known?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bnplan_lib.model.economy import Economy
from bnplan_lib.model.growth import BLOCK, SECTORS


@dataclass(frozen=True, slots=True)
class Series:
    """The yearly figures behind a target under an economy, years by draws.

    Of a `rate` the growth of each year; of a `level` or an `amount` its values, the base
    year first; of a `ratio` both sides of each year, `values` over `of`.
    """

    kind: str
    values: np.ndarray
    of: np.ndarray | None = None

    @property
    def weights(self) -> np.ndarray:
        """What each year's figure counts for in the average over the years: what a ratio is of, else all alike."""
        return np.ones(len(self.values)) if self.of is None else self.of

    def outcome(self, observed: Mapping[int, float]) -> np.ndarray:
        """Return the figure that the target is held against, one a draw, where some years are known.

        Parameters
        ----------
        observed
            Values by place, the first year of the programme being 0. Of a rate, a ratio
            or an amount they replace those years; of a level the last one stands for all
            before it. What follows grows from there as it does in the draw.
        """
        if self.kind == "rate":
            rates = self._with(self.values, observed)
            growth: np.ndarray = np.prod(1 + rates, axis=0) ** (1 / len(rates)) - 1
            return growth
        if self.of is not None:
            parts = self._with(self.values, {place: value * self.of[place] for place, value in observed.items()})
            ratio: np.ndarray = parts.sum(axis=0) / self.of.sum(axis=0)
            return ratio
        path = self.values
        if observed:
            last = max(observed)
            path = path * (observed[last] / path[last + 1])
        if self.kind == "level":
            return path[-1]
        return self._with(path[1:], observed).sum(axis=0)

    @staticmethod
    def _with(values: np.ndarray, observed: Mapping[int, float | np.ndarray]) -> np.ndarray:
        values = values.copy()
        for place, value in observed.items():
            values[place] = value
        return values


def _growth_of(*sectors: str) -> Callable[[Economy], Series]:
    def series(economy: Economy) -> Series:
        level = sum(economy.levels[SECTORS.index(sector)] for sector in sectors)
        with np.errstate(divide="ignore", invalid="ignore"):  # no growth of a sector that is not there
            return Series("rate", level[1:] / level[:-1] - 1)

    return series


def _ratio(name: str, of: str) -> Callable[[Economy], Series]:
    def series(economy: Economy) -> Series:
        years = len(economy.basis.years)
        values, whole = (getattr(economy, one)[-years:] for one in (name, of))
        draws = max(values.shape[-1], whole.shape[-1])
        return Series("ratio", *(np.broadcast_to(side, (years, draws)) for side in (values, whole)))

    return series


def _icor(economy: Economy) -> Series:
    rise = economy.grdp[1:] - economy.grdp[:-1]
    investment = economy.investment[1:]
    draws = max(rise.shape[-1], investment.shape[-1])
    return Series("ratio", *(np.broadcast_to(side, (len(rise), draws)) for side in (investment, rise)))


def _tfp(economy: Economy) -> Series:
    parts = economy.accounting["tfp"]
    return Series("ratio", parts, np.broadcast_to(economy.growth, parts.shape))


# by the `measure` of a target
SERIES: Mapping[str, Callable[[Economy], Series]] = {
    "growth": lambda economy: Series("rate", economy.growth),
    **{f"growth.{sector}": _growth_of(sector) for sector in SECTORS},
    f"growth.{BLOCK}": _growth_of("industry", "construction"),
    "productivity_growth": lambda economy: Series("rate", economy.productivity_growth),
    "per_head_usd": lambda economy: Series("level", economy.per_head_usd),
    "income": lambda economy: Series("level", economy.income),
    "trade": lambda economy: Series("amount", economy.trade),
    "revenue": lambda economy: Series("amount", economy.revenue),
    "investment_share": _ratio("investment", "grdp"),
    "social_investment_share": _ratio("investment", "grdp"),
    "mobilisation": _ratio("revenue", "nominal"),
    "icor": _icor,
    "tfp_share": _tfp,
}
