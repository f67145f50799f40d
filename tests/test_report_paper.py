"""A page becomes a PDF through a Chromium of the machine: whole, tagged, the same bytes each time."""

import re
from datetime import UTC, datetime

import pytest
from small import bnplan

from bnplan_lib.errors import PlanError
from bnplan_lib.report import paper
from bnplan_lib.report.paper import dated, print_page

STAMP = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
PAGE = '<!doctype html><html lang="vi"><title>Một</title><h1>Một</h1><h2>Hai</h2><p>Ba</p></html>'
A4 = rb"/MediaBox \[0 0 59\d(\.\d+)? 84\d(\.\d+)?\]"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "mot trang.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_a_pdf_takes_another_time_in_as_many_bytes():
    pdf = b"<</CreationDate (D:20260101000000+00'00')\n/ModDate (D:20260101000000+00'00')>>"
    assert dated(pdf, STAMP) == b"<</CreationDate (D:20261123010203+00'00')\n/ModDate (D:20261123010203+00'00')>>"


@pytest.mark.browser
def test_the_same_page_gives_the_same_bytes(chromium, page, tmp_path):
    for name in ("one.pdf", "two.pdf"):
        print_page(page, tmp_path / name, STAMP)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.browser
def test_the_pdf_is_tagged_and_has_language_and_outline(chromium, page, tmp_path):
    print_page(page, tmp_path / "one.pdf", STAMP)
    pdf = (tmp_path / "one.pdf").read_bytes()
    assert all(mark in pdf for mark in (b"/Lang (vi)", b"/Marked true", b"/Outlines", b"(D:20261123010203+00'00')"))


@pytest.mark.browser
def test_links_to_files_beside_the_page_take_no_folder_along(chromium, page, tmp_path):
    links = '<a class="x" href="other.html#a">b</a> <a href="#here">c</a> <a href="https://example.org/d">d</a>'
    made = []
    for folder in ("one", "another folder"):
        (tmp_path / folder).mkdir()
        copy = tmp_path / folder / "page.html"
        copy.write_text(PAGE.replace("<p>Ba", f'<p id="here">{links}'), encoding="utf-8")
        print_page(copy, tmp_path / f"{folder}.pdf", STAMP)
        made.append((tmp_path / f"{folder}.pdf").read_bytes())
    assert made[0] == made[1]
    assert (b"file:" in made[0], b"/URI (https://example.org/d)" in made[0]) == (False, True)


def test_a_machine_without_a_browser_is_told_so(monkeypatch, page, tmp_path):
    monkeypatch.setattr(paper, "find_chromium", lambda: None)
    with pytest.raises(PlanError, match="a PDF needs Chromium, Chrome or Edge on this machine, found none"):
        print_page(page, tmp_path / "one.pdf", STAMP)


def test_a_browser_that_prints_nothing_is_quoted(monkeypatch, page, tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(paper, "find_chromium", lambda: str(broken))
    with pytest.raises(PlanError, match=rf"mot trang\.html: {broken} printed nothing: no display"):
        print_page(page, tmp_path / "one.pdf", STAMP)
    assert not (tmp_path / "one.pdf").exists()


@pytest.mark.slow
@pytest.mark.browser
def test_the_command_prints_the_edition_asked_for(chromium, reports, tmp_path):
    done = bnplan("pdf", "00_overview", "--lang", "vi", "--out", reports, "--to", tmp_path / "paper")
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "paper").iterdir()
    assert (path.name, done.stdout) == ("00_overview.middle.vi.pdf", f"{path}\n")
    assert len(re.findall(A4, path.read_bytes())) > 1


@pytest.mark.slow
def test_an_unknown_notebook_is_told_before_anything_is_written(reports, tmp_path):
    done = bnplan("pdf", "01_growth", "--out", reports, "--to", tmp_path / "paper")
    assert done.returncode == 2
    assert "no page of notebook '01_growth'; nearest: 01_growth_targets; there are: 00_overview" in done.stderr
    assert not (tmp_path / "paper").exists()
