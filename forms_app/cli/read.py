"""`fieldhand read`: filled forms in, data out; no server, no database."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from forms_app.reading.submissions import FileReading, SubmissionReading

OUTPUT_ENDINGS = (".json", ".jsonl", ".csv", ".xlsx")
SCAN_ENDINGS = frozenset(
    {".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}
)
EXIT_SOME_FAILED = 3


@click.command(name="read")
@click.option(
    "--template",
    "template_path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Template file; its blanks are looked for beside it.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .json, .jsonl, .csv or .xlsx.  [default: JSON to the terminal]",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "litert", "keras"]),
    default="auto",
    show_default=True,
    help="What runs the recogniser; auto takes Keras where there is a GPU.",
)
@click.argument("scans", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(template_path: Path, output: Path | None, engine: str, scans: tuple[Path, ...]) -> None:
    """Read filled forms: images, PDFs, or folders of them.

    Exit code 0: every page was read; 3: some were not (each is named on stderr with its reason,
    the rest is still written); 2: wrong usage.
    """
    _check_output(output)
    files = list(_files(scans))
    if not files:
        raise click.BadParameter(
            f"there is no scan in {', '.join(map(str, scans))}.", param_hint="SCANS"
        )
    from forms_app.cli.output import to_json, write_submissions
    from forms_app.reading.classifier import load_classifier
    from forms_app.reading.submissions import read_file
    from forms_app.templating.blanks import load_references
    from forms_app.templating.template_archive import opened_template
    from forms_app.templating.template_file import load_template

    with opened_template(template_path) as opened:
        template = load_template(opened)
        references = load_references(template, opened.parent)
    classifier = load_classifier(engine)
    submissions: list[SubmissionReading] = []
    failed = 0
    for position, path in enumerate(files, start=1):
        begun = time.perf_counter()
        if not _can_be_opened(path):
            failed += 1
            continue
        result = read_file(path, str(path), template, references, classifier)
        submissions.extend(result.submissions)
        failed += len(result.failures)
        _report(f"{position} of {len(files)}", path, result, time.perf_counter() - begun)
    if output is None:
        sys.stdout.buffer.write(to_json(template, submissions))
    else:
        write_submissions(output, template, submissions)
    if failed:
        raise SystemExit(EXIT_SOME_FAILED)


def _check_output(output: Path | None) -> None:
    if output is None:
        return
    if output.suffix.lower() not in OUTPUT_ENDINGS:
        raise click.BadParameter(
            f"{output} must end in {', '.join(OUTPUT_ENDINGS)}.", param_hint="--output"
        )
    if not output.parent.is_dir():
        raise click.BadParameter(
            f"the folder {output.parent} does not exist.", param_hint="--output"
        )


def _files(scans: tuple[Path, ...]) -> Iterator[Path]:
    """The files named, and the scans in the folders named, sorted by name."""
    for path in scans:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in SCAN_ENDINGS)
        else:
            yield path


def _can_be_opened(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError as error:
        click.echo(f"{path}: cannot be read: {error.strerror}.", err=True)
        return False
    return True


def _report(place: str, path: Path, result: FileReading, seconds: float) -> None:
    """One line of progress, and one for each page that failed."""
    for failure in result.failures:
        page = "" if failure.number is None else f", page {failure.number}"
        click.echo(f"{path}{page}: {failure.message}", err=True)
    fields = [field for submission in result.submissions for field in submission.fields]
    pages = sum(len(submission.pages) for submission in result.submissions)
    waiting = sum(field.needs_review for field in fields)
    click.echo(
        f"{place}  {path.name}: {pages} pages, {len(result.submissions)} forms, "
        f"{len(fields)} fields, {waiting} to review ({seconds:.1f} s)",
        err=True,
    )
