"""What does `bnplan run` say meanwhile? Lines, JSON, or a bar where somebody looks on; all on stderr."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnplan_lib.cli_options import fault_text, tell

if TYPE_CHECKING:
    from bnplan_lib.errors import PlanError
    from bnplan_lib.report.record import Outcome
    from bnplan_lib.report.runs import Batch


class Log:
    """What a run says on stderr: lines, JSON, or a bar where somebody looks on."""

    def __init__(self, quiet: bool, as_json: bool) -> None:
        self.quiet, self.as_json = quiet, as_json

    def note(self, event: str, line: str, bad: bool = False, **more: Any) -> None:
        """Say something: always if it is bad."""
        if self.as_json:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            wrong = bad or more.get("status") in ("failed", "stopped")
            about = {"time": now, "level": "error" if wrong else "info", "event": event}
            tell(json.dumps({**about, **more, "message": line}, ensure_ascii=False))
        elif bad or not self.quiet:
            tell(line)

    def fault(self, error: PlanError) -> None:
        """Say what a user can put right."""
        if self.as_json:
            self.note("fault", str(error), bad=True, code=error.exit_code)
        else:
            tell(fault_text(error))

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[Outcome, bool], None]]:
        """Give a function that tells of each page."""
        count = itertools.count(1)

        def line(outcome: Outcome, unchanged: bool) -> None:
            status = "unchanged" if unchanged else f"{outcome.status} in {outcome.seconds:.1f} s"
            about: dict[str, Any] = {
                "notebook": outcome.notebook,
                "scenario": outcome.scenario,
                "lang": outcome.lang,
                "status": "unchanged" if unchanged else outcome.status,
                "seconds": outcome.seconds,
                "page": outcome.page,
                "error": outcome.error,
            }
            self.note("run", f"[{next(count)}/{total}] {outcome.page}: {status}", **about)

        if self.quiet or self.as_json or not sys.stderr.isatty():
            yield line
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("notebooks", total=total)
            yield lambda outcome, _: bar.update(task, advance=1, description=outcome.notebook)

    def end(self, batch: Batch, out: Path) -> None:
        """Say how a batch ended, and of each run that failed where and why."""
        from bnplan_lib.report.runs import counts

        many = counts(batch)
        same = f", {many['unchanged']} unchanged" if many["unchanged"] else ""
        wrote = f"{many['done']} of {len(batch.outcomes) - many['unchanged'] + batch.left} pages written{same}"
        self.note(
            "end", f"{wrote}; start with {out / 'index.html'}", bad=False, run=batch.run, status=batch.status, **many
        )
        for one in batch.failed:
            left = ".failed." in one.executed and (out / one.executed).is_file()  # else there is what was before
            see = f"; see {out / one.executed}" if left else ""
            line = f"{one.notebook} ({one.scenario}, {one.lang}) failed: {one.error}{see}"
            self.note("failed", line, bad=True, notebook=one.notebook, scenario=one.scenario, lang=one.lang)
        if batch.trouble:
            self.note("trouble", f"{out}: {batch.trouble}", bad=True)
        if batch.left:
            line = f"stopped: {batch.left} runs are left; every page there is whole and recorded; go on with --resume"
            self.note("stopped", line, bad=True)
