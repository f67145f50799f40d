"""What is the answer, in one sentence?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from IPython.display import Markdown

from bnplan_lib.analysis.baskets import baskets
from bnplan_lib.analysis.consistency import audit
from bnplan_lib.analysis.envelope import investment_envelope
from bnplan_lib.analysis.growth import average_growth, growth_targets, headline_range
from bnplan_lib.analysis.investment import concentration, listed_projects
from bnplan_lib.analysis.progress import progress
from bnplan_lib.analysis.timeline import concurrency
from bnplan_lib.errors import UnknownName
from bnplan_lib.figures.comparison import titles_of
from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.levers import lever_amount, lever_title
from bnplan_lib.figures.markup import plain
from bnplan_lib.figures.precedence import slip_line
from bnplan_lib.figures.waiting import goal_line, order_line
from bnplan_lib.model.economy import economy
from bnplan_lib.model.growth import HEADLINE, basis_of, growth_path
from bnplan_lib.model.projects import general

if TYPE_CHECKING:
    from bnplan_lib.analysis.baskets import Baskets
    from bnplan_lib.analysis.progress import Progress
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


def headline(
    topic: str,
    programme: Programme,
    story: Scenario,
    lang: str,
    others: Sequence[Scenario] = (),
    sets: Baskets | None = None,
    slips: Mapping[str, int] | None = None,
    now: Progress | None = None,
) -> Markdown:
    """Return the answer of a notebook under a scenario: one bold sentence, and the scenario's name.

    Parameters
    ----------
    others
        Scenarios that the topic `comparison` holds against the first.
    sets
        What `baskets` returns, for the topic `consistency`, where it is at hand: finding it takes seconds.
    slips
        Quarters that items are late in the chain, for the topic `timeline`.
    now
        What `progress` returns, for the topic `progress`.

    Raises
    ------
    UnknownName
        If there is no such topic or language.
    """
    say = speak(lang)
    if topic not in TOPICS:
        raise UnknownName("topic", topic, TOPICS)
    title = story.title_vi if lang == "vi" else story.title_en
    told = say("Scenario: {title}.", title=title)
    if story.changes:
        moved = "; ".join(_lever(programme, key, value, say) for key, value in story.changes.items())
        told += " " + say("Levers moved: {moved}.", moved=moved)
    if others:
        titles = titles_of(others, say).values()
        told += " " + say("Held against: {titles}.", titles="; ".join(titles))
    if now is not None and now.agency:
        name = say.of(programme.agencies.set_index("id").loc[now.agency], "name")
        told += " " + say("For {body} alone: what it leads, and the projects of its orders.", body=name)
    if topic == "comparison":
        sentence = _comparison(programme, story, others, say)
    elif topic == "consistency":
        sentence = _consistency(programme, story, sets or baskets(programme, story), say)
    elif topic == "progress":
        sentence = _progress(now or progress(programme, story, programme.years[0]), say)
    elif topic == "timeline":
        sentence = _timeline(programme, story, slips or {}, say)
    else:
        sentence = SENTENCES[topic](programme, story, say)
    return Markdown(f"**{plain(sentence)}**\n\n{plain(told)}")


def _progress(now: Progress, say: Language) -> str:
    lights = now.targets["light"]
    known = int((lights != "no_data").sum())
    told = say("No target has a value for {year} yet", year=now.year)
    if known:
        told = say(
            "At the end of {year}, {known} of {all_targets} targets have a value: {good} reached or on track, "
            "{bad} behind or missed, {unjudged} without a base year to judge by",
            year=now.year,
            known=say.number(known),
            all_targets=say.number(len(lights)),
            good=say.number(lights.isin(["reached", "on_track"]).sum()),
            bad=say.number(lights.isin(["behind", "far_behind", "missed"]).sum()),
            unjudged=say.number((lights == "no_path").sum()),
        )
    states = now.items.loc[now.items["table"] != "projects", "state"]
    over = states.isin(["done", "done_late", "overdue", "not_reported"])
    if not over.any():
        return told + "."
    return told + say(
        "; of {due} tasks and dated orders due by the year's end, {done} are reported done and {silent} not reported.",
        due=say.number(over.sum()),
        done=say.number(states.isin(["done", "done_late"]).sum()),
        silent=say.number((states == "not_reported").sum()),
    )


def _place(value: float, low: float, high: float, say: Language) -> str:
    return say("below") if value < low - 1e-12 else say("above") if value > high + 1e-12 else say("inside")


def _overview(programme: Programme, story: Scenario, say: Language) -> str:
    low, high = basis_of(programme).range_of(HEADLINE)
    average = average_growth(growth_path(programme, story))["grdp"]
    money, running = investment_envelope(programme, story), concurrency(programme, story)
    told = say(
        "GRDP grows {average} a year on average, {place} the target of {low} to {high}; the list takes {share} of what "
        "is invested in {first}–{last}; up to {projects} projects run at once",
        average=say.percent(average, 2),
        place=_place(average, low, high, say),
        low=say.percent(low, 0),
        high=say.percent(high, 0),
        share=say.percent(money["listed_bn_vnd"].sum() / money["envelope_bn_vnd"].sum(), 0),
        first=programme.years[0],
        last=programme.years[-1],
        projects=0 if running.empty else int(running["running_projects"].max()),
    )
    errors = sum(one.severity == "error" for one in audit(programme, story))
    places = say.plural(
        "the programme's own figures disagree in {count} place",
        "the programme's own figures disagree in {count} places",
        errors,
    )
    return f"{told}; {places}."


def _growth(programme: Programme, story: Scenario, say: Language) -> str:
    low, high = basis_of(programme).range_of(HEADLINE)
    average = average_growth(growth_path(programme, story))["grdp"]
    floor, _, ceiling = headline_range(programme, story)["average"]
    place = _place(average, low, high, say)
    reach = say(
        "GRDP grows {average} a year on average, {place} the target of {low} to {high}.",
        average=say.percent(average, 2),
        place=place,
        low=say.percent(low, 0),
        high=say.percent(high, 0),
    )
    if story.changes and not any(
        key.startswith(("growth.", "base_year.", "targets.", "macro.")) for key in story.changes
    ):
        reach += " " + say("The levers moved here do not enter growth.")
    ends = {"floor": say.percent(floor, 2), "ceiling": say.percent(ceiling, 2)}
    if floor < low - 1e-12:
        return (
            reach
            + " "
            + say("The sector targets give {floor} to {ceiling}: at their low ends they fall short.", **ends)
        )
    return reach + " " + say("The sector targets give {floor} to {ceiling}.", **ends)


def _investment(programme: Programme, story: Scenario, say: Language) -> str:
    total = listed_projects(programme, story)["cost_bn_vnd"].sum()
    if not total:
        return say("The scenario leaves no money to spend") + "."
    table = investment_envelope(programme, story)
    first, last = programme.years[0], programme.years[-1]
    fullest = table.loc[table["listed_share"].idxmax()]
    listed = say(
        "The list costs {total}; its three largest projects hold {largest}.",
        total=say.money(total),
        largest=say.percent(concentration(programme, 3, story)["largest_share"], 0),
    )
    return (
        listed
        + " "
        + say(
            "It takes {share} of all that the scenario invests in {first}–{last}, and {most} in {year} alone.",
            share=say.percent(table["listed_bn_vnd"].sum() / table["envelope_bn_vnd"].sum(), 0),
            first=first,
            last=last,
            most=say.percent(fullest["listed_share"], 0),
            year=fullest["year"],
        )
    )


def _timeline(programme: Programme, story: Scenario, slips: Mapping[str, int], say: Language) -> str:
    running = concurrency(programme, story)
    if running.empty:
        return say("Nothing runs") + "."
    peak = running.loc[(running["running_projects"] + running["running_tasks"]).idxmax()]
    told = say(
        "In {quarter}, {projects} of {all_projects} projects and {tasks} of {all_tasks} tasks run at once.",
        quarter=say.quarter(peak["quarter"]),
        projects=peak["running_projects"],
        all_projects=len(programme.projects),
        tasks=peak["running_tasks"],
        all_tasks=len(programme.tasks),
    )
    dated = (goal_line(programme, story, say), order_line(programme, story, say))
    return " ".join(filter(None, (told, *dated, slip_line(programme, story, slips, say))))


def _consistency(programme: Programme, story: Scenario, sets: Baskets, say: Language) -> str:
    found = audit(programme, story)
    errors, tensions = ([one for one in found if one.severity == level] for level in ("error", "tension"))
    dropped = len(sets.largest[0].dropped) if sets.largest else 0
    told = say(
        "The programme's own figures disagree in {errors} places; {tensions} more stand in tension.",
        errors=say.number(len(errors)),
        tensions=say.number(len(tensions)),
    )
    if not errors and not tensions:
        told = say("No error and no tension was found among the programme's figures.")
    if not dropped:
        return (
            told
            + " "
            + say("All {tied} targets that bind each other can hold together.", tied=say.number(len(sets.tied)))
        )
    return (
        told
        + " "
        + say(
            "Of {tied} targets that bind each other, {kept} can hold together; {dropped} would have to give way.",
            tied=say.number(len(sets.tied)),
            kept=say.number(len(sets.tied) - dropped),
            dropped=say.number(dropped),
        )
    )


def _comparison(programme: Programme, story: Scenario, others: Sequence[Scenario], say: Language) -> str:
    measured = {one.name: float(economy(programme, one).average_growth[0]) for one in (story, *others)}
    least, most = min(measured, key=measured.__getitem__), max(measured, key=measured.__getitem__)
    titles = titles_of([story, *others], say)
    met = {one.name: int(growth_targets(programme, one)["met"].sum()) for one in (story, *others)}
    count = len(growth_targets(programme, story))
    return (
        say(
            "GRDP grows {low} a year in “{lowest}” and {high} in “{highest}”.",
            low=say.percent(measured[least], 2),
            lowest=titles[least],
            high=say.percent(measured[most], 2),
            highest=titles[most],
        )
        + " "
        + say(
            "Of {count} targets that growth decides, the scenarios meet {fewest} to {largest}.",
            count=say.number(count),
            fewest=say.number(min(met.values())),
            largest=say.number(max(met.values())),
        )
    )


SENTENCES: Mapping[str, Callable[..., str]] = {
    "overview": _overview,
    "growth": _growth,
    "investment": _investment,
}
TOPICS = (*SENTENCES, "progress", "timeline", "consistency", "comparison")


def _lever(programme: Programme, key: str, value: object, say: Language) -> str:
    """Return a lever's title, its project if it is of one, and its value."""
    units = dict(zip(programme.levers["key"], programme.levers["unit"], strict=True))
    return f"{lever_title(programme, key, say)} = {lever_amount(value, units[general(key)], say)}"
