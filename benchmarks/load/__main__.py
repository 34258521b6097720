"""Pushes mixed files through the whole system, HTTP to export, while people look at pages.

    python -m benchmarks.load --files 1000 --workers 2 --json load.json

Starts a site of its own: PostgreSQL, Valkey, gunicorn, separate workers, the clock. Uploads go the
browser's way (tus, three at a time). What people ask for is timed meanwhile, at a steady rate.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from benchmarks.load.report import as_json, as_markdown
from benchmarks.load.running import Outcome, Plan, Run
from benchmarks.load.sheets import FORMS, MadeFile, make_files
from benchmarks.load.site import running

SHORT_FILES = 10


def main() -> None:
    """Run once for each number of workers and print the report."""
    options = _options()
    plan = Plan(options.form, options.rate, options.minutes * 60, options.reading_alone)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="fh-load-") as folder:
        base = Path(folder)
        count = SHORT_FILES if options.short else options.files
        files = make_files(base / "scans", count, options.form, options.pages, os.cpu_count() or 1)
        reports = []
        for workers in options.workers:
            done = run(base / f"site-{workers}", files, plan, workers, options.web_processes)
            reports.append(as_json(workers, done))
            print(as_markdown(reports[-1]), end="\n\n", flush=True)
    if len(reports) > 1:
        _say_scaling(reports[0], reports[-1])
    if options.json:
        options.json.write_text(json.dumps(reports, indent=1), encoding="utf-8")


def run(
    folder: Path, files: list[MadeFile], plan: Plan, workers: int, web_processes: int
) -> Outcome:
    """One run on a site of its own."""
    folder.mkdir()
    with running(folder, workers, web_processes) as site:
        return Run(site, files, plan).go()


def _say_scaling(one: dict[str, object], more: dict[str, object]) -> None:
    slow, fast = float(str(one["pages_per_s"])), float(str(more["pages_per_s"]))
    print(
        f"{more['workers']} workers instead of {one['workers']}: {fast / slow:.2f} times the pages"
        f" a second ({slow:.2f}, {fast:.2f})"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--pages", type=int, help="in all; 2.4 a file unless told otherwise")
    parser.add_argument("--workers", type=int, nargs="+", default=[2], help="1 2 compares them")
    parser.add_argument("--web-processes", type=int, default=1)
    parser.add_argument("--form", choices=FORMS, default="small")
    parser.add_argument("--rate", type=float, default=4.0, help="pages people ask for, a second")
    parser.add_argument(
        "--reading-alone",
        action="store_true",
        help="all files are there before the workers begin, and nobody looks at pages",
    )
    parser.add_argument("--minutes", type=float, default=60, help="a run is given up after these")
    parser.add_argument("--short", action="store_true", help=f"{SHORT_FILES} files")
    parser.add_argument("--folder", type=Path, help="where all is kept meanwhile")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
