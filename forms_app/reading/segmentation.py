"""Field crop -> lattice of glyphs: one way in for both layouts of written fields."""

from __future__ import annotations

from forms_app.reading.comb_segmentation import segment_comb
from forms_app.reading.form_template import FormField, Layout
from forms_app.reading.line_segmentation import segment_line
from forms_app.reading.types import FieldCrop, Segmentation

__all__ = ["segment", "segment_comb", "segment_line"]


def segment(crop: FieldCrop, field: FormField) -> Segmentation:
    """Cut a written field into glyphs.

    Args:
        crop: the field as cropped.
        field: a field of a written kind.

    Returns:
        A comb's cells, or the lattice of a free line.
    """
    return segment_comb(crop) if field.layout is Layout.COMB else segment_line(crop)
