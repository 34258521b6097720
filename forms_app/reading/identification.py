"""Which template page a scan is, and which way up it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.errors import BlankPageError, ForeignPageError
from forms_app.reading.features import COARSE_LONG_SIDE_PX, PageView, scaling, view_page
from forms_app.reading.registration import (
    CoarseFit,
    PageReference,
    coarse_fit,
    quarter_turns_of,
)
from forms_app.reading.types import GreyImage

MIN_KEYPOINTS = 12
MIN_INK_SHARE = 5e-4


@dataclass(frozen=True, slots=True)
class Identification:
    """The template page found, the counter-clockwise quarter turns that bring the scan upright.

    `score` is the share (0..1) of the blank's print that was found on the page.
    """

    template_page: int
    quarter_turns: int
    score: float


def identify_page(page: GreyImage, references: Sequence[PageReference]) -> Identification:
    """Finds the template page that a grey scan `(H, W)` uint8 shows.

    Raises:
        BlankPageError: there is next to nothing on the page.
        ForeignPageError: it shows none of the template's pages.
    """
    view = view_page(page)
    reference, fit = best_reference(view, references)
    homography = scaling(reference.view.fine.shape, reference.grey.shape) @ fit.matrix
    turns = quarter_turns_of(homography, page.shape)
    return Identification(reference.number, turns, fit.coverage)


def best_reference(
    view: PageView, references: Sequence[PageReference]
) -> tuple[PageReference, CoarseFit]:
    """The template page of which most is found on the page, and how it lies there.

    Raises:
        BlankPageError, ForeignPageError: as for `identify_page`.
    """
    require_content(view)
    fits: list[tuple[PageReference, CoarseFit]] = []
    for reference in references:
        try:
            fits.append((reference, coarse_fit(view, reference)))
        except ForeignPageError:
            continue
    if not fits:
        raise ForeignPageError(
            "This page belongs to none of the form's pages. Check that the right form was "
            "scanned, or upload the page to its own batch."
        )
    return max(fits, key=lambda pair: pair[1].coverage)


def require_content(view: PageView) -> None:
    """Tells an empty sheet from a foreign one.

    Raises:
        BlankPageError: there is next to nothing on the page.
    """
    if len(view.features) < MIN_KEYPOINTS or _ink_share(view.coarse) < MIN_INK_SHARE:
        raise BlankPageError("This page is blank: nothing printed or written was found on it.")


def _ink_share(coarse: GreyImage) -> float:
    """Share of pixels clearly darker than their surroundings, specks left out."""
    window = COARSE_LONG_SIDE_PX // 28 | 1
    ink = cv2.adaptiveThreshold(
        coarse, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, 30
    )
    return float(np.mean(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))))
