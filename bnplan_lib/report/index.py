"""Where does a reader start? The front page and the data dictionary, in the pages' own shell."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bnplan_lib.figures.language import LANGUAGES, Language, speak
from bnplan_lib.figures.lever_table import lever_table
from bnplan_lib.figures.markup import plain
from bnplan_lib.figures.scroll import scroll_area
from bnplan_lib.inputs.programme import read_programme, read_schema
from bnplan_lib.report.pages import write_page
from bnplan_lib.report.plan import Job
from bnplan_lib.report.record import Outcome, versions
from bnplan_lib.report.stamp import document_of, document_words


def index_pages(outcomes: list[Outcome], good: set[str]) -> dict[str, str]:
    """Return the front page of each language by name.

    `good` are the names of pages that were written in full; a failed run may have left an earlier one.
    """
    languages = languages_of(outcomes)
    return {index_name("index", lang, languages): index_page(outcomes, good, lang, languages) for lang in languages}


def _subject(say: Language) -> str:
    """Return what the pages are about: whose programme, of which years."""
    package = read_schema()
    about = package["programme"]
    return say(
        "What programme {number} of {province} says of {first}–{last}, in numbers one can check",
        number=about.get("number") or package["name"],
        province=about.get(f"province_{say.code}") or _said(package, "title", say.code),
        first=about["first_year"],
        last=about["last_year"],
    )


def guide_pages(languages: tuple[str, ...], folder: str | Path | None = None) -> dict[str, str]:
    """Return the pages that explain data and levers by name, in each language."""
    pages: dict[str, str] = {}
    for lang in languages:
        pages[f"data_dictionary.{lang}.html"] = _dictionary(lang, languages, folder)
        pages[f"levers.{lang}.html"] = _levers(lang, languages, folder)
    return pages


def languages_of(outcomes: Iterable[Outcome | Job]) -> tuple[str, ...]:
    """Return the languages of some runs, the first one that of the page to start with."""
    found = {outcome.lang for outcome in outcomes}
    return tuple(lang for lang in ("vi", "en") if lang in found)


def index_page(outcomes: list[Outcome], good: set[str], lang: str, languages: tuple[str, ...]) -> str:
    """Return the front page of a language."""
    say = speak(lang)
    text = "# " + say("Question the programme") + "\n\n"
    text += plain(_subject(say))
    titles = dict.fromkeys(outcome.scenario_title for outcome in outcomes if outcome.lang == lang)
    groups = [
        cards(
            say("Scenario: {title}", title=title),
            [_card(one, good, say) for one in outcomes if (one.lang, one.scenario_title) == (lang, title)],
        )
        for title in titles
    ]
    return bare_page([text], "".join([*groups, _guide_cards(say)]), lang, _others("index", lang, languages))


def _guide_cards(say: Language) -> str:
    dictionary = tile(
        f"data_dictionary.{say.code}.html",
        say("Data dictionary"),
        say("Every table and column of the data behind these pages"),
    )
    levers = tile(
        f"levers.{say.code}.html",
        say("What a scenario can move"),
        say("Every lever with its default, its bounds and what they rest on"),
    )
    return cards(say("Behind the pages"), [dictionary, levers])


def _dictionary(lang: str, languages: tuple[str, ...], folder: str | Path | None) -> str:
    """Return the data dictionary from datapackage.json."""
    package = read_schema(folder)
    programme = read_programme(folder)
    say = speak(lang)
    parts = [_table(resource, len(getattr(programme, resource["name"])), say) for resource in package["resources"]]
    text = "# " + say("Data dictionary") + f"\n\n{plain(_said(package, 'description', lang))}"
    others = {say("All pages"): index_name("index", lang, languages), **_others("data_dictionary", lang, languages)}
    return bare_page([text], "".join(parts), lang, others)


def _levers(lang: str, languages: tuple[str, ...], folder: str | Path | None) -> str:
    """Return the page of levers from the lever catalogue."""
    say = speak(lang)
    told = say("A scenario is a file that moves some of these levers. Every value it may take is listed here.")
    text = "# " + say("What a scenario can move") + f"\n\n{told}"
    others = {say("All pages"): index_name("index", lang, languages), **_others("levers", lang, languages)}
    return bare_page([text], lever_table(read_programme(folder), lang).data, lang, others)


def index_name(stem: str, lang: str, languages: tuple[str, ...]) -> str:
    """Return the file of a language's edition; the first language has the plain name."""
    return f"{stem}.html" if lang == languages[0] and stem == "index" else f"{stem}.{lang}.html"


