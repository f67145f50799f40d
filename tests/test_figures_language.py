"""Both languages say everything, each in its own notation."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from hypothesis import given
from hypothesis import strategies as st

import bnplan_lib
from bnplan_lib.errors import UnknownName
from bnplan_lib.figures.language import LOCALE, speak
from bnplan_lib.report.notebooks import find_notebooks, notebook_folder

KEYWORDS = {"say": None, "plural": (1, 2)}
FOUND = [message for _, _, message, _, _ in extract_from_dir(str(Path(bnplan_lib.__file__).parent), keywords=KEYWORDS)]
MESSAGES = {message[0] if isinstance(message, tuple) else message for message in FOUND}
for template in (Path(bnplan_lib.__file__).parent / "report/templates").rglob("*.j2"):
    MESSAGES |= set(re.findall(r"""say\(["'](.+?)["']\)""", template.read_text(encoding="utf-8")))


def catalogue():
    from babel.messages.pofile import read_po

    with (LOCALE / "vi.po").open("rb") as file:
        return read_po(file, locale="vi")


def test_no_message_hides_inside_an_f_string_where_extraction_misses_it():
    for path in Path(bnplan_lib.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
                assert not [one for one in calls if isinstance(one, ast.Name) and one.id == "say"], (
                    path.name,
                    node.lineno,
                )


def test_every_message_is_said_in_vietnamese():
    said = {
        entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in catalogue() if entry.id and entry.string
    }
    assert MESSAGES - said == set()


def test_no_translation_is_left_over():
    known = {entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in catalogue() if entry.id}
    assert known - MESSAGES == set()


def test_translations_fill_in_the_same_values():
    for entry in catalogue():
        if entry.id:
            one = entry.id[-1] if isinstance(entry.id, tuple) else entry.id
            other = entry.string[0] if isinstance(entry.string, tuple | list) else entry.string
            assert set(re.findall(r"{(\w+)}", one)) == set(re.findall(r"{(\w+)}", other)), one


def test_every_notebook_says_each_paragraph_in_both_languages():
    import json

    for path in notebook_folder().glob("*.ipynb"):
        tags = [cell["metadata"].get("tags", []) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
                if cell["cell_type"] == "markdown"]  # fmt: skip
        order = [next(tag for tag in one if tag.startswith("lang-")) for one in tags]
        assert order == ["lang-en", "lang-vi"] * (len(order) // 2)


def test_every_notebook_has_a_title_in_both_languages():
    for notebook in find_notebooks():
        assert notebook.title_en != notebook.title_vi != notebook.name


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ["1,234.5", "10.5%", "988,982 bn VND", "Q3 2026", "–", "−3"]),
     ("vi", ["1.234,5", "10,5 %", "988.982 tỷ đồng", "Quý III/2026", "–", "−3"])],
)  # fmt: skip
def test_numbers_and_quarters_are_said_by_language(lang, said):
    say = speak(lang)
    told = [
        say.number(1234.5, 1),
        say.percent(0.105),
        say.money(988_981.8),
        say.quarter("2026Q3"),
        say.number(None),
        say.number(-3),
    ]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in told] == said


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_said_number_is_the_number_rounded(value, digits):
    text = speak("vi").number(value, digits).replace("−", "-").replace(".", "").replace(",", ".")
    assert float(text) == pytest.approx(round(value, digits), abs=10**-digits / 2 + 1e-9)


def test_an_unknown_language_is_refused():
    with pytest.raises(UnknownName, match=r"no language 'fr'; .*there are: en, vi"):
        speak("fr")


def test_a_plural_has_its_number():
    assert [speak("en").plural("{count} task", "{count} tasks", count) for count in (1, 2)] == ["1 task", "2 tasks"]
    assert speak("vi").plural("{count} task", "{count} tasks", 1) == "1 nhiệm vụ"
