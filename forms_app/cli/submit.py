"""`fieldhand submit`: files and folders of this machine into a batch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_app.cli.applications import (
    TEMPLATE_HELP,
    chosen_project,
    data_option,
    opened_application,
    project_option,
    say_if_nobody_reads,
)
from forms_app.errors import TransientError, UserError
from forms_app.reading.archives import is_left_by_system

if TYPE_CHECKING:
    from forms_app.services.application import Application
    from forms_app.services.dto.batches import FileSummary
    from forms_app.services.sources import SourceReport

EXIT_SOME_FAILED = 3
PURPOSE = "submit"


@click.command(name="submit")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE…"
)
@click.option("--template", required=True, help=TEMPLATE_HELP)
@click.option(
    "--batch",
    help="Name of the batch, made when missing.  [default: the template's name and today]",
)
@project_option
@data_option
def command(
    paths: tuple[Path, ...],
    template: str,
    batch: str | None,
    project: str | None,
    data: Path | None,
) -> None:
    """Put scans, ZIPs and folders of them into a batch.

    Works on the database and file store of the settings, on the machine (or with the settings) of
    `fieldhand serve`; what runs there reads the files at once. Stopped in the middle and given
    again, it goes on where it was and takes nothing twice.
    """
    from forms_app.services.dto.sources import SourceKind
    from forms_app.services.named_batches import batch_named, destination, name_of_today
    from forms_app.services.sources import COMMAND, SourceReport

    files = [found for path in paths for found in _files(path)]
    if not files:
        raise UserError("There are no files in what was given.")
    with opened_application(data) as app:
        chosen = destination(app, template, chosen_project(app, project))
        name = batch or name_of_today(chosen.name)
        batch_id = batch_named(app, chosen, name)
        report = SourceReport(app, SourceKind.COMMAND, COMMAND, chosen.project_id)
        report.rule(template, name)
        failed = 0
        for position, (path, known_as) in enumerate(files, start=1):
            said, is_fine = _submit(app, batch_id, path, known_as, report)
            failed += not is_fine
            if not is_fine:
                report.failed(f"{known_as}: {said}")
            click.echo(f"{position} of {len(files)}  {known_as}: {said}", err=not is_fine)
        say_if_nobody_reads(app)
    fine = len(files) - failed
    click.echo(f"{fine} of {len(files)} files will be read; they are in the batch '{name}'.")
    if failed:
        sys.exit(EXIT_SOME_FAILED)


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Files with what they are called in the batch: those in folders with the folders' names."""
    if not path.is_dir():
        yield path, path.name
        return
    top = path.absolute()
    for inner in sorted(path.rglob("*")):
        relative = inner.relative_to(path)
        if inner.is_file() and not is_left_by_system(relative.as_posix()):
            yield inner, f"{top.name}/{relative.as_posix()}"


def _submit(
    app: Application, batch_id: int, path: Path, known_as: str, report: SourceReport
) -> tuple[str, bool]:
    """What became of a file, in words, and whether it is in its batch and will be read."""
    from forms_app.reading.errors import ReadingError
    from forms_app.services.taking import is_taken, take_file, taking_id

    try:
        reason = _why_not_read(app, path)
        known_by = taking_id(path, f"{PURPOSE} {batch_id}")
        is_new = is_taken(app, known_by) is None
        file = take_file(app, batch_id, path, known_as, known_by)
        if is_new:
            report.taken(known_as, known_by)
    except (ReadingError, UserError, TransientError) as error:
        return error.message, False
    except OSError as error:
        return f"cannot be read: {error.strerror}.", False
    if reason is not None:
        return reason, False
    return _told(file), file.state != "failed"


def _why_not_read(app: Application, path: Path) -> str | None:
    """What the file's headers tell already; the batch says so too, once a worker has opened it."""
    from forms_app.reading.errors import ReadingError
    from forms_app.services.taking import check_file

    try:
        check_file(app, path)
    except ReadingError as error:
        return error.message
    return None


def _told(file: FileSummary) -> str:
    if file.state == "failed":
        return file.error_message or "failed"
    if file.duplicate_of:
        return f"duplicate of {file.duplicate_of}"
    already = f", already in batch '{file.already_in.name}'" if file.already_in else ""
    return f"taken{already}"
