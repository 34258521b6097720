"""A sheet is found in a photograph, straightened and evenly lit."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.registration import align_page
from forms_app.reading.types import GreyImage
from forms_app.templating.deskewing import upright
from forms_app.templating.photograph import flattened, sheet_of
from forms_app.templating.sheet_detection import find_sheet
from tests.prepared_blanks import prepared_once
from tests.templating.test_blank_from_copies import print_of


def seen_corners() -> np.ndarray:
    """An A4 sheet as a camera sees it that is held askew over it: focal length 1.1 diagonals."""
    turned, _ = cv2.Rodrigues(np.array([0.28, -0.22, 0.05]))
    sheet_mm = np.array([[-105, -148.5, 0], [105, -148.5, 0], [105, 148.5, 0], [-105, 148.5, 0]])
    camera_mm = sheet_mm @ turned.T + [0, 0, 560]
    focal_px = 1.1 * np.hypot(1240, 1640)
    return camera_mm[:, :2] / camera_mm[:, 2:] * focal_px + [620, 820]


CORNERS = seen_corners().astype(np.float32)


@pytest.fixture(scope="module")
def sheet() -> GreyImage:
    return print_of(1)


def photograph(sheet: GreyImage, ground: int) -> GreyImage:
    """The sheet tilted on a grained table, the light falling from the left."""
    rng = np.random.default_rng(3)
    picture = np.clip(ground + rng.normal(0, 8, (1640, 1240)), 0, 255).astype(np.uint8)
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 2), np.uint8)
    height, width = sheet.shape
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(outline, CORNERS)
    laid = cv2.warpPerspective(sheet, matrix, (1240, 1640))
    mask = cv2.warpPerspective(np.full_like(sheet, 255), matrix, (1240, 1640)) > 127
    picture[mask] = laid[mask]
    light = np.linspace(0.95, 0.55, 1240)
    return np.asarray(picture * light, np.uint8)


@pytest.mark.parametrize("ground", [40, 120])
def test_the_sheet_is_found_and_laid_flat(sheet: GreyImage, ground: int) -> None:
    picture = photograph(sheet, ground)
    corners = find_sheet(picture)
    assert corners is not None
    assert np.abs(corners - CORNERS).max() < 4
    flat, was_found = sheet_of(picture)
    assert was_found
    ratio = flat.shape[0] / flat.shape[1]
    assert ratio == pytest.approx(2**0.5, abs=0.01)
    borders = [flat[:, 100:200], flat[:, -200:-100]]
    assert all(np.median(border) > 240 for border in borders), "the shade is gone"
    assert align_page(flat, prepared_once(1, sheet)).residual_px < 2


def test_a_scan_is_its_own_sheet(sheet: GreyImage) -> None:
    same, was_found = sheet_of(sheet)
    assert not was_found and same.shape == sheet.shape


def test_flattening_keeps_ink_dark() -> None:
    page = np.full((800, 600), 200, np.uint8)
    page[300:320, 100:500] = 30
    flat = flattened((page * np.linspace(1, 0.5, 600)).astype(np.uint8))
    assert flat[100, 50] > 245 and flat[100, 550] > 245
    assert flat[310, 300] < 60


@pytest.mark.parametrize("angle", [-2.5, 0.4])
def test_a_page_is_turned_upright(sheet: GreyImage, angle: float) -> None:
    height, width = sheet.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    askew = np.asarray(cv2.warpAffine(sheet, turn, (width, height), borderValue=(255,)), np.uint8)
    matrix = align_page(upright(askew), prepared_once(1, sheet)).homography
    assert abs(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0]))) < 0.1
    empty = np.full((400, 300), 255, np.uint8)
    assert upright(empty) is empty
