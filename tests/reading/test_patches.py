"""Patches are where print looks like nothing else near it; ends of lines where there is no more."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.patches import choose_patches

SIZE_PX, PITCH_PX, SEARCH_PX = 29, 40, 6


def centres(page: np.ndarray) -> np.ndarray:
    soft = np.asarray(cv2.GaussianBlur(page, (3, 3), 0), np.uint8)
    return choose_patches(soft, SIZE_PX, PITCH_PX, SEARCH_PX).centres


def test_both_ends_of_a_lonely_line_and_nothing_between_them():
    page = np.full((400, 600), 255, np.uint8)
    cv2.line(page, (100, 200), (480, 200), 60, 2)
    found = centres(page)
    ends = np.array([[100, 200], [480, 200]])
    away = np.linalg.norm(found[:, None] - ends[None], axis=-1)
    assert away.min(axis=0).max() < 12
    assert away.min(axis=1).max() < 20


def test_the_corners_of_a_tinted_panel():
    page = np.full((400, 600), 255, np.uint8)
    page[150:220, 120:450] = 222
    corners = np.array([[120, 150], [450, 150], [120, 220], [450, 220]])
    away = np.linalg.norm(centres(page)[:, None] - corners[None], axis=-1)
    assert away.min(axis=0).max() < 12
    assert away.min(axis=1).max() < 20


def test_no_end_of_a_line_beside_better_print():
    page = np.full((400, 600), 255, np.uint8)
    cv2.line(page, (100, 200), (300, 200), 60, 2)
    cv2.putText(page, "k", (300, 205), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
    found = centres(page)
    near = np.linalg.norm(found - (310, 195), axis=1) < 1.5 * PITCH_PX
    with_text = np.abs(found[near] - (310, 195)).max(axis=1) < 30
    assert near.any()
    assert with_text.all()


def test_a_page_without_print_has_none():
    assert len(centres(np.full((400, 600), 255, np.uint8))) == 0
