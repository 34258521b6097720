"""The colours beside a page's grey, and whether it has any."""

from __future__ import annotations

import numpy as np
from PIL import Image

from forms_app.reading.types import NEUTRAL, ChromaImage

REDUCTION = 2
"""Colours are kept at half the resolution, as most JPEG files do: half the memory of the grey."""
THUMBNAIL = 8
"""At an eighth, scanner grain and coloured fringes of black lines are averaged away."""
LEAST_COLOUR = 6
"""Chroma levels off the paper's: more than grain makes at this size. A line of 0.2 mm in light red
has 13."""
LEAST_SHARE = 0.0005


def chroma_of(picture: Image.Image) -> ChromaImage:
    """Cb and Cr `(h, w, 2)` of an RGB image."""
    return np.ascontiguousarray(np.asarray(picture.convert("YCbCr"))[..., 1:])


def is_coloured(thumbnail: Image.Image) -> bool:
    """Whether a page has other colours than its paper's, by an RGB image at an eighth of its size.

    Darker places have less of the paper's colour, black has none of it. The outermost pixels do
    not count: what lies beyond the sheet is mixed into them.
    """
    inner = np.asarray(thumbnail.convert("YCbCr"))[1:-1, 1:-1].reshape(-1, 3).astype(np.float32)
    if not len(inner):
        return False
    light, *cast = np.median(inner, axis=0) - (0, NEUTRAL, NEUTRAL)
    of_paper = np.array(cast) * (inner[:, :1] / max(1.0, float(light)))
    off = np.abs(inner[:, 1:] - NEUTRAL - of_paper).max(axis=1)
    return bool((off >= LEAST_COLOUR).mean() >= LEAST_SHARE)
