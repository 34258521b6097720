"""`fieldhand files`: what is kept of scans, pages and exports."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_app.cli.applications import data_option, opened_application

SOME_DAMAGED = 3
TELL_EVERY = 1000


@click.group(name="files")
def command() -> None:
    """Encrypt what is kept of scans, pages and exports."""


@command.command()
@data_option
def encrypt(data: Path | None) -> None:
    """Encrypt all files that are not yet, or not with the first key of the setting files_key.

    The site may be at work meanwhile, with the same setting. It can be stopped and started again.
    Exit code 3: some files are damaged, each named; all others are encrypted.
    """
    from forms_app.services.encrypting import encrypt_files

    with opened_application(data) as app:
        report = encrypt_files(app, _tell)
    click.echo(f"{report.moved:,} files were encrypted with the first key; now all are.")
    if report.retired:
        click.echo(
            f"No file here needs another key any more ({', '.join(report.retired)}); backups made "
            "before today do."
        )
    for path in report.damaged:
        click.echo(f"fieldhand: the file {path} is damaged; it stays as it is.", err=True)
    if report.damaged:
        sys.exit(SOME_DAMAGED)


def _tell(moved: int) -> None:
    if moved % TELL_EVERY == 0:
        click.echo(f"{moved:,} files so far")
