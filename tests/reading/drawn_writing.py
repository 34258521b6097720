"""Handwriting put into a drawn field."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis.handwriting import FontHands, InkPatch, Writer
from tests.reading.drawn_look import Look


def write_in_cell(
    shape: tuple[int, int],
    character: str,
    cell: Box,
    look: Look,
    writer: Writer,
    rng: np.random.Generator,
) -> GreyImage:
    patch = draw_character(character, writer, rng)
    cap = look.size * cell.height * rng.uniform(0.92, 1.08)
    width = patch.alpha.shape[1] * cap * patch.height / patch.alpha.shape[0]
    left = cell.centre[0] - width / 2 + rng.normal(0, look.sloppiness) * cell.width
    top = cell.y + (cell.height - cap) / 2 + rng.normal(0, look.sloppiness) * cell.height
    mask = np.zeros(shape, np.uint8)
    paste(mask, patch, left, top, cap)
    return mask


def draw_character(character: str, writer: Writer, rng: np.random.Generator) -> InkPatch:
    hand = writer
    while not hand.can_write(character):
        hand = FontHands().pick(rng)
    return hand.draw(character, rng)


def paste(mask: GreyImage, patch: InkPatch, left: float, top: float, cap: float) -> None:
    height = max(2, round(patch.height * cap))
    width = max(2, round(patch.alpha.shape[1] * patch.height * cap / patch.alpha.shape[0]))
    small = cv2.resize(patch.alpha, (width, height), interpolation=cv2.INTER_AREA)
    x, y = round(left), round(top + patch.top * cap)
    area = Box(x, y, width, height).clipped(mask.shape[1], mask.shape[0])
    rows, columns = area.as_slices()
    part = small[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    np.maximum(mask[rows, columns], part, out=mask[rows, columns])
