"""`fieldhand evaluate`: how often the recogniser is right on a data set."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import click

from forms_app.errors import UserError
from forms_app.reading.classifier import ENGINES, load_classifier
from forms_app.training.answers import CHUNK
from forms_app.training.evaluate import CHARSETS, Evaluation, answers_on, evaluation_of
from forms_app.training.evaluation_details import EvaluationDetails, details_of
from forms_app.training.evaluation_report import ReportHead, save_report


class DataOrFields(click.Command):
    """`evaluate fields` is a command of its own; any other argument is a data set."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if args[:1] == ["fields"]:
            from forms_app.cli.evaluate_fields import command as fields

            return fields.make_context(f"{info_name} fields", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("evaluate", cls=DataOrFields)
@click.argument("data", type=Path)
@click.option("--charset", type=click.Choice(list(CHARSETS)), help="Restrict samples and answers.")
@click.option("--json", "json_path", type=Path, help="Write the figures to this file, too.")
@click.option("--report", type=Path, help="Write an HTML report with pictures into this folder.")
@click.option("--model", type=Path, help="Folder of a trained model.  [default: the shipped one]")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True)
def command(
    data: Path,
    charset: str | None,
    json_path: Path | None,
    report: Path | None,
    model: Path | None,
    engine: str,
) -> None:
    """Measure the recogniser on a data set.

    DATA is an .npz with images and labels, a MNIST or EMNIST file (IDX or .mat), a folder of
    those, a folder of pictures with a labels.csv, or a name: mnist, emnist/byclass,
    emnist/balanced and so on are downloaded. `evaluate fields` measures the reading of whole
    fields on drawn forms.
    """
    classifier = load_classifier(engine, model, num_threads=2)
    answers = answers_on(data, charset, classifier, _progress)
    found, details = evaluation_of(answers), details_of(answers)
    click.echo(f"model      {classifier.model_id} ({classifier.engine})")
    click.echo(f"samples    {found.n:,}")
    click.echo(_line("accuracy", found.accuracy, found.interval95))
    click.echo(_line("ignoring case", found.accuracy_ignoring_case, found.interval95_ignoring_case))
    click.echo(_line("rejected", details.rejected / found.n, details.rejected_interval95))
    if json_path:
        _save(found, details, json_path)
    if report:
        today = datetime.date.today().isoformat()
        head = ReportHead(
            str(data), charset or "all", classifier.model_id, classifier.engine, today
        )
        _report(head, found, details, report)


def _progress(done: int, of: int) -> None:
    """A line on stderr that is written over, for runs of more than one chunk."""
    if of > CHUNK:
        sys.stderr.write(f"{done:,} of {of:,} glyphs read" + ("\n" if done == of else "\r"))
        sys.stderr.flush()


def _line(title: str, share: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{title:<14} {share:8.2%}  (95 % interval {low:.2%} to {high:.2%})"


def _save(found: Evaluation, details: EvaluationDetails, path: Path) -> None:
    values = {**found.as_json(), **details.as_json()}
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _report(head: ReportHead, found: Evaluation, details: EvaluationDetails, folder: Path) -> None:
    try:
        path = save_report(head, found, details, folder)
    except OSError as error:
        raise UserError(f"{folder}: the report cannot be written there ({error}).") from error
    click.echo(f"report     {path}")
