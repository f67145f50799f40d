"""Where does each target stand against its way, what does it still take, and how likely is it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from bnplan_lib.analysis.chances import chances
from bnplan_lib.analysis.observed import Value, check_question, latest_done, observed, scale, target_values
from bnplan_lib.analysis.pace import SLACK_SHARE, Aim, Pace, pace
from bnplan_lib.errors import PlanError, shorten
from bnplan_lib.model.economy import economy
from bnplan_lib.model.measures import room_of
from bnplan_lib.model.observations import MILESTONE
from bnplan_lib.model.quarters import quarter_number
from bnplan_lib.model.series import SERIES

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario

# money a head and numbers of things grow by a rate; shares, indices and years of life go in a line
COMPOUND: Final = ("usd_per_head", "million_vnd_per_month", "enterprises")


def target_progress(
    programme: Programme,
    story: Scenario,
    year: int,
    agency: str = "",
    slack: float = SLACK_SHARE,
    draws: int = 20_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Return where every target stands at the end of a year.

    Parameters
    ----------
    story
        Whose economy weighs the years of a ratio; its uncertainty gives the chances.
    year
        One of the programme's; observations up to it count.
    agency
        Id of a lead agency whose targets alone are wanted; all where blank.
    slack
        Share by which the needed pace may exceed the planned one for a target to be
        behind and not far behind.

    Returns
    -------
    DataFrame
        One row a target, in the order of the document, natural units, shares as
        fractions: `id, kind, unit, better, low, high, target_year`; `base` (of the year
        before the programme) and `due` (what the way to the target asks for by the year
        asked for); `year, value, status, source` of the last observation that counts, and
        the row it is reported `under`, 0 and blank where there is none; `reached, path,
        gap` (what counts for the target by then, what its way asks for, and the
        difference); `planned, needed, growth, strain, light` as of `Pace`;
        `unseen` (years passed over without a value, a list); `reported` (whether the year
        asked for has a value); `chance` (missing where the model computes no such figure,
        or the scenario has no uncertainty).

    Raises
    ------
    PlanError
        If the year is not of the programme, or the agency is not known.

    References
    ----------
    METHODS section 6.
    """
    check_question(programme, year, agency)
    if isinstance(slack, bool) or not isinstance(slack, int | float) or not 0 <= slack <= 10:
        raise PlanError(f"progress: slack must be a share from 0 to 10, found {shorten(slack)}")
    seen = observed(programme, year)
    values = target_values(programme, seen)
    rows = _led(programme, agency).to_dict("records")
    aims = {row["id"]: aim_of(row, programme.years) for row in rows}
    numbers = {target: {one: found.value for one, found in own.items()} for target, own in values.items()}
    modelled = {row["measure"]: row["id"] for row in rows if row["measure"] in SERIES}
    known = {
        measure: {one: value for one, value in numbers[target].items() if one in programme.years}
        for measure, target in modelled.items()
    }
    asked = {measure: aims[target] for measure, target in modelled.items()}
    likely = chances(programme, story, asked, known, draws, seed)
    weights = _weights(programme, story, modelled)
    told = []
    for row in rows:
        if row["unit"] == MILESTONE:
            told.append(_milestone(row, seen, year))
            continue
        aim, own = aims[row["id"]], values[row["id"]]
        base = own[aim.first - 1].value if aim.first - 1 in own else np.nan
        one = pace(aim, base, numbers[row["id"]], weights.get(row["measure"]), slack)
        told.append(_row(row, aim, base, one, own, year, likely.get(row["measure"], np.nan)))
    return pd.DataFrame(told, columns=COLUMNS)


COLUMNS: Final = [
    *("id", "kind", "unit", "better", "low", "high", "target_year", "base", "due"),
    *("year", "value", "status", "source", "under"),
    *("reached", "path", "gap", "planned", "needed", "growth", "strain", "light", "unseen", "reported", "chance"),
]


