"""Why does a sum miss its printed total, in words?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnplan_lib.figures.language import Language

if TYPE_CHECKING:
    from bnplan_lib.analysis.finding import Finding
    from bnplan_lib.analysis.sums import Slip
    from bnplan_lib.inputs.programme import Programme

ROWS_NAMED = 12


def sum_sentence(one: Finding, programme: Programme, say: Language) -> str:
    """Return what the rows of a group add up to, and the likeliest explanations of the miss."""
    values = one.values
    total = next(iter(programme.project_groups.loc[programme.project_groups["id"] == values["group"], "total_bn_vnd"]))
    told = say(
        "The {rows} costs printed in group {group} add up to {sum}, the printed total is {total}: {miss} apart.",
        rows=say.number(values["rows"]),
        group=values["group"],
        sum=say.money(values["sum"], _decimals(values["sum"])),
        total=say.money(total),
        miss=say.money(abs(values["miss"]), _decimals(values["sum"])),
    )
    if values["rounding"]:
        return told + " " + say("Rounding of the rows alone may explain it.")
    if values["blank"] and values["miss"] < 0:
        told += " " + say("A blank cost ({rows}) may be in the total.", rows=", ".join(values["blank"]))
    return told + " " + _explained(values["slips"], say)


def _decimals(value: float) -> int:
    return int(value != round(value))


def _explained(slips: list[tuple[Slip, tuple[str, ...]]], say: Language) -> str:
    """Return the likeliest explanations of a sum that misses, those of one wrong digit in a row as one."""
    if not slips:
        return say("No single slip explains it.")
    single = [(slip, rows) for slip, rows in slips if slip.kind != "digit"]
    told = [_slip(slip, rows, say) for slip, rows in single[:3]]
    digits = [rows[0] for slip, rows in slips if slip.kind == "digit"]
    if digits and len(digits) <= ROWS_NAMED:
        told.append(say("less likely, one wrong digit in one of {rows}", rows=", ".join(digits)))
    return (
        say("Explanations, likeliest first: {slips}.", slips="; ".join(told))
        if told
        else say("No single slip explains it.")
    )


def _slip(slip: Slip, ids: tuple[str, ...], say: Language) -> str:
    rows = ", ".join(ids[:ROWS_NAMED])
    value = say.number(slip.value, 0)
    if slip.kind == "left_out":
        return say("{rows} left out of the total", rows=rows)
    if slip.kind == "counted_twice":
        return say("{rows} counted twice in the total", rows=rows)
    if slip.kind == "factor" and slip.factor >= 1:
        return say("{rows} printed {factor} times too large", rows=rows, factor=say.number(slip.factor))
    if slip.kind == "factor":
        return say("{rows} printed {factor} times too small", rows=rows, factor=say.number(1 / slip.factor))
    if slip.kind == "transposed":
        return say("two digits of {rows} changed places, {value}", rows=rows, value=value)
    if slip.kind == "total_transposed":
        return say("two digits of the total changed places, {value}", value=value)
    if slip.kind == "total_digit":
        return say("one wrong digit in the total, {value}", value=value)
    return say("a decimal point or a unit out of place in the total, {value}", value=value)


def resolve_sum(one: Finding, say: Language) -> str:
    """Return what would make a sum come out."""
    if one.values["mended"] is not None:
        return say("With the corrected rows the sum is {sum} and comes out.", sum=say.money(one.values["mended"], 1))
    return say("Say which rows the total counts, and print the total or the row anew.")
