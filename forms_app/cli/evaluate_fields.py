"""`fieldhand evaluate fields`: the field benchmark, from drawn scans to verdicts."""

from __future__ import annotations

import datetime
import json
import os
import platform
import shlex
import sys
import time
from pathlib import Path

import click

from forms_app.reading.classifier import ENGINES, load_classifier
from forms_app.training.field_benchmark import SUBMISSIONS, BenchmarkRun, run_benchmark
from forms_app.training.field_figures import Figures, summarise
from forms_app.training.field_report import class_table, save_report
from forms_app.training.field_results import FieldResult
from forms_app.training.filled_forms import read_filled_form
from forms_app.training.synthesis.people import BenchmarkSet

DATA = Path("../shared/data")
RESULTS_FILE = "results.jsonl"


@click.command("fields")
@click.option(
    "--set",
    "which",
    type=click.Choice([s.value for s in BenchmarkSet]),
    default="bench",
    show_default=True,
    help="Tune on development only; bench is for final figures.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=DATA,
    show_default=True,
    help="Folder of the handwriting data.",
)
@click.option(
    "--submissions",
    type=click.IntRange(1),
    default=SUBMISSIONS,
    show_default=True,
    help="How many forms; fewer are the beginning of the same run.",
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--engine", type=click.Choice(ENGINES), default="litert", show_default=True)
@click.option("--model", type=Path, help="Folder of a trained model.  [default: the shipped one]")
@click.option(
    "--form",
    "forms",
    multiple=True,
    nargs=3,
    metavar="TEMPLATE SCAN TRUTH",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A real form with its truth (JSON), reported beside the drawn ones.",
)
@click.option("--keep", type=Path, help="Folder for pictures of wrong fields and all results.")
@click.option("--json", "json_path", type=Path, help="Write the figures to this file, too.")
@click.option("--report", type=Path, help="Folder for a Markdown report with the risk curve.")
def command(
    which: str,
    data: Path,
    submissions: int,
    workers: int,
    engine: str,
    model: Path | None,
    forms: tuple[tuple[Path, Path, Path], ...],
    keep: Path | None,
    json_path: Path | None,
    report: Path | None,
) -> None:
    """Measure the reading of whole fields on drawn forms.

    Forms in six print styles are filled by people whom no training saw, arrive as scans, faxes,
    copies or photographs, and are read from file to verdict. The same seed draws them every time.
    """
    run = BenchmarkRun(BenchmarkSet(which), data, submissions, workers, engine, model, keep)
    classifier = load_classifier(engine, model, num_threads=1)
    # First: whatever is wrong with a truth is told before hours of drawing.
    numbered = enumerate(forms, start=submissions)
    real = [r for number, form in numbered for r in read_filled_form(*form, classifier, number)]
    results = [*_read_all(run), *real]
    figures = {"about": _about(run, classifier.model_id, classifier.engine)} | summarise(results)
    _print_table(class_table(figures))
    if keep:
        _save_results(results, keep)
    if json_path:
        json_path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if report:
        click.echo(f"Wrote {save_report(figures, report)}")


def _read_all(run: BenchmarkRun) -> list[FieldResult]:
    """All results, with a line of progress on stderr."""
    results: list[FieldResult] = []
    begun = time.monotonic()
    for number, found in enumerate(run_benchmark(run), start=1):
        results += found
        right = sum(r.is_right for r in results) / len(results)
        left_s = (time.monotonic() - begun) / number * (run.submissions - number)
        end = "\n" if number == run.submissions else "\r"
        sys.stderr.write(
            f"{number} of {run.submissions} forms, {len(results):,} fields, {right:.1%} exact, "
            f"{left_s / 60:.0f} min left   {end}"
        )
        sys.stderr.flush()
    return results


def _about(run: BenchmarkRun, model_id: str, engine: str) -> Figures:
    return {
        "set": run.which.value,
        "model": model_id,
        "engine": engine,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "command": shlex.join(["fieldhand", *sys.argv[1:]]),
    }


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        click.echo("  ".join(cells))


def _save_results(results: list[FieldResult], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(r.as_json(), ensure_ascii=False) for r in results)
    (folder / RESULTS_FILE).write_text("\n".join(lines) + "\n", "utf-8")
