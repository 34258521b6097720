"""Aligned page -> field crops: cut with room for strokes that leave the box, print removed."""

from __future__ import annotations

from forms_app.reading.errors import ShapeError
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.per_blank import PerBlank
from forms_app.reading.print_alignment import PrintMap, map_print
from forms_app.reading.print_removal import remove_print
from forms_app.reading.references import PageReference
from forms_app.reading.tones import ToneCurve, tone_curve
from forms_app.reading.types import AlignedPage, FieldCrop, GreyImage

# Share of a cell's height and width that strokes overshoot in the forms we looked at.
_MARGIN_HEIGHT = 0.35
_MARGIN_WIDTH = 0.5


def crop_field(
    aligned: AlignedPage,
    reference: PageReference,
    field: FormField,
    curve: ToneCurve,
) -> FieldCrop:
    """Cut one field and separate its writing from the print of the blank.

    Args:
        aligned: a page laid onto `field.page` of the template.
        reference: the blank of that template page.
        field: any kind of field.
        curve: the page's tone curve.

    Returns:
        The crop; its margin is about a third of a cell above and below and half a cell beside.

    Raises:
        ShapeError: the aligned page is not of the blank's size.
    """
    return cut_field(aligned.grey, reference.grey, field, curve)


def cut_field(
    grey: GreyImage, blank: GreyImage, field: FormField, curve: ToneCurve | None = None
) -> FieldCrop:
    """Like `crop_field`, from the grey images `(H, W)` alone."""
    if grey.shape != blank.shape:
        raise ShapeError(f"page to crop: got {grey.shape}, expected {blank.shape} as the blank")
    area = crop_area(field, grey.shape[1], grey.shape[0])
    rows, columns = area.as_slices()
    curve = tone_curve(grey, blank) if curve is None else curve
    removal = remove_print(grey[rows, columns], _print_map(blank, area), curve)
    dx, dy = -columns.start, -rows.start
    return FieldCrop(
        name=field.name,
        grey=grey[rows, columns],
        ink=removal.ink,
        printed=removal.printed,
        origin_px=(columns.start, rows.start),
        box=field.box.shifted(dx, dy),
        cells=tuple(cell.shifted(dx, dy) for cell in field.cells),
        options=tuple(option.box.shifted(dx, dy) for option in field.options),
        is_hidden=removal.is_hidden,
    )


_print_maps: PerBlank[dict[Box, PrintMap]] = PerBlank(lambda blank: {})
"""The print of each field."""


def _print_map(blank: GreyImage, area: Box) -> PrintMap:
    maps = _print_maps(blank)
    if area not in maps:
        rows, columns = area.as_slices()
        maps[area] = map_print(blank[rows, columns])
    return maps[area]


def crop_area(field: FormField, width_px: int, height_px: int) -> Box:
    """The part of the page (whole pixels) that is cut for a field, margins included."""
    unit = _writing_unit(field)
    extent = field.extent.expanded(_MARGIN_WIDTH * unit.width, _MARGIN_HEIGHT * unit.height)
    area = extent.clipped(width_px, height_px)
    left, top = int(area.x), int(area.y)
    return Box(left, top, int(area.right) - left, int(area.bottom) - top)


def _writing_unit(field: FormField) -> Box:
    """The box of one character or mark; a line's characters are about as wide as it is high."""
    if field.cells:
        return field.cells[0]
    if field.options:
        return field.options[0].box
    side = min(field.box.width, field.box.height)
    return Box(field.box.x, field.box.y, side, field.box.height)
