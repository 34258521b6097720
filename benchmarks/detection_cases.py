"""Drawn blanks with their truth, as a PDF renders them and as a scanner gives them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.detection_truth import Case, truth_of
from benchmarks.drawn_forms.answer_sheet import draw_answer_sheet
from benchmarks.drawn_forms.form import draw_form
from benchmarks.drawn_forms.truth import Truth
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis.layouts import draw_layout
from forms_app.training.synthesis.people import BenchmarkSet

FORM_SEEDS = range(1, 15)
FORM_DPIS = (300, 200, 150)
SHEET_SEEDS = range(201, 225)
"""Only for the figures: what detection does with answer sheets was mended on seeds 101 to 124."""
SHEET_DPIS = (100, 150, 200, 300)


def drawn_cases() -> Iterator[Case]:
    """Forms with fields of all kinds."""
    for number, (name, grey, truth, dpi) in enumerate(_drawn()):
        yield Case("drawn, as a PDF renders them", name, grey, float(dpi), truth)
        page, moved = scanned(grey, truth, dpi, number)
        yield Case("drawn, scanned 1° askew", f"{name}, scanned", page, float(dpi), moved)


def sheet_cases() -> Iterator[Case]:
    """Answer sheets of bubbles or brackets, every second one scanned."""
    for seed in SHEET_SEEDS:
        dpi = SHEET_DPIS[seed // 2 % len(SHEET_DPIS)]
        grey, truth = draw_answer_sheet(seed, dpi)
        name = f"answer sheet {seed} at {dpi} dpi"
        if seed % 2:
            grey, truth = scanned(grey, truth, dpi, seed)
            name += ", scanned"
        yield Case("drawn answer sheets", name, grey, float(dpi), truth)


def scanned(grey: GreyImage, truth: Truth, dpi: int, seed: int) -> tuple[GreyImage, Truth]:
    """The page as a flatbed gives it, and the truth turned with it."""
    rng = np.random.default_rng([5, seed])
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.choice([-1, 1])), 1)
    turned = cv2.warpAffine(grey, turn, (width, height), borderValue=(255,))
    soft = cv2.GaussianBlur(turned, (0, 0), 0.7 * dpi / 200)
    noisy = np.clip(soft * 0.97 + rng.normal(0, 5, soft.shape), 0, 255).astype(np.uint8)
    _, stored = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 80])
    page = cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE)

    def moved(box: Box) -> Box:
        x, y = turn @ np.array([*box.centre, 1.0])
        return Box(float(x) - box.width / 2, float(y) - box.height / 2, box.width, box.height)

    return np.asarray(page, np.uint8), truth.moved(moved)


def _drawn() -> Iterator[tuple[str, GreyImage, Truth, int]]:
    for index in range(6):
        layout = draw_layout(BenchmarkSet.BENCH, index)
        dpi = 300 if layout.reference.shape == layout.blank.shape else 200
        yield (
            f"bench layout {layout.name}",
            layout.reference,
            truth_of(layout.template.fields),
            dpi,
        )
    for seed in FORM_SEEDS:
        dpi = FORM_DPIS[seed % len(FORM_DPIS)]
        grey, truth = draw_form(seed, dpi)
        yield f"drawn form {seed} at {dpi} dpi", grey, truth, dpi
