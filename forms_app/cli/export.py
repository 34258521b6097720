"""`fieldhand export`: what was read, as a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_app.cli.applications import (
    chosen_project,
    data_option,
    opened_application,
    project_option,
)

if TYPE_CHECKING:
    from forms_app.services.application import Application
    from forms_app.services.dto.export_choices import ExportChoice

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(name="export")
@click.option("--batch", "batches", multiple=True, help="Name or number of a batch; repeatable.")
@click.option("--template", help="Name or number of a template: its forms, of all its batches.")
@click.option("--format", "export_format", help="csv, xlsx, json, jsonl, parquet, pdf or crops.")
@click.option("--preset", help="A preset of the template: its columns, and its format.")
@click.option("--finished", is_flag=True, help="Only forms on which nothing is left to review.")
@click.option("--since", type=DAY, help="First day (UTC) on which forms came.")
@click.option("--until", type=DAY, help="Last day on which they came.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write; its ending is the format, if that is not given.",
)
@project_option
@data_option
def command(
    batches: tuple[str, ...],
    template: str | None,
    export_format: str | None,
    preset: str | None,
    finished: bool,
    since: datetime | None,
    until: datetime | None,
    output: Path,
    project: str | None,
    data: Path | None,
) -> None:
    """Write what was read to a file.

    The columns and ways of writing are those of a preset, which is made on the page of exports;
    without one, every field is exported as text. The file is written at once, without a worker,
    and replaces one that is there.
    """
    from forms_app.services.export_taking import batch_called, take_export
    from forms_app.services.named_batches import destination

    if not batches and template is None:
        raise click.UsageError("Say what to export: --batch, --template, or both.")
    with opened_application(data) as app:
        project_id = chosen_project(app, project)
        batch_ids = [batch_called(app, name, project_id) for name in batches]
        template_id = destination(app, template, project_id).template_id if template else None
        choice, kept_format = _preset(app, preset, batch_ids, template_id)
        choice = replace(
            choice,
            finished_only=finished or choice.finished_only,
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
        chosen = export_format or kept_format or _format_of(output)
        taken = take_export(app, output, chosen, choice, batch_ids, template_id)
    click.echo(f"{taken.forms} forms are in {output}.")
    if taken.open_fields:
        click.echo(f"{taken.open_fields} fields of them wait for review.", err=True)
    if taken.is_zip and output.suffix != ".zip":
        click.echo("It is a ZIP with a file for each template.", err=True)


def _preset(
    app: Application, name: str | None, batch_ids: list[int], template_id: int | None
) -> tuple[ExportChoice, str | None]:
    """The choice, and its format; both as they come without a preset."""
    from forms_app.services.dto.export_choices import PLAIN
    from forms_app.services.export_presets import named_preset
    from forms_app.services.export_taking import only_template_of

    if name is None:
        return PLAIN, None
    found = named_preset(app, template_id or only_template_of(app, batch_ids), name)
    return found.choice, found.format


def _format_of(output: Path) -> str:
    ending = output.suffix.removeprefix(".").lower()
    return {"zip": "crops", "": "csv"}.get(ending, ending)
