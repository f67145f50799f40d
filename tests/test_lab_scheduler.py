"""A notebook runs as a job of jupyter-scheduler, made in JupyterLab's own form or told to its interface."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from lab import HOMES, Lab, homes

import bnplan_lib as bn
from bnplan_lib.report.notebooks import notebook_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "01_growth_targets"
JOBS, DEFINITIONS = "scheduler/jobs", "scheduler/job_definitions"
MINE = 'title_en = "Mine"\ntitle_vi = "Của tôi"\nwhy = "A test."\nbase = "high"\n'
TOLD = {"input_uri": f"{NAME}.ipynb", "runtime_environment_name": "python", "output_formats": ["ipynb"]}
EVERY_THREE_SECONDS = "* * * * * */3"  # a sixth field counts seconds; the form knows five fields, the server six


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A running JupyterLab whose scheduler looks every second what is due, and a scenario beside its notebooks."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    config = server.folder / "config" / "jupyter_server_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"TaskRunner": {"poll_interval": 1}}), encoding="utf-8")
    (server.folder / "notebooks" / "mine.toml").write_text(MINE, encoding="utf-8")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def page(lab, browser):
    """Return a page of JupyterLab with one notebook open; it keeps what goes wrong in it."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda told: page.complaints.append(told.text) if told.type == "error" else None)
    lab.open(page, f"{NAME}.ipynb")
    yield page
    context.close()


@pytest.fixture(scope="module")
def finished(lab, page):
    """Return the output of a job made with the button above the notebook, lang set in the form, and then downloaded."""
    page.get_by_title("Create a job").click()
    page.get_by_title("Add new parameter").click()
    page.locator("[name=parameter-0-name]").fill("lang")
    page.locator("[name=parameter-0-value]").fill('"vi"')
    page.get_by_label("HTML").uncheck()
    page.get_by_role("button", name="Create", exact=True).click()
    row(page).wait_for()
    job = next(job["job_id"] for job in lab.ask(JOBS)["jobs"] if job["name"] == NAME)
    ended(lab, job)  # the list says Stopped until it is read again
    page.get_by_role("button", name="Reload").click()
    row(page).get_by_text("Completed").wait_for()
    row(page).get_by_title("Download output files").click()
    row(page).get_by_text("Notebook", exact=True).wait_for()
    files = lab.ask(f"{JOBS}/{job}")["job_files"]
    return lab.folder / "notebooks" / next(file["file_path"] for file in files if file["file_format"] == "ipynb")


@pytest.fixture(scope="module")
def told(lab):
    """Return the ids of jobs told to the server's interface, all started at once."""
    wrong = {"misspelt": {"scenarios": '"high"'}, "unquoted": {"lang": "vi"}}
    return {
        name: lab.ask(JOBS, {**TOLD, "name": name, "parameters": parameters})["job_id"]
        for name, parameters in wrong.items()
    }


def row(page):
    """Return the row of the job, or of the job definition, that is called after the notebook."""
    return page.locator("tr:visible").filter(has=page.get_by_text(NAME, exact=True))


def ended(lab, job: str) -> dict:
    """Return what the server says of a job once it has run."""
    lab.wait(lambda: lab.ask(f"{JOBS}/{job}")["status"] in ("COMPLETED", "FAILED"), 40)
    return lab.ask(f"{JOBS}/{job}")


def staged(lab, job: str) -> list[dict]:
    """Return the cells of code of a job's output, from where the scheduler keeps it."""
    ended(lab, job)
    (path,) = (lab.folder / "data" / "scheduler_staging_area" / job).glob(f"{NAME}-*.ipynb")
    return code_cells(path)


def code_cells(path: Path) -> list[dict]:
    """Return the cells of code of a notebook."""
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def said(cells: list[dict]) -> str:
    """Return the first text that a notebook shows."""
    outputs = (output for cell in cells for output in cell["outputs"])
    return "".join(next(output["data"]["text/markdown"] for output in outputs if "data" in output))


def headline(scenario: str, lang: str) -> str:
    """Return the sentence that the notebook has to begin with."""
    return bn.headline("growth", bn.read_programme(), bn.read_scenario(scenario), lang).data


def test_a_job_made_in_the_form_runs_in_the_language_asked_for(finished):
    assert said(code_cells(finished)) == headline("middle", "vi")


def test_every_cell_of_it_has_run_without_an_error(finished):
    cells = code_cells(finished)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert kinds <= {"display_data", "execute_result"}


