"""Forms printed in one colour, filled with a pen of another, and scanned in colour."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.intake import open_page
from forms_app.reading.types import GreyImage, SourcePage
from forms_app.training.synthesis.blank_forms import Entry, draw_blank_form
from forms_app.training.synthesis.cell_prints import Style
from tests.reading.file_bytes import image_bytes

Colour = tuple[int, int, int]
ColourImage = NDArray[np.uint8]
RED, LIGHT_RED, ORANGE = (205, 35, 45), (255, 150, 150), (245, 150, 60)
GREEN, BLUE, BLACK = (60, 160, 80), (120, 170, 235), (0, 0, 0)
BLACK_PEN, BLUE_PEN, RED_PEN, PENCIL = (25, 25, 30), (30, 50, 150), (190, 30, 40), (95, 95, 95)
LABELS = ("Surname", "First names", "Village", "Officer")


@cache
def form() -> tuple[GreyImage, tuple[FormField, ...]]:
    """The print in black, `(H, W)`, and its fields: combs with frames of 3 px."""
    rows = [
        [
            Entry(f"left_{i}", label, FieldKind.LETTERS, 8),
            Entry(f"right_{i}", LABELS[-i % 4], FieldKind.LETTERS, 6),
        ]
        for i, label in enumerate(LABELS)
    ]
    style = Style(line_grey=0, page_px=(1400, 1300))
    blank, template = draw_blank_form("Enrolment", "Please write in capitals.", rows, style)
    return blank, template.fields


def printed_in(colour: Colour) -> ColourImage:
    """The blank `(H, W, 3)` in a colour."""
    return np.asarray(cv2.merge([_toned(form()[0], level) for level in colour]), np.uint8)


def grey_of(picture: ColourImage) -> GreyImage:
    return np.array(Image.fromarray(picture).convert("L"))


@cache
def strokes(fields: tuple[FormField, ...]) -> GreyImage:
    """Where a pen wrote in fields, 255 on 0: a zigzag from cell to cell, across the lines."""
    ink = np.zeros_like(form()[0])
    for field in fields:
        points = []
        for at, cell in enumerate(field.cells):
            x, y = cell.centre
            points.append((round(x), round(y + (0.6 if at % 2 else -0.3) * cell.height)))
        cv2.polylines(ink, [np.array(points)], False, 255, 6, cv2.LINE_AA)
    return ink


def written(picture: ColourImage, fields: tuple[FormField, ...], pen: Colour) -> ColourImage:
    """The page with fields filled; ink takes from the light, print below stays below."""
    covered = strokes(fields)[..., None] / np.float32(255)
    inked = picture * (1 - covered) + np.array(pen, np.float32) * covered
    return np.minimum(picture, inked.astype(np.uint8))


def filled(print_colour: Colour, pen: Colour) -> ColourImage:
    return written(printed_in(print_colour), form()[1], pen)


def scanned(picture: ColourImage, quality: int = 80) -> SourcePage:
    """As a scanner's JPEG, colours at half the resolution, gives it."""
    grain = np.random.default_rng(1).standard_normal(picture.shape, np.float32)
    grainy = picture + 2 * grain
    data = image_bytes(
        Image.fromarray(np.clip(grainy, 0, 255).astype(np.uint8)),
        "JPEG",
        quality=quality,
        subsampling="4:2:0",
    )
    return open_page(data, "scan.jpg", 1, with_colours=True)


def _toned(grey: GreyImage, level: int) -> GreyImage:
    return np.round(level + grey * ((255 - level) / 255)).astype(np.uint8)
