"""`fieldhand config`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from forms_app.config import Loaded, load_with_sources
from forms_app.config.declaring import declarations
from forms_app.config.settings import GROUPS
from forms_app.config.showing import shown


@click.command(name="config")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that is kept.  [default: the platform's data folder]",
)
def command(data: Path | None) -> None:
    """Show every setting that is in force and where it comes from; passwords are hidden.

    The lines can be kept as a settings file, but for those with ***.
    """
    loaded = load_with_sources(data_dir=data)
    for sentence in loaded.ignored:
        click.echo(sentence, err=True)
    click.echo("\n\n".join(_lines_of(group, loaded) for group in GROUPS))


def _lines_of(group: type, loaded: Loaded) -> str:
    lines = [f"# {group.__doc__}"]
    for name in declarations(group):
        # JSON's strings and numbers are TOML's as well.
        value = json.dumps(shown(loaded.settings, name), ensure_ascii=False)
        lines.append(f"{f'{name} = {value}':<48} # {loaded.sources[name]}")
    return "\n".join(lines)
