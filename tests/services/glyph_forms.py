"""Read forms of digits and boxes for sheets of glyphs: each character lies where it is said to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.types import CharacterReading, FieldReading, GreyImage, Outcome, Value
from forms_app.services import glyph_sheets
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.glyph_sheets import GlyphAnswer, GlyphTile, SheetSource
from tests import factories

SEX = {
    "name": "sex",
    "label": "Sex",
    "page": 1,
    "kind": "choice",
    "box": [600, 200, 140, 40],
    "options": [
        {"value": "f", "label": "female", "box": [600, 200, 40, 40]},
        {"value": "m", "label": "male", "box": [700, 200, 40, 40]},
    ],
}
FIELDS: list[dict[str, Any]] = [*factories.FIELDS, SEX]
ORIGIN_PX = (75, 382)
"""Where the crop of the field `number` starts: half a cell and a third of its height before it."""


def make_batch(app: Application) -> BatchSummary:
    """An empty batch of a form with letters, digits, a mark and a choice."""
    return factories.make_batch(app, FIELDS)


def number(
    value: str,
    sure: Mapping[int, float] | None = None,
    reasons: Sequence[str] = ("the reading is 96% certain, 99% are asked for",),
    rival: str = "",
) -> FieldReading:
    """`number` read as `value`; characters are 99 % sure unless `sure` says otherwise by place."""
    characters = tuple(
        CharacterReading(one, (sure or {}).get(place, 0.99), box=_box(place))
        for place, one in enumerate(value)
    )
    return FieldReading(
        "number",
        value,
        Outcome.READ,
        0.96,
        bool(reasons),
        tuple(reasons),
        ((rival, 0.1),) if rival else (),
        characters,
    )


def mark(name: str, value: Value, reasons: Sequence[str] = (), sure: float = 0.9) -> FieldReading:
    """A box or choice."""
    outcome = Outcome.BLANK if value is None else Outcome.READ
    return FieldReading(name, value, outcome, sure, bool(reasons), tuple(reasons))


def _box(place: int) -> Box:
    """In crop pixels: 20 × 30 in the middle of the cell."""
    return Box(25 + 50 * place + 15, 17 + 10, 20, 30)


def drawn_page(places: Sequence[int]) -> GreyImage:
    """A page on which the characters of `number` at `places` are black blocks."""
    page = np.full((factories.HEIGHT_PX, factories.WIDTH_PX), 250, np.uint8)
    for place in places:
        left, top = 100 + 50 * place + 15, 410
        page[top : top + 30, left : left + 20] = 10
    return page


def tiles_of(
    app: Application, batch_id: int, character: str, source: SheetSource = SheetSource.DOUBTFUL
) -> list[GlyphTile]:
    """The first sheet of a character."""
    return list(glyph_sheets.next_sheet(app, batch_id, source, character).tiles)


def said(tiles: Sequence[GlyphTile], wrong: Sequence[int] = ()) -> list[GlyphAnswer]:
    """Those at `wrong` picked out, the others right."""
    return [
        GlyphAnswer(tile.submission_id, tile.field_name, tile.place, tile.seen, i not in wrong)
        for i, tile in enumerate(tiles)
    ]