def _others(stem: str, lang: str, languages: tuple[str, ...]) -> dict[str, str]:
    return {LANGUAGES[other]: index_name(stem, other, languages) for other in languages if other != lang}


def bare_page(texts: list[str], body: str, lang: str, others: dict[str, str], dark: bool = True) -> str:
    """Return a page that no notebook stands behind: texts in Markdown, then a body in HTML."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    say = speak(lang)
    output = new_output("display_data", data={"text/html": body})
    cells = [new_markdown_cell(text, id=f"text-{place}") for place, text in enumerate(texts)]
    cells.append(new_code_cell("", outputs=[output], id="body"))
    used = versions()
    footer = {
        say("Source"): document_words(document_of(read_schema()), say),
        say("Made with"): f"bnplan {used['bnplan']}",
    }
    return write_page(new_notebook(cells=cells), lang, footer, others, dark=dark)


def _card(outcome: Outcome, good: set[str], say: Language) -> str:
    page = outcome.page.replace(".failed.html", ".html")
    address = page if page in good else outcome.page
    bad = ""
    if outcome.status == "failed":
        said = html.escape(say("This run failed"))
        bad = f'<p class="bad"><a href="{html.escape(quote(outcome.page))}">{said}</a></p>'
    moved = f"<p><code>{html.escape('; '.join(outcome.settings))}</code></p>" if outcome.settings else ""
    return tile(address, outcome.title, outcome.headline, moved + bad)


def cards(heading: str, tiles: Sequence[str]) -> str:
    """Return cards under a heading of their own."""
    return f'<h2>{html.escape(heading)}</h2><div class="cards">{"".join(tiles)}</div>'


def tile(address: str, title: str, text: str, extra: str = "") -> str:
    """Return a card that leads to an address; `extra` is HTML."""
    return (
        f'<div class="card"><h3><a href="{html.escape(quote(address))}">{html.escape(title)}</a></h3>'
        f"<p>{html.escape(text)}</p>{extra}</div>"
    )


def _table(resource: dict[str, Any], count: int, say: Language) -> str:
    heads = [say("Column"), say("Type"), say("Unit"), say("Meaning"), say("Allowed")]
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    rows = "".join(_field(field, resource["schema"], say) for field in resource["schema"]["fields"])
    title = _said(resource, "title", say.code)
    size = say("{count} rows", count=say.number(count))
    told = html.escape(f"{_said(resource, 'description', say.code)} ({size})")
    table = scroll_area(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>", title)
    return f'<h2 id="{resource["name"]}">{html.escape(title)} <code>{resource["name"]}</code></h2><p>{told}</p>{table}'


def _field(field: dict[str, Any], schema: dict[str, Any], say: Language) -> str:
    limits = field.get("constraints", {})
    allowed = []
    if field["name"] in schema["primaryKey"]:
        allowed.append(say("key"))
    if limits.get("required"):
        allowed.append(say("required"))
    if "codeList" in field:
        allowed.append(say("code list {name}", name=_code(field["codeList"])))
    elif "enum" in limits:
        allowed.append(say("one of {codes}", codes=", ".join(map(_code, limits["enum"]))))
    if "itemReference" in field:
        allowed.append(say("ids of {table}", table=_code(field["itemReference"])))
    keys = [key for key in schema.get("foreignKeys", []) if key["fields"] == field["name"]]
    allowed += [say("ids of {table}", table=_code(key["reference"]["resource"])) for key in keys]
    kinds = {
        "string": say("text"),
        "number": say("number"),
        "integer": say("whole number"),
        "boolean": say("true or false"),
    }
    meaning = ". ".join(filter(None, (_said(field, "title", say.code), _said(field, "description", say.code))))
    units = {
        "quarter": say("quarter"),
        "bn VND": say("bn VND"),
        "see unit": say("see column unit"),
        "see measure": say("see column measure"),
    }
    unit = units.get(field.get("unit", ""), field.get("unit", ""))
    cells = [_code(field["name"]), *map(html.escape, (kinds[field["type"]], unit, meaning)), "; ".join(allowed)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _code(name: str) -> str:
    return f"<code>{html.escape(name)}</code>"


def _said(entry: dict[str, Any], key: str, lang: str) -> str:
    return str(entry.get(f"{key}_vi" if lang == "vi" else key, "")).replace("`", "")
