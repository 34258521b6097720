"""Sheets of one character: what there is to look at, the glyphs of a sheet, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.store.glyph_sheets import GlyphPlace as GlyphPlace
from forms_app.store.glyph_sheets import SheetSource as SheetSource
from forms_app.store.glyphs import EMPTY as EMPTY
from forms_app.store.glyphs import TICKED as TICKED


@dataclass(frozen=True, slots=True)
class CharacterCount:
    """A character, or `TICKED` or `EMPTY` boxes: `left` to look at, `doubtful` of them."""

    character: str
    left: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class GlyphTile:
    """One glyph of a sheet. `place` counts the reading's characters (a choice's boxes) from 0,
    `seen` names the very reading that is shown.

    Its picture is cut from page `page_id`, whose content is `page_hash`; `field_place` is the
    field's place in its template.
    """

    submission_id: int
    field_name: str
    place: int
    seen: str
    probability: float
    submission_label: str
    field_label: str
    page_id: int
    page_hash: str
    field_place: int


@dataclass(frozen=True, slots=True)
class GlyphSheet:
    """The next glyphs of one character, least sure first. `after` is where the following sheet
    starts; None when this is the last."""

    character: str
    tiles: tuple[GlyphTile, ...]
    after: GlyphPlace | None


@dataclass(frozen=True, slots=True)
class GlyphAnswer:
    """What a person says of one glyph; see `GlyphTile`."""

    submission_id: int
    field_name: str
    place: int
    seen: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class SheetResult:
    """What came of a sheet: glyphs called right and wrong, and fields.

    `decided` are confirmed, `corrected` are marks that took the other value, `opened` wait for a
    person because of this sheet. `left_alone` had been decided by others or read anew.
    """

    right: int = 0
    wrong: int = 0
    decided: int = 0
    corrected: int = 0
    opened: int = 0
    left_alone: int = 0


@dataclass(frozen=True, slots=True)
class StripGlyph:
    """A glyph of a page's strip of pictures: the field's place in the template, and its own."""

    field_place: int
    place: int
