"""`fieldhand classify`: the characters in your own pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.classifier import ENGINES, Charset, load_classifier
from forms_app.reading.errors import ReadingError
from forms_app.reading.intake import open_page
from forms_app.reading.samples import FoundCharacter, find_characters

ALTERNATIVES = 3
SOME_FAILED = 3


@click.command("classify")
@click.argument("images", type=Path, nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Boxes and alternatives as JSON.")
@click.option("--model", type=Path, help="Folder of a trained model.  [default: the shipped one]")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True)
@click.pass_context
def command(
    context: click.Context, images: tuple[Path, ...], as_json: bool, model: Path | None, engine: str
) -> None:
    """Recognise the characters in your own IMAGES.

    Photographs or scans of handwriting on plain paper, any pen, any paper colour.
    """
    classifier = load_classifier(engine, model)
    results: list[dict[str, Any]] = []
    for path in images:
        try:
            found = find_characters(open_page(path.read_bytes(), path.name, 1).grey)
        except (OSError, ReadingError) as error:
            click.echo(f"{path}: {error}", err=True)
            continue
        glyphs = np.stack([c.glyph for c in found]) if found else np.zeros((0, 28, 28), np.uint8)
        results.append(_result(path, found, classifier.classify(glyphs), classifier.charset))
    if as_json:
        click.echo(json.dumps(results, indent=1, ensure_ascii=False))
    else:
        _show(results)
    if len(results) < len(images):
        context.exit(SOME_FAILED)


def _result(
    path: Path,
    found: list[FoundCharacter],
    log_probabilities: NDArray[np.float32],
    charset: Charset,
) -> dict[str, Any]:
    characters = [
        {
            "box": list(c.box_px),
            "line": c.line,
            "space_before": c.space_before,
            **_best(row, charset),
        }
        for c, row in zip(found, np.exp(log_probabilities), strict=True)
    ]
    return {"source": str(path), "text": _text(characters), "characters": characters}


def _place(character: FoundCharacter) -> dict[str, Any]:
    return {
        "box": list(character.box_px),
        "line": character.line,
        "space_before": character.space_before,
    }


def _best(probabilities: NDArray[np.float32], charset: Charset) -> dict[str, Any]:
    """The most probable characters; `value` is None where it is none of them."""
    order = np.argsort(-probabilities)[: ALTERNATIVES + 1]
    ranked = [
        (charset.characters[i] if i != charset.reject_index else None, float(probabilities[i]))
        for i in order
    ]
    value, probability = ranked[0]
    others = [[c, round(p, 4)] for c, p in ranked[1:] if c is not None][:ALTERNATIVES]
    return {"value": value, "probability": round(probability, 4), "alternatives": others}


def _text(characters: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    for character in characters:
        while len(lines) <= character["line"]:
            lines.append("")
        space = " " if character["space_before"] else ""
        lines[character["line"]] += space + (character["value"] or "\N{REPLACEMENT CHARACTER}")
    return "\n".join(lines)


def _show(results: list[dict[str, Any]]) -> None:
    for result in results:
        click.echo(f"{result['source']}: {result['text'] or '(no characters found)'}")
        for character in result["characters"]:
            others = "  ".join(f"{c} {p:.0%}" for c, p in character["alternatives"])
            value = character["value"] or "none"
            click.echo(f"  {value:<5} {character['probability']:6.1%}   {others}")
