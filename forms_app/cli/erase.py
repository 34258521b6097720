"""`fieldhand erase`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_app.cli.applications import data_option, opened_application

if TYPE_CHECKING:
    from forms_app.services.application import Application

SOMETHING_LEFT = 3


@click.command(name="erase")
@click.option(
    "--submission", type=click.IntRange(1), help="The form, by the number in its address."
)
@click.option("--reason", help="Who asked for it and when; no content of the form.")
@click.option("--by", default="", help="Login or name of who does it.  [default: nobody named]")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the certificate goes.  [default: shown]",
)
@click.option(
    "--verify",
    "erasure_id",
    type=click.IntRange(1),
    help="Look whether anything is left of what the erasure with this number deleted.",
)
@data_option
def command(
    submission: int | None,
    reason: str | None,
    by: str,
    output: Path | None,
    erasure_id: int | None,
    data: Path | None,
) -> None:
    """Delete all that there is of one form, and write a certificate of that.

    Exit code 3: something of it is still here, and is named.
    """
    if (submission is None) == (erasure_id is None):
        raise click.UsageError("Give --submission and --reason, or --verify.")
    with opened_application(data) as app:
        if erasure_id is None:
            erasure_id = _erase(app, submission or 0, reason or "", by, output)
        _verify(app, erasure_id)


def _erase(app: Application, submission_id: int, reason: str, by: str, output: Path | None) -> int:
    from forms_app.services.erasure import erase
    from forms_app.services.token_owners import owner_named

    done = erase(app, submission_id, reason, owner_named(app, by).user_id)
    text = json.dumps(dict(done.certificate), indent=1, ensure_ascii=False)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    click.echo(f"Form {submission_id} is erased; the erasure has the number {done.id}.", err=True)
    return done.id


def _verify(app: Application, erasure_id: int) -> None:
    from forms_app.services.erasures import verify

    left = verify(app, erasure_id)
    for table, count in left.rows.items():
        click.echo(f"fieldhand: the table {table} has {count} rows of it.", err=True)
    for key in left.files:
        click.echo(f"fieldhand: its file {key} is still in the store.", err=True)
    for key in left.shared:
        click.echo(f"Other forms have the same file {key}; it stays for them.", err=True)
    if not left.is_clean:
        sys.exit(SOMETHING_LEFT)
    click.echo("Nothing of it is left in the database's rows and in the file store.", err=True)