def aim_of(row: Mapping[str, Any], years: range) -> Aim:
    """Return what a row of `targets` asks for, in natural units.

    `about` leaves room for half a unit of the last digit printed, `above` leaves out the
    figure itself.
    """
    part = scale(row["unit"])
    low, high = (np.nan if pd.isna(row[end]) else float(row[end]) for end in ("low", "high"))
    room = room_of(row["measure"], low, high, row["comparator"]) / part
    last = min(int(row["year"]), years[-1]) if row["kind"] != "by_date" else int(row["year"])
    better = row["better"] if isinstance(row["better"], str) else ""
    return Aim(row["kind"], better, low / part, high / part, years[0], last, room, row["unit"] in COMPOUND)


def target_ways(programme: Programme, year: int, agency: str = "") -> pd.DataFrame:
    """Return what each target asks for year by year beside what was observed.

    Returns
    -------
    DataFrame
        One row a target with a number and a year, from the year before the programme to
        the last one of the target, natural units: `id, year, required, observed`. Required
        is the level on the way, the rate or ratio to average, or the amount of the year;
        missing where the base is not known, and in the base year of anything but a level.
    """
    values = target_values(programme, observed(programme, year))
    rows = []
    for row in _led(programme, agency).to_dict("records"):
        if row["unit"] == MILESTONE:
            continue
        aim, own = aim_of(row, programme.years), values[row["id"]]
        base = own[aim.first - 1].value if aim.first - 1 in own else np.nan
        before = base if aim.kind in ("level", "by_date") else np.nan
        sums = aim.kind == "cumulative"
        so_far = 0.0
        for one in (aim.first - 1, *aim.years):
            path = before if one < aim.first else aim.path(base, one)
            required = path - so_far if sums else path
            so_far = path if sums and one >= aim.first else so_far
            rows.append((row["id"], one, required, own[one].value if one in own else np.nan))
    return pd.DataFrame(rows, columns=["id", "year", "required", "observed"])


def _led(programme: Programme, agency: str) -> pd.DataFrame:
    """Return the targets that a body leads, all where none is named."""
    targets = programme.targets
    return targets[[not agency or agency in leads.split(";") for leads in targets["leads"].fillna("")]]


def _weights(programme: Programme, story: Scenario, measures: Iterable[str]) -> dict[str, dict[int, float]]:
    """Return what the years of each ratio count for, by measure, as the scenario has it."""
    now = economy(programme, story)
    found = {}
    for name in measures:
        one = SERIES[name](now)
        if one.of is not None:
            found[name] = dict(zip(programme.years, one.of[:, 0].tolist(), strict=True))
    return found


def _row(
    row: Mapping[str, Any], aim: Aim, base: float, one: Pace, own: Mapping[int, Value], year: int, chance: float
) -> tuple[Any, ...]:
    last = one.year or max(own, default=0)
    found = own.get(last, Value(np.nan, "", "", ""))
    due = aim.path(base, year)
    return (
        *(row["id"], row["kind"], row["unit"], aim.better, aim.low, aim.high, int(row["year"]), base, due),
        *(last, found.value, found.status, found.source, found.under),
        *(one.reached, one.path, one.reached - one.path, one.planned, one.needed, one.growth, one.strain, one.light),
        *(list(one.unseen), year in own, chance),
    )


def _milestone(row: Mapping[str, Any], seen: pd.DataFrame, year: int) -> tuple[Any, ...]:
    """Return where a milestone stands: reached, missed once its year is over, else on its way or unknown."""
    done = latest_done(seen[(seen["table"] == "targets") & (seen["id"] == row["id"])])
    light, share, last, status, source = "no_data", np.nan, 0, "", ""
    if len(done):
        report = done.iloc[0]
        share, last, status, source = report["done"], int(report["quarter"][:4]), report["status"], report["source"]
        late = quarter_number(report["finished"]) // 4 > row["year"] if report["finished"] else year >= row["year"]
        light = ("missed" if late else "reached") if report["finished"] or late else "no_path"
    blank = (np.nan,) * 6
    return (
        *(row["id"], row["kind"], row["unit"], "", np.nan, np.nan, int(row["year"]), np.nan, np.nan),
        *(last, share, status, source, row["id"] if last else "", share, *blank, light, [], last == year, np.nan),
    )
