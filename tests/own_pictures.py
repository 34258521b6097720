"""Pictures of handwriting for tests: lines of text on plain paper in one of the shipped hands."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forms_app.training.synthesis.handwriting import FontHands

PITCH_PX, MARGIN_PX = 130, 90
CAP_PX = 74
EXIF_ORIENTATION = 0x0112


def written_sheet(
    lines: Sequence[str], paper: tuple[int, int, int] = (244, 226, 120), seed: int = 5
) -> NDArray[np.uint8]:
    """`(h, w, 3)` RGB: dark blue ink on paper of this colour."""
    rng = np.random.default_rng(seed)
    writer = FontHands().pick(rng)
    width = 2 * MARGIN_PX + PITCH_PX * max(map(len, lines))
    page = np.full((2 * MARGIN_PX + 150 * len(lines), width, 3), paper, np.float64)
    for row, text in enumerate(lines):
        for place, character in enumerate(text):
            if character == " ":
                continue
            patch = writer.draw(character, rng)
            height = max(2, round(patch.height * CAP_PX))
            size = (max(2, round(patch.alpha.shape[1] * height / patch.alpha.shape[0])), height)
            alpha = np.asarray(Image.fromarray(patch.alpha).resize(size)) / 255.0
            top = MARGIN_PX + 150 * row + round(patch.top * CAP_PX)
            left = MARGIN_PX + PITCH_PX * place
            part = page[top : top + height, left : left + size[0]]
            part[:] = part * (1 - alpha[..., None]) + np.array([25, 35, 90]) * alpha[..., None]
    return page.round().astype(np.uint8)


def as_jpeg(rgb: NDArray[np.uint8], orientation: int = 1) -> bytes:
    """As a camera stores it: turned in its pixels, with the turn that makes it upright in EXIF."""
    turned = np.rot90(rgb, {1: 0, 6: 1, 3: 2, 8: 3}[orientation])
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(turned)).save(buffer, "JPEG", quality=90, exif=exif)
    return buffer.getvalue()
