"""The long form of every fault: several rounds of each, told as a table in docs/faults.md.

Run: python -m tests.faults.report [--rounds 3] [--away 10] [--store-away 60]
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.broken_servers import BROKEN_SERVERS
from tests.faults.fault import Fault, TrialSite, trial_site
from tests.faults.killed_workers import KILLED_WORKERS
from tests.faults.lost_store import FILES_URL, faults_of, store_server
from tests.faults.rough_handling import CLOCK_BACK, ROUGH_HANDLING
from tests.faults.trial import Outcome, Scale
from tests.serving import REPOSITORY

PAGE = REPOSITORY / "docs" / "faults.md"
BEGIN, END = "<!-- report -->", "<!-- end of the report -->"
LEASE_S, SWEEP_S = 10, 3
FILES, FORMS_A_FILE = 3, 6
HEAD = (
    "| fault | what was done | rounds | limit | all finished after (median, longest) "
    "| lost | doubled | decisions lost | failed |\n|---|---|---|---|---|---|---|---|---|"
)


@dataclass
class Row:
    """A fault and what came of it in each round."""

    fault: Fault
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def run(self, on_trial: TrialSite, scale: Scale) -> None:
        """One round more."""
        try:
            self.outcomes.append(on_trial.undergo(self.fault, scale))
        except Exception as error:  # It is told, and the other faults go on.
            self.problems.append(f"{type(error).__name__}: {error}".partition("\n")[0])
        print(self, flush=True)

    @property
    def rounds(self) -> int:
        """How often it was tried."""
        return len(self.outcomes) + len(self.problems)

    @property
    def is_good(self) -> bool:
        """Whether nothing was harmed in any round."""
        return not self.problems and not any(any(outcome.harm) for outcome in self.outcomes)

    def __str__(self) -> str:
        seconds = [outcome.seconds for outcome in self.outcomes]
        took = f"{statistics.median(seconds):.0f} s, {max(seconds):.0f} s" if seconds else "-"
        harm = [str(sum(column)) for column in zip(*(o.harm for o in self.outcomes), strict=True)]
        cells = [
            self.fault.name,
            self.fault.what,
            str(self.rounds),
            f"{self.fault.limit_s:g} s",
            took,
        ]
        row = f"| {' | '.join(cells + (harm or ['-'] * 4))} |"
        return "\n".join(
            [row, *(f"| {self.fault.name} | NOT FINISHED: {p} |" for p in self.problems)]
        )


@contextmanager
def _site(**options: object) -> Iterator[TrialSite]:
    with tempfile.TemporaryDirectory() as folder, trial_site(Path(folder), **options) as on_trial:
        yield on_trial


@dataclass
class Report:
    """All rows so far; the page is written after each trial, so that a long run can be ended."""

    away_s: float
    store_away_s: float
    rows: list[Row] = field(default_factory=list)

    def on_s3(self, rounds: int) -> None:
        """The faults of the store."""
        scale = Scale(FILES, FORMS_A_FILE, self.store_away_s)
        with (
            tempfile.TemporaryDirectory() as folder,
            store_server(Path(folder)) as server,
            _site(files_url=FILES_URL, sweep_seconds=SWEEP_S) as on_trial,
        ):
            self._run(on_trial, faults_of(server), rounds, scale)

    def on_own_disk(self, rounds: int) -> None:
        """All others, on one site."""
        scale = Scale(FILES, FORMS_A_FILE, self.away_s)
        faults = (*KILLED_WORKERS, *BROKEN_SERVERS, *ROUGH_HANDLING, CLOCK_BACK)
        options = {"lease_seconds": LEASE_S, "sweep_seconds": SWEEP_S, "read_batch_pages": 4}
        with _site(on_small_disk=True, **options) as on_trial:
            self._run(on_trial, faults, rounds, scale)

    def write(self) -> None:
        """Put the table into the page."""
        table = f"{BEGIN}\n{self}\n{END}"
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, page, flags=re.S), "utf-8")

    def __str__(self) -> str:
        trials = sum(row.rounds for row in self.rows)
        return "\n".join(
            (
                f"{datetime.date.today()}, {len(os.sched_getaffinity(0))} cores of a shared "
                f"virtual machine (load at the end: {os.getloadavg()[1]:.0f}), Python "
                f"{platform.python_version()}; {trials} trials, in each {FILES} files or more of "
                f"{FORMS_A_FILE} forms. What can be away was away for {self.away_s:g} s, the S3 "
                f"store for {self.store_away_s:g} s. `sweep_seconds` {SWEEP_S}, `lease_seconds` "
                f"{LEASE_S}, on S3 as usual.\n",
                HEAD,
                *map(str, self.rows),
            )
        )

    def _run(self, on_trial: TrialSite, faults: Sequence[Fault], rounds: int, scale: Scale) -> None:
        rows = [Row(fault) for fault in faults]
        for row in rows * rounds:
            row.run(on_trial, scale)
            if row.rounds == 1:
                self.rows.append(row)
            self.write()


def main() -> None:
    """Put sites through everything and write the page; exit code 1 when something was harmed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--away", type=float, default=10, help="seconds that a server is away")
    parser.add_argument("--store-away", type=float, default=60, help="seconds without S3")
    options = parser.parse_args()
    report = Report(options.away, options.store_away)
    report.on_s3(options.rounds)
    report.on_own_disk(options.rounds)
    sys.exit(0 if all(row.is_good for row in report.rows) else 1)


if __name__ == "__main__":
    main()
