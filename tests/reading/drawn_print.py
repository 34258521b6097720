"""The print of a drawn field: combs, boxes, circles, brackets."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import GreyImage
from tests.reading.drawn_look import Look


def print_comb(
    shape: tuple[int, int], cells: Sequence[Box], look: Look, rng: np.random.Generator
) -> GreyImage:
    blank = np.full(shape, 255, np.uint8)
    whole = bounding_box(cells)
    if look.style == "open":
        _line(blank, (whole.x, whole.bottom), (whole.right, whole.bottom), look)
        for cell in cells:
            for x in (cell.x, cell.right):
                _line(blank, (x, cell.bottom - 0.3 * cell.height), (x, cell.bottom), look)
        return blank
    for cell in cells:
        outline(blank, cell, look)
    if look.style == "guides":
        for index, cell in enumerate(cells):
            at = (int(cell.x + 0.25 * cell.width), int(cell.bottom - 0.25 * cell.height))
            cv2.putText(
                blank, "DDMMYY"[index % 6], at, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 175, 2, cv2.LINE_AA
            )
    return blank


def outline(blank: GreyImage, box: Box, look: Look) -> None:
    corners = [
        (box.x, box.y),
        (box.right, box.y),
        (box.right, box.bottom),
        (box.x, box.bottom),
    ]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        _line(blank, start, end, look)


def print_option(blank: GreyImage, box: Box, look: Look, shape_name: str) -> None:
    if shape_name == "circle":
        centre = (round(box.centre[0]), round(box.centre[1]))
        cv2.circle(blank, centre, round(box.width / 2), look.line_grey, look.line_px, cv2.LINE_AA)
    elif shape_name == "brackets":
        for x, inward in ((box.x, 1), (box.right, -1)):
            _line(blank, (x, box.y), (x, box.bottom), look)
            for y in (box.y, box.bottom):
                _line(blank, (x, y), (x + inward * 0.18 * box.width, y), look)
    else:
        outline(blank, box, look)


def _line(
    blank: GreyImage, start: tuple[float, float], end: tuple[float, float], look: Look
) -> None:
    a, b = np.array(start), np.array(end)
    if look.style != "dotted":
        cv2.line(blank, tuple(a.astype(int)), tuple(b.astype(int)), look.line_grey, look.line_px)
        return
    count = max(2, int(np.linalg.norm(b - a) / 9))
    for t in np.linspace(0, 1, count):
        centre = np.round(a + (b - a) * t).astype(int)
        cv2.circle(blank, tuple(centre), max(1, look.line_px // 2), look.line_grey, -1)
