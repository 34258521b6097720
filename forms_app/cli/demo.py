"""`fieldhand demo`: the shipped forms through the whole system."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.demo import job
from forms_app.embedded.components import usable_cores
from forms_app.embedded.serving import run_job
from forms_app.reading.types import Value


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that is kept.  [default: the platform's data folder]",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="this folder",
    help="Where demo.csv and demo.json go.",
)
def command(data: Path | None, out: Path) -> None:
    """Read the shipped demo forms through the whole system.

    Publishes a form template, uploads eight filled forms, lets the workers read them, prints every
    field beside the truth and exports the data. `fieldhand serve` then shows the same batch.
    """
    settings = load_settings(data_dir=data)
    run_job(settings, usable_cores(), click.echo, lambda: _demo(settings.data_dir, out))


def _demo(data: Path, out: Path) -> None:
    app = bootstrap(load_settings(data_dir=data))
    batch = job.load_demo(app)
    summary = job.wait_until_read(app, batch.id, click.echo)
    exported = {kind: job.export(app, batch.id, kind) for kind in ("csv", "json")}
    _show(job.compare_with_truth(exported["json"]))
    out.mkdir(parents=True, exist_ok=True)
    for kind, content in exported.items():
        (out / f"demo.{kind}").write_bytes(content)
    click.echo(f"Wrote {out / 'demo.csv'} and {out / 'demo.json'}.")
    if summary.needs_review:
        click.echo(f"{summary.needs_review} fields wait for review; see them with: fieldhand serve")


def _show(fields: Sequence[job.Compared]) -> None:
    source = ""
    for field in fields:
        if field.source != source:
            source = field.source
            click.echo(f"\n{source:<22} {'read':<22} {'truth':<22} sure")
        verdict = "review" if field.needs_review else "accepted"
        wrong = "" if field.right else "  WRONG"
        click.echo(
            f"  {field.name:<20} {_text(field.read):<22} {_text(field.truth):<22}"
            f" {field.confidence:4.0%}  {verdict}{wrong}"
        )
    accepted = [f for f in fields if not f.needs_review]
    click.echo(
        f"\n{sum(f.right for f in fields)} of {len(fields)} fields right; "
        f"{len(accepted)} accepted without review, {sum(not f.right for f in accepted)} of them "
        "wrong."
    )


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or ""