def test_its_output_opens_from_the_list_with_sentence_and_figures(finished, page):
    row(page).get_by_text("Notebook", exact=True).click()
    bold = page.locator(".jp-OutputArea strong:visible").first
    assert headline("middle", "vi").startswith(f"**{bold.inner_text()}**")
    page.locator(".js-plotly-plot:visible .main-svg").first.wait_for()


def test_a_schedule_in_cron_is_shown_in_words_and_can_be_paused(lab, page):
    page.locator(".jp-DirListing-item", has_text=NAME).click(button="right")
    page.locator(".lm-Menu-itemLabel", has_text="Create Job").click()
    page.get_by_label("Run on a schedule").check()
    page.locator("[aria-haspopup=listbox]").click()
    page.get_by_role("option", name="Custom schedule").click()
    page.locator("[name=schedule]").fill("0 6 * * 1")
    page.get_by_role("button", name="Create", exact=True).click()
    row(page).get_by_text("At 06:00 AM, only on Monday").wait_for()
    row(page).get_by_text("Active").wait_for()
    row(page).get_by_title("Pause").click()
    row(page).get_by_text("Paused").wait_for()
    assert [one["active"] for one in lab.ask(DEFINITIONS)["job_definitions"] if one["name"] == NAME] == [False]


def test_a_schedule_runs_the_notebook_with_a_scenario_file_from_its_folder_until_it_is_paused(lab):
    how = {"name": "often", "parameters": {"scenario": '"mine.toml"'}, "package_input_folder": True}
    often = lab.ask(DEFINITIONS, {**TOLD, **how, "schedule": EVERY_THREE_SECONDS})["job_definition_id"]
    mine = headline(str(lab.folder / "notebooks" / "mine.toml"), "en")

    def jobs() -> list[str]:
        return [job["job_id"] for job in lab.ask(JOBS)["jobs"] if job.get("job_definition_id") == often]

    lab.wait(jobs, 20)
    lab.ask(f"{DEFINITIONS}/{often}", {"active": False}, "PATCH")
    before, due = jobs(), time.monotonic() + 5
    assert said(staged(lab, before[0])) == mine != headline("middle", "en")
    lab.wait(lambda: time.monotonic() > due, 10)
    assert jobs() == before


def test_a_misspelt_parameter_is_refused_with_the_nearest(told, lab):
    job = ended(lab, told["misspelt"])
    assert job["status"] == "FAILED"
    assert "parameter scenarios: unknown; nearest: scenario" in job["status_message"]


def test_a_text_without_quotes_is_refused_and_named(told, lab):
    job = ended(lab, told["unquoted"])
    assert job["status"] == "FAILED"
    assert "name 'vi' is not defined" in job["status_message"]


def test_a_value_set_between_parameters_and_check_is_a_parameter_unless_a_person_is_there(tmp_path, monkeypatch):
    for name, place in HOMES.items():
        monkeypatch.setenv(name, str(tmp_path / place))
    manager, kernel = start_new_kernel()
    check = "bn.check_parameters(lang=lang)"
    try:
        for cell in ("import bnplan_lib as bn", 'lang: str = "en"', "sheets = 3"):
            kernel.execute(cell)
        told = [kernel.execute_interactive(check, allow_stdin=person, output_hook=lambda _: 0) for person in (1, 0)]
    finally:
        manager.shutdown_kernel(now=True)
    assert [reply["content"].get("ename") for reply in told] == [None, "ParameterError"]


def test_bnplan_lab_starts_where_the_scheduler_looks_for_the_files_of_jobs(tmp_path):
    config = tmp_path / "config" / "jupyter_server_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"ServerApp": {"open_browser": False, "allow_root": True, "port": 0}}))
    started = psutil.Popen(
        [sys.executable, "-m", "bnplan_lib.cli", "lab"], env=homes(tmp_path), cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 40
        while not (written := list(tmp_path.glob("runtime/jpserver-*.json"))) and time.monotonic() < end:
            time.sleep(0.1)
        server = json.loads(written[0].read_text(encoding="utf-8"))
        assert Path(server["root_dir"]) == Path(psutil.Process(server["pid"]).cwd()) == notebook_folder()
    finally:
        for process in (*started.children(recursive=True), started):
            process.terminate()
        psutil.wait_procs([started], 10)


def test_nothing_goes_wrong_in_browser_or_server(finished, lab, page):
    log = lab.log.read_text(encoding="utf-8")
    assert "jupyter_scheduler | extension was successfully loaded" in log
    assert (page.complaints, re.findall(r"^\[[EC] .*", log, re.MULTILINE)) == ([], [])


def test_the_scheduler_keeps_its_database_in_the_folder_it_is_told(finished, lab):
    assert (lab.folder / "data" / "scheduler.sqlite").stat().st_size > 0
