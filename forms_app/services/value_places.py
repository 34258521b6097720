"""Where on its page the value of a field stands, as text that can be searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_app.reading.constraints import date_format
from forms_app.reading.cropping import crop_area
from forms_app.reading.form_template import FieldKind, FormField, FormTemplate
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import CharacterReading, Value
from forms_app.services.pdf_text import PlacedText

Characters = Sequence[CharacterReading]
MARKED = "X"
# As a share of a box's height; handwriting fills about that.
TEXT_HEIGHT = 0.7
GLYPH_ASPECT = 0.5
TALLEST_SHARE = 1 / 60
"""Of the page's height: a tall box for a picture is filled by a line of text, not by one letter."""
SAME_PITCH = 0.1


def placed_texts(
    template: FormTemplate, field: FormField, value: Value, characters: Characters
) -> Iterator[PlacedText]:
    """The value at its place, boxes in pixels of the template page.

    Combs are set cell by cell as they are written, so that a date stands there in the order of the
    form; in all other places stands what exports say.

    Args:
        template: Of the form.
        field: A field of it.
        value: What counts.
        characters: What was read of it, where that is what counts; else none.
    """
    tallest = template.page(field.page).height_px * TALLEST_SHARE
    if isinstance(value, bool):
        if value:
            yield _beside(MARKED, field.box, tallest)
    elif field.options:
        chosen = (value,) if isinstance(value, str) else value or ()
        for option in field.options:
            if option.value in chosen:
                yield _beside(option.value, option.box, tallest)
    elif isinstance(value, str) and value:
        cells = _written_cells(field, value, characters)
        if cells:
            yield from _comb(cells)
        else:
            ink = _ink_box(template, field, characters)
            yield _within(value, ink or field.box, tallest, fills=ink is not None)


def _within(text: str, box: Box, tallest: float, fills: bool) -> PlacedText:
    """A line in a box, squeezed where it is too long; one that `fills` it is as wide as it."""
    height = _height(box, tallest)
    width = box.width if fills else min(box.width, len(text) * height * GLYPH_ASPECT)
    return PlacedText(text, Box(box.x, box.y + (box.height - height) / 2, width, height))


def _beside(text: str, box: Box, tallest: float) -> PlacedText:
    """A line that begins in a small box and has room beside it."""
    height = _height(box, tallest)
    width = len(text) * height * GLYPH_ASPECT
    return PlacedText(text, Box(box.x, box.y + (box.height - height) / 2, width, height))


def _height(box: Box, tallest: float) -> float:
    return min(box.height * TEXT_HEIGHT, tallest)


def _ink_box(template: FormTemplate, field: FormField, characters: Characters) -> Box | None:
    """Where a line is written, which may be a small part of the box; None where nobody knows."""
    boxes = [each.box for each in characters if each.box is not None]
    if not boxes:
        return None
    page = template.page(field.page)
    origin = crop_area(field, page.width_px, page.height_px)
    ink = bounding_box(boxes).shifted(round(origin.x), round(origin.y))
    return Box(ink.x, field.box.y, ink.width, field.box.height)


def _written_cells(
    field: FormField, value: str, characters: Characters
) -> list[tuple[str, Box, float]]:
    """Each character, its cell and the distance to the next; none where they do not fit."""
    if characters:
        numbered = [(c.value, c.cell) for c in characters if c.value.strip() and c.cell is not None]
    else:
        numbered = list(_from_the_left(_as_written(field, value)))
    if any(cell >= len(field.cells) for _, cell in numbered):
        return []
    return [(text, field.cells[cell], _pitch(field, cell)) for text, cell in numbered]


def _from_the_left(written: str) -> Iterator[tuple[str, int]]:
    """Each character that is no space with the number of its cell, from the left."""
    return ((character, cell) for cell, character in enumerate(written) if character.strip())


def _as_written(field: FormField, value: str) -> str:
    """As somebody would fill it in."""
    if field.kind is FieldKind.DATE:
        written = date_format(field).from_iso(value) or value
        return "".join(c for c in written if c.isalnum())
    return value


def _pitch(field: FormField, cell: int) -> float:
    """From a cell's left edge to the next one's: text that fills it has no gaps within a word."""
    box = field.cells[cell]
    if cell + 1 == len(field.cells):
        return box.width
    following = field.cells[cell + 1].x - box.x
    return following if 0 < following < 2 * box.width else box.width


def _comb(cells: Sequence[tuple[str, Box, float]]) -> Iterator[PlacedText]:
    """Cells that follow one another in even steps are one text, the others stand alone."""
    text, box = "", None
    for character, cell, pitch in cells:
        if box is not None and _continues(box, len(text), cell):
            text, box = text + character, Box(box.x, box.y, box.width + pitch, box.height)
            continue
        if box is not None:
            yield PlacedText(text, box)
        text, box = character, Box(cell.x, cell.y, pitch, cell.height)
    if box is not None:
        yield PlacedText(text, box)


def _continues(box: Box, count: int, cell: Box) -> bool:
    step = box.width / count
    return (
        abs(cell.x - box.right) <= SAME_PITCH * step
        and abs(cell.width - step) <= 4 * SAME_PITCH * step
        and abs(cell.y - box.y) <= SAME_PITCH * box.height
    )
