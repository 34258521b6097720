"""`fieldhand classify`: the characters in your own pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from forms_app.reading.character_sets import CharacterSet
from forms_app.reading.classifier import ENGINES, load_classifier
from forms_app.reading.errors import ReadingError
from forms_app.reading.sample_pictures import open_picture
from forms_app.reading.sample_reading import SampleCharacter, SampleReading, read_sample

ALTERNATIVES = 3
SOME_FAILED = 3


@click.command("classify")
@click.argument("images", type=Path, nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Boxes and alternatives as JSON.")
@click.option(
    "--charset",
    type=click.Choice([*CharacterSet]),
    default=CharacterSet.ALL,
    show_default=True,
    help="What may be answered.",
)
@click.option("--model", type=Path, help="Folder of a trained model.  [default: the shipped one]")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True)
@click.pass_context
def command(
    context: click.Context,
    images: tuple[Path, ...],
    as_json: bool,
    charset: str,
    model: Path | None,
    engine: str,
) -> None:
    """Recognise the characters in your own IMAGES.

    Photographs or scans of handwriting on plain, lined or squared paper, any pen, any paper
    colour.
    """
    classifier = load_classifier(engine, model)
    results: list[tuple[Path, SampleReading]] = []
    for path in images:
        try:
            picture = open_picture(path.read_bytes(), path.name)
        except (OSError, ReadingError) as error:
            click.echo(f"{path}: {error}", err=True)
            continue
        results.append((path, read_sample(picture, classifier, CharacterSet(charset))))
    if as_json:
        found = [_as_json(path, sample) for path, sample in results]
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        for path, sample in results:
            _show(path, sample)
    if len(results) < len(images):
        context.exit(SOME_FAILED)


def _as_json(path: Path, sample: SampleReading) -> dict[str, Any]:
    characters = [_character_json(character) for character in sample.characters]
    return {"source": str(path), "text": sample.text, "characters": characters}


def _character_json(character: SampleCharacter) -> dict[str, Any]:
    """`value` is None where it is no character; boxes are in pixels of the file, upright."""
    return {
        "box": list(character.box_px),
        "line": character.line,
        "space_before": character.space_before,
        "value": character.value,
        "probability": round(character.probability, 4),
        "alternatives": [[c, round(p, 4)] for c, p in character.alternatives[:ALTERNATIVES]],
    }


def _show(path: Path, sample: SampleReading) -> None:
    click.echo(f"{path}: {sample.text or '(no characters found)'}")
    for character in sample.characters:
        others = "  ".join(f"{c} {p:.0%}" for c, p in character.alternatives[:ALTERNATIVES])
        value = character.value or "none"
        click.echo(f"  {value:<5} {character.probability:6.1%}   {others}")
