"""Tables a reader can scan."""

from __future__ import annotations

import html
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from great_tables import GT
from IPython.display import HTML

from bnplan_lib.figures.language import Language, speak
from bnplan_lib.figures.markup import markup
from bnplan_lib.figures.sources import place
from bnplan_lib.figures.style import FONT

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme

CELL = "padding: 2px 14px 2px 0; text-align: left"


def target_table(programme: Programme, lang: str) -> HTML:
    """Return every target of the programme with its printed figure, leads and place."""
    say = speak(lang)
    shorts = dict(zip(programme.agencies["id"], programme.agencies[f"short_{lang}"], strict=True))
    kinds = say.labels(programme.codes, "kind")
    corrected = set(programme.corrections.loc[programme.corrections["table"] == "targets", "row_id"])
    rows = [
        (
            row["id"],
            say.of(row, "name"),
            row["printed"] + (" *" if row["id"] in corrected else ""),
            kinds[row["kind"]],
            ", ".join(shorts[key] for key in row["leads"].split(";")) if isinstance(row["leads"], str) else "–",
            place(row["source"], say),
        )
        for row in programme.targets.to_dict("records")
    ]
    heads = [say("Id"), say("Target"), say("As printed"), say("Kind"), say("Lead"), say("Place")]
    return html_table("targets", heads, rows, note=say("* corrected for analysis; see the sources below."))


def small_table(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], bold: Container[int] = ()) -> str:
    """Return a small table of HTML of a class, for a panel that writes it anew at each move; text is escaped.

    Parameters
    ----------
    bold
        Places of rows that stand out.
    """
    head = "".join(f'<th style="{CELL}">{html.escape(text)}</th>' for text in heads)
    lines = ("".join(f'<td style="{CELL}">{html.escape(text)}</td>' for text in row) for row in rows)
    marks = (' style="font-weight: bold"' if place in bold else "" for place in range(len(rows)))
    body = "".join(f"<tr{mark}>{line}</tr>" for mark, line in zip(marks, lines, strict=True))
    return f'<table class="{name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def html_table(
    table_id: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str | HTML]],
    numbers: Sequence[int] = (),
    note: str = "",
) -> HTML:
    """Return a table with set ids: great_tables would draw new ones each run; text is escaped, HTML kept as it is."""
    columns = [f"c{place}" for place in range(len(heads))]
    marked = {place for row in rows for place, cell in enumerate(row) if isinstance(cell, HTML)}
    cells = [[_markup(cell) if place in marked else cell for place, cell in enumerate(row)] for row in rows]
    frame = pd.DataFrame(cells, columns=columns)
    table = GT(frame, id=table_id).cols_label(cases=dict(zip(columns, heads, strict=True)))
    table = table.fmt(str, columns=[columns[place] for place in sorted(marked)]) if marked else table
    table = table.cols_align("right", columns=[columns[place] for place in numbers]) if numbers else table
    table = table.tab_options(
        table_font_names=FONT.split(", "), table_font_size="14px", table_width="100%", data_row_padding="4px"
    )
    # long words may break on a phone, but never a number
    table = table.opt_css(".gt_row { overflow-wrap: anywhere; } .gt_row.gt_right { overflow-wrap: normal; }")
    table = table.tab_source_note(note) if note else table
    return markup(table.as_raw_html())  # a GT shows itself with memory addresses in its plain text


def as_printed(text: str, say: Language) -> HTML:
    """Return the document's own words, marked as Vietnamese where the page is in another language."""
    told = html.escape(text)
    return markup(told if say.code == "vi" or told.isascii() else f'<span lang="vi">{told}</span>')


def _markup(cell: str | HTML) -> str:
    return str(cell.data) if isinstance(cell, HTML) else html.escape(cell)
