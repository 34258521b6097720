"""Sheets of one character: all glyphs of a batch that were read alike, side by side.

Whoever looks at fifty sevens at once sees the odd one at a glance; `glyph_answers` takes what they
say.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from forms_app.reading.character_doubts import DOUBTFUL_BELOW
from forms_app.reading.form_template import FieldKind, FormTemplate
from forms_app.services.application import Application
from forms_app.services.batch_templates import versions_of
from forms_app.services.blanks import load_plan
from forms_app.services.dto.glyph_sheets import (
    EMPTY,
    TICKED,
    CharacterCount,
    GlyphPlace,
    GlyphSheet,
    GlyphTile,
    SheetSource,
)
from forms_app.services.loading import load
from forms_app.store import glyph_sheets
from forms_app.store.glyph_sheets import ShownGlyph
from forms_app.store.glyphs import MarkBox
from forms_app.store.models import BatchRow, ReadingRow

TILES_ON_SHEET = 120


def list_characters(
    app: Application, batch_id: int, source: SheetSource
) -> tuple[CharacterCount, ...]:
    """Every character that was read and nobody has looked at: digits first, boxes last."""
    with app.session() as session:
        templates = _templates(session, batch_id)
        asked = (session, batch_id, source, DOUBTFUL_BELOW)
        written = glyph_sheets.count_characters(*asked)
        marks = glyph_sheets.count_marks(*asked, list(_boxes(templates)))
    order = sorted(written, key=lambda character: (not character.isdigit(), character))
    order += [name for name in (TICKED, EMPTY) if name in marks]
    found = {**written, **marks}
    return tuple(CharacterCount(character, *found[character]) for character in order)


def next_sheet(
    app: Application,
    batch_id: int,
    source: SheetSource,
    character: str,
    after: GlyphPlace | None = None,
    limit: int = TILES_ON_SHEET,
) -> GlyphSheet:
    """The least sure glyphs of `character` that nobody has looked at, from `after` on.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        templates = _templates(session, batch_id)
        asked = (session, batch_id, source, character, after, limit)
        if character in (TICKED, EMPTY):
            places = glyph_sheets.next_marks(*asked, list(_boxes(templates)))
        else:
            places = glyph_sheets.next_characters(*asked)
        shown = glyph_sheets.shown_glyphs(session, places)
        tiles = tuple(
            _tile(templates, place, shown[place.field_id])
            for place in places
            if place.field_id in shown
        )
    is_last = len(places) < limit
    return GlyphSheet(character, tiles, None if is_last else places[-1])


def seen_token(reading: ReadingRow) -> str:
    """Names a reading and the moment it was made: the same model may read a field once more."""
    return f"{reading.id}.{round(1_000_000 * reading.created_at.timestamp())}"


def _templates(session: Session, batch_id: int) -> dict[int, FormTemplate]:
    """The batch's templates by version."""
    batch = load(session, BatchRow, batch_id)
    versions = {version.id for version in versions_of(session, [batch.id])[batch.id]}
    ids = sorted(versions | {batch.version_id})
    return {version_id: load_plan(session, version_id).template for version_id in ids}


def _boxes(templates: dict[int, FormTemplate]) -> Iterator[MarkBox]:
    for version_id, template in templates.items():
        for field in template.fields:
            if field.kind is FieldKind.MARK:
                yield MarkBox(version_id, field.name, 0, True)
            for place, option in enumerate(field.options):
                yield MarkBox(version_id, field.name, place, option.value)


def _tile(templates: dict[int, FormTemplate], glyph: GlyphPlace, shown: ShownGlyph) -> GlyphTile:
    fields = templates[shown.version_id].fields
    field_place = next(i for i, field in enumerate(fields) if field.name == shown.row.field_name)
    field = fields[field_place]
    label = field.label or field.name
    if field.options:
        option = field.options[glyph.place]
        label = f"{label}: {option.label or option.value}"
    form = f", form {shown.form_number}" if shown.file_pages != 1 else ""
    return GlyphTile(
        submission_id=shown.row.submission_id,
        field_name=field.name,
        place=glyph.place,
        seen=seen_token(shown.row.reading),
        probability=glyph.probability,
        submission_label=shown.file_name + form,
        field_label=label,
        page_id=shown.page_id,
        page_hash=shown.page_hash,
        field_place=field_place,
    )
