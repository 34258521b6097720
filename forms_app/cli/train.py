"""`fieldhand train`: trains and exports a recogniser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from forms_app.errors import UserError
from forms_app.training.config import config_from, load_config
from forms_app.training.datasets import load_training_data
from forms_app.training.export import export_model
from forms_app.training.named_sets import NAMES, download_named
from forms_app.training.train import train


@click.command("train")
@click.option("--config", "config_path", type=Path, help="TOML or JSON with the run's settings.")
@click.option("--data", type=Path, help="Folder of the data sets.")
@click.option(
    "--download",
    type=click.Choice(NAMES),
    metavar="NAME",
    help="First put this data set into --data where it is missing: emnist/byclass, mnist...",
)
@click.option("--out", type=Path, help="Folder for checkpoints, logs and the model.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the mixture of data sets.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Time budget.")
@click.option("--resume", is_flag=True, help="Continue from the last checkpoint in --out.")
def command(
    config_path: Path | None,
    data: Path | None,
    download: str | None,
    out: Path | None,
    epochs: int | None,
    minutes: float | None,
    resume: bool,
) -> None:
    """Train the recogniser and export it with its model card.

    Options given here win over the same settings in the configuration file. Use the result with
    `fieldhand read` and `serve` by setting FIELDHAND_MODEL_DIR to its folder.
    """
    if find_spec("tensorflow") is None:
        raise UserError("Training needs TensorFlow; install it: pip install 'fieldhand[train]'.")
    overrides: dict[str, Any] = {"data": data, "out": out, "epochs": epochs, "minutes": minutes}
    overrides["resume"] = resume or None
    config = load_config(config_path, **overrides) if config_path else config_from({}, **overrides)
    if download:
        download_named(download, config.data)
    trained = train(config, click.echo)
    training_data = load_training_data(config.data, config.characters, config.seed)
    folder = export_model(
        trained, config.out / "model", config, training_data, config.out.name, click.echo
    )
    click.echo(f"Exported to {folder}")
