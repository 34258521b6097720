"""Signature fields: is there one? Who signed is not asked."""

from __future__ import annotations

import numpy as np

from forms_app.reading.components import find_components
from forms_app.reading.types import FieldCrop, InkState, MarkReading

# A signature runs on for at least this share of the box's height, whatever its shape ...
_HALF_REACH = 0.6
# ... and lays down ink for it: pixels per pixel of its reach.
_LEAST_DENSITY = 1.0


def read_signature(crop: FieldCrop) -> MarkReading:
    """Probability that the field is signed, from the extent of the ink inside its box.

    Pieces that lie mostly outside the box belong to other fields.
    """
    pieces = find_components(crop.ink)
    inside = (
        (pieces.centre_x >= crop.box.x)
        & (pieces.centre_x <= crop.box.right)
        & (pieces.centre_y >= crop.box.y)
        & (pieces.centre_y <= crop.box.bottom)
    )
    inside[0] = False
    if not inside.any():
        return MarkReading(0.01, InkState.EMPTY, 0.0)
    reach = float(np.max(pieces.right[inside]) - np.min(pieces.left[inside]))
    area = float(pieces.area[inside].sum())
    share = reach / crop.box.height if area >= _LEAST_DENSITY * reach else 0.0
    probability = float(np.clip(1 / (1 + np.exp(-8 * (share - _HALF_REACH))), 0.01, 0.99))
    state = InkState.WRITTEN if probability >= 0.5 else InkState.EMPTY
    return MarkReading(probability, state, area / crop.box.area)
