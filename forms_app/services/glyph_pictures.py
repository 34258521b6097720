"""Pictures of single characters and boxes: all tiles of a page in one row, cut in one decoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from forms_app.errors import NotFoundError
from forms_app.reading.cropping import crop_area
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.dto.glyph_sheets import StripGlyph
from forms_app.services.images import encode_png
from forms_app.services.loading import load
from forms_app.services.review_images import decoded_page
from forms_app.store.glyph_sheets import readings_of_page
from forms_app.store.models import PageRow, SubmissionRow
from forms_app.store.reading_json import character_from_json

TILE_WIDTH_PX, TILE_HEIGHT_PX = 80, 100
"""Size of a tile in CSS pixels: a little more than a comb's cell scanned at 300 dpi."""

LARGEST_SCALE = 3
# Sizes of what a tile shows, in heights of a cell or line, of a character, and of a box.
UNIT_ROOM, CHARACTER_ROOM, BOX_ROOM = 0.9, 1.15, 1.7
# How much of the ink of the neighbours is left, so that the character in question stands out.
NEIGHBOURS = 0.35
NEIGHBOUR_GAP_PX = 3
WHITE = 255


def glyph_strip(app: Application, page_id: int, glyphs: Sequence[StripGlyph], scale: int) -> bytes:
    """Tiles of `glyphs` side by side, in their order, as PNG.

    Args:
        scale: device pixels for each CSS pixel, 1 to `LARGEST_SCALE`.

    Raises:
        NotFoundError: The page is not laid, or has no such glyph (any more).
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        if page.submission_id is None or page.aligned_hash is None:
            raise NotFoundError("This page does not belong to a form (any more).")
        submission = load(session, SubmissionRow, page.submission_id)
        fields = plan_of_form(session, submission).template.fields
        characters = readings_of_page(session, page.id)
    grey = decoded_page(app.files, page.aligned_hash)
    tiles = []
    for glyph in glyphs:
        found = _find(fields, glyph, characters, grey)
        if found is None:
            raise NotFoundError("The page was read anew meanwhile; load the sheet again.")
        tiles.append(_tile(grey, *found, scale))
    return encode_png(np.hstack(tiles))


def _find(
    fields: Sequence[FormField],
    glyph: StripGlyph,
    characters: Mapping[str, Sequence[Any]],
    grey: GreyImage,
) -> tuple[FormField, Box] | None:
    """The field, and where on the page its character or box lies."""
    if glyph.field_place >= len(fields):
        return None
    field = fields[glyph.field_place]
    boxes: list[Box | None] = [option.box for option in field.options]
    if field.kind is FieldKind.MARK:
        boxes = [field.box]
    elif field.is_written:
        origin = crop_area(field, grey.shape[1], grey.shape[0])
        read = map(character_from_json, characters.get(field.name, ()))
        boxes = [one.box and one.box.shifted(origin.x, origin.y) for one in read]
    box = boxes[glyph.place] if glyph.place < len(boxes) else None
    return (field, box) if box else None


def _tile(grey: GreyImage, field: FormField, box: Box, scale: int) -> GreyImage:
    shown = shown_around(field, box)
    cut = _cut(grey, shown)
    if field.is_written:
        cut = _with_pale_neighbours(cut, box.shifted(-round(shown.x), -round(shown.y)))
    size = (TILE_WIDTH_PX * scale, TILE_HEIGHT_PX * scale)
    smaller = cut.shape[0] > size[1]
    resized = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return np.asarray(resized, np.uint8)


def shown_around(field: FormField, box: Box) -> Box:
    """The part of the page that the tile of a glyph shows, of a tile's proportions.

    A character lies in it as it lies in its cell or line, so that points and strokes can be told.
    """
    (middle, _), shape = box.centre, TILE_WIDTH_PX / TILE_HEIGHT_PX
    if not field.is_written:
        height = BOX_ROOM * max(box.height, box.width / shape)
        return _around(middle, box.centre[1], height * shape, height)
    unit = field.cells[0] if field.cells else field.box
    line = unit.centre[1]
    reach = max(line - box.y, box.bottom - line)
    height = max(
        UNIT_ROOM * unit.height, 2 * CHARACTER_ROOM * reach, CHARACTER_ROOM * box.width / shape
    )
    return _around(middle, line, height * shape, height)


def _around(x: float, y: float, width: float, height: float) -> Box:
    return Box(x - width / 2, y - height / 2, width, height)


def _cut(grey: GreyImage, area: Box) -> GreyImage:
    """`area` of the page in whole pixels; beyond its edges there is white."""
    left, top = round(area.x), round(area.y)
    cut = np.full((round(area.height), round(area.width)), WHITE, np.uint8)
    rows, columns = area.clipped(grey.shape[1], grey.shape[0]).as_slices()
    part = grey[rows, columns]
    y, x = rows.start - top, columns.start - left
    part = part[: cut.shape[0] - y, : cut.shape[1] - x]
    cut[y : y + part.shape[0], x : x + part.shape[1]] = part
    return cut


def _with_pale_neighbours(cut: GreyImage, box: Box) -> GreyImage:
    pale = (WHITE - NEIGHBOURS * (WHITE - cut.astype(np.float32))).astype(np.uint8)
    own = box.expanded(NEIGHBOUR_GAP_PX).clipped(cut.shape[1], cut.shape[0])
    _, columns = own.as_slices()
    pale[:, columns] = cut[:, columns]
    return pale
