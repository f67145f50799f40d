"""Pages that travel together share one plotly.js; in a folder or a ZIP file they work as they do alone."""

import os
import shutil
import zipfile
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import browser as look
import pytest
from small import bnplan

from bnplan_lib.errors import PlanError
from bnplan_lib.explore.scripts import plotly_script
from bnplan_lib.report.bundle import bundled, write_bundle, zipped
from bnplan_lib.report.folder import newest_report
from bnplan_lib.report.pages import script_hash

STAMP = datetime(2026, 11, 23, tzinfo=UTC)
SINGLE_MB, BUNDLE_MB = 2, 12
CHARTED = "02_investment_composition.middle.vi.html"


def page(script: str = "draw()", allowed: str | None = None) -> str:
    policy = f"script-src '{allowed or script_hash(script)}' 'sha256-own='; style-src"
    return f'<head><meta content="{policy}"><script id="plotly">{script}</script></head><p>one</p>'


@pytest.fixture(scope="module")
def bundle(reports, tmp_path_factory):
    """Folder of a bundle of the whole suite."""
    folder = tmp_path_factory.mktemp("bundle") / "pages"
    write_bundle(newest_report(reports), folder, STAMP)
    return folder


def test_two_pages_share_one_script():
    files = bundled({"a.html": page(), "b.html": page()})
    (shared,) = set(files) - {"a.html", "b.html"}
    assert files[shared] == "draw()"
    assert files["a.html"] == (
        "<head><meta content=\"script-src 'self' file: 'sha256-own='; style-src\">"
        f'<script src="{shared}"></script></head><p>one</p>'
    )


def test_pages_of_other_versions_keep_their_own_script():
    files = bundled({"a.html": page("old()"), "b.html": page("new()")})
    assert len(files) == 4
    assert all(f'src="{name}"' in files["a.html"] + files["b.html"] for name in files if name.endswith(".js"))


@pytest.mark.parametrize("text", ["<p>no figure</p>", page(allowed="sha256-other")])
def test_a_page_that_shares_nothing_stays_as_it_is(text):
    assert bundled({"a.html": text}) == {"a.html": text}


def test_a_zip_file_is_the_same_for_the_same_files():
    files = {"a.html": b"one", "b.js": b"two"}
    assert zipped(files, "pages", STAMP) == zipped(dict(files), "pages", STAMP)


def test_a_zip_file_knows_no_time_before_1980(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"a.html": b"one"}, "pages", datetime(1970, 1, 2, tzinfo=UTC)))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_a_folder_with_other_files_is_refused(tmp_path):
    report, to = tmp_path / "report", tmp_path / "to"
    report.mkdir()
    (report / "a.html").write_text(page(), encoding="utf-8")
    write_bundle(report, to, STAMP)
    write_bundle(report, to, STAMP)  # again into its own
    (to / "old.html").write_text("mine", encoding="utf-8")
    with pytest.raises(PlanError, match=r"to: the folder of a bundle must hold nothing else, .*, found old\.html"):
        write_bundle(report, to, STAMP)
    assert (to / "old.html").read_text("utf-8") == "mine"


@pytest.mark.slow
def test_the_bundle_holds_plotly_once_and_is_small(bundle, reports):
    names = {path.name for path in newest_report(reports).glob("*.html")}
    (shared,) = {path.name for path in bundle.iterdir()} - names
    assert (bundle / shared).read_text("utf-8") == plotly_script()
    assert sum(path.stat().st_size for path in bundle.iterdir()) < BUNDLE_MB * 1e6
    assert all((reports / name).stat().st_size < SINGLE_MB * 1e6 for name in names)


@pytest.fixture
def server(bundle):
    """Address of the bundle on a web server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(bundle)))
    Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def looks_right(context, address):
    """Return whether a page of the bundle draws all its figures and its form answers, without a complaint."""
    visit = look.visit(context, address)
    form = visit.page.locator("form.live.ready")
    beside = {one.rsplit("/", 1)[0] for one in visit.requests if not one.startswith(("data:", "blob:"))}
    found = visit.complaints, visit.page.evaluate(look.EMPTY), form.count(), beside
    return found == ([], [], 1, {address.rsplit("/", 1)[0]})


@pytest.mark.slow
@pytest.mark.browser
def test_a_page_of_the_bundle_lives_on_the_disk(browser, bundle):
    context = browser.new_context(offline=True)
    assert looks_right(context, (bundle / CHARTED).as_uri())
    context.close()


@pytest.mark.slow
@pytest.mark.browser
def test_a_page_of_the_bundle_lives_on_a_web_server(browser, server):
    context = browser.new_context()
    assert looks_right(context, f"{server}/{CHARTED}")
    context.close()


@pytest.mark.slow
def test_the_command_writes_a_zip_file_that_unpacks_to_the_bundle(bundle, reports, tmp_path):
    done = bnplan("bundle", "--out", reports, "--to", tmp_path / "pages.zip")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"{tmp_path / 'pages.zip'}: the pages of report 1, ")
    shutil.unpack_archive(tmp_path / "pages.zip", tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "pages").iterdir()} == {
        path.name: path.read_bytes() for path in bundle.iterdir()
    }


@pytest.mark.parametrize("command", ["bundle", "pdf"])
def test_a_folder_without_a_good_report_is_told_so(tmp_path, command):
    done = bnplan(command, "--out", tmp_path, "--to", tmp_path / "to")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == f"bnplan: {tmp_path}: no good report is kept here; `bnplan run --out {tmp_path}` makes one{os.linesep}"
    )
    assert not (tmp_path / "to").exists()
