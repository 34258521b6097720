"""`fieldhand audit`: whether the audit trail is as it was written, and the trail as a file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from forms_app.cli.applications import data_option, opened_application

EXIT_WRONG = 3
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(name="audit")
def command() -> None:
    """Verify the audit trail, anchor it, take it along."""


@command.command()
@click.option(
    "--from",
    "anchors",
    type=click.File(),
    help="Anchors that were kept, one a line: the trail must still hold each of them.",
)
@data_option
def verify(anchors: TextIO | None, data: Path | None) -> None:
    """Hash every event again, and say the first one that is wrong.

    Exit code 0: all are as they were written; 3: not.
    """
    from forms_app.services.audit_checking import read_anchors, verify_chain

    kept = read_anchors(anchors) if anchors else []
    with opened_application(data) as app:
        report = verify_chain(app, kept)
    if report.fault is not None:
        click.echo(f"{report.fault} Events before that are in order: {report.checked}.", err=True)
        sys.exit(EXIT_WRONG)
    click.echo(f"{report.checked} events are as they were written, up to event {report.end.id}.")
    click.echo(f"Its hash is {report.end.hash}.")


@command.command()
@data_option
def anchor(data: Path | None) -> None:
    """Print the last event's number and hash.

    Kept where those cannot write who could change the database, it shows later whether the trail
    up to there was cut off or written anew: `fieldhand audit anchor >> FILE`.
    """
    from forms_app.services.audit_checking import anchor_line, current_anchor

    with opened_application(data) as app:
        click.echo(anchor_line(current_anchor(app)))


@command.command()
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="jsonl: each line holds what is hashed.",
)
@click.option("--output", type=click.File("wb"), default="-", help="[default: standard output]")
@click.option("--since", type=DAY, help="First day (UTC), as 2026-03-12.")
@click.option("--until", type=DAY, help="The day (UTC) after the last one.")
@data_option
def export(
    file_format: str,
    output: BinaryIO,
    since: datetime | None,
    until: datetime | None,
    data: Path | None,
) -> None:
    """Write the trail of all projects; that it was taken is an event too."""
    from forms_app.services.audit_log import stream_events
    from forms_app.services.dto.audit import AuditFilter

    asked = AuditFilter(since=_in_utc(since), until=_in_utc(until))
    with opened_application(data) as app:
        for chunk in stream_events(app, asked, file_format, user_id=None):
            output.write(chunk)


def _in_utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
