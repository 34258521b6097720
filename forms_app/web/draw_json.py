"""Strokes as the page sends them, and readings as its script shows them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DrawingError
from forms_app.reading.character_sets import CharacterSet
from forms_app.reading.pen_strokes import MIDDLE_PRESSURE, PenStroke
from forms_app.reading.types import CharacterReading
from forms_app.services.drawing import (
    Drawing,
    DrawingReading,
    Surface,
    comb_surface,
    line_surface,
)
from forms_app.services.sample_pictures import PictureReading

_NOT_UNDERSTOOD = "The drawing was not understood. Reload the page, then write again."


def drawing_from(sent: Any) -> Drawing:
    """`{surface, cells | width, characters, strokes: [[[x, y, pressure?], ...], ...]}`.

    Raises:
        DrawingError: it is not of this shape.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("strokes"), list):
        raise DrawingError(_NOT_UNDERSTOOD)
    strokes = tuple(PenStroke(_points(stroke)) for stroke in sent["strokes"])
    return Drawing(_surface(sent), characters_from(sent.get("characters")), strokes)


def characters_from(name: Any) -> CharacterSet:
    """A set of characters by its name.

    Raises:
        DrawingError: there is none of this name.
    """
    try:
        return CharacterSet(name)
    except ValueError:
        known = ", ".join(CharacterSet)
        raise DrawingError(f"There is no set of characters {name!r}; choose {known}.") from None


def reading_json(found: DrawingReading) -> dict[str, Any]:
    """The reading, its characters with boxes in pixels of the surface."""
    reading = found.reading
    return {
        "text": reading.value or "",
        "outcome": reading.outcome,
        "confidence": reading.confidence,
        "needs_review": reading.needs_review,
        "reasons": reading.reasons,
        "alternatives": reading.alternatives[:3],
        "characters": [_character_json(character) for character in reading.characters],
        "elapsed_ms": round(found.elapsed_ms, 1),
    }


def surface_json(surface: Surface) -> dict[str, Any]:
    """The surface as the page draws it."""
    return {
        "width": surface.width_px,
        "height": surface.height_px,
        "box": surface.box.as_list(),
        "cells": [cell.as_list() for cell in surface.cells],
    }


def _character_json(character: CharacterReading) -> dict[str, Any]:
    return {
        "value": character.value,
        "probability": round(character.probability, 4),
        "alternatives": [[c, round(p, 4)] for c, p in character.alternatives],
        "box": character.box.as_list() if character.box else None,
        "cell": character.cell,
    }


def _surface(sent: dict[str, Any]) -> Surface:
    kind, cells, width = sent.get("surface"), sent.get("cells"), sent.get("width")
    if kind == "comb" and type(cells) is int:
        return comb_surface(cells)
    if kind == "line" and type(width) is int:
        return line_surface(width)
    raise DrawingError(_NOT_UNDERSTOOD)


def _points(stroke: Any) -> NDArray[np.float64]:
    """`(n, 3)`; a pen without pressure writes at middle pressure."""
    try:
        points = np.asarray(stroke, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise DrawingError(_NOT_UNDERSTOOD) from None
    if points.ndim != 2 or not len(points) or points.shape[1] not in (2, 3):
        raise DrawingError(_NOT_UNDERSTOOD)
    if not np.isfinite(points).all():
        raise DrawingError(_NOT_UNDERSTOOD)
    if points.shape[1] == 2:
        points = np.column_stack([points, np.full(len(points), MIDDLE_PRESSURE)])
    # Far outside is as good as outside, and fits OpenCV's numbers.
    return np.column_stack([points[:, :2].clip(-5000, 8000), points[:, 2].clip(0, 1)])


def picture_json(found: PictureReading) -> dict[str, Any]:
    """The picture as it was seen, and its characters with boxes in its pixels."""
    width, height = found.size_px
    return {
        "text": found.sample.text,
        "picture": "data:image/jpeg;base64," + base64.b64encode(found.shown).decode("ascii"),
        "width": width,
        "height": height,
        "pages": found.pages,
        "elapsed_ms": round(found.elapsed_ms),
        "characters": [
            {
                "value": character.value,
                "probability": round(character.probability, 4),
                "alternatives": [[c, round(p, 4)] for c, p in character.alternatives],
                "box": character.box_px,
                "line": character.line,
                "space_before": character.space_before,
            }
            for character in found.sample.characters
        ],
    }
