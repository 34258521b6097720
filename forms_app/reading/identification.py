"""Which template page a scan is, and where it lies on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.coarse_placement import MIN_PATCHES, CoarseFit, coarse_fit
from forms_app.reading.errors import BlankPageError, ForeignPageError
from forms_app.reading.features import (
    COARSE_LONG_SIDE_PX,
    MAGSAC_REACH_PX,
    Features,
    PageView,
    estimate_homography,
    scaling,
    sift_features,
    view_page,
)
from forms_app.reading.references import PageReference
from forms_app.reading.turning import quarter_turns_of
from forms_app.reading.types import GreyImage

MIN_COVERAGE = 0.45
"""Least share of the blank's print found in place; densely filled poor scans have 0.54 and more,
pages of unrelated forms under 0.2, of the same form's other page up to 0.43. Look-alikes in between
are told by `registration`'s gates."""
MIN_KEYPOINTS = 12
MIN_INK_SHARE = 5e-4
WORTH_A_LOOK = 0.25
"""Pages with fewer inliers than this share of the best page's are not looked at further."""
LIKELY = 0.5
"""The same for pages of many templates, of which each that is looked at has to be prepared first:
forms that share words have a third of the right one's inliers."""


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
    reference, fit = best_reference(view_page(page), references)
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
    place, fit = fitting_references(view, references)[0]
    return references[place], fit


def fitting_references(
    view: PageView, references: Sequence[PageReference]
) -> list[tuple[int, CoarseFit]]:
    """Places of the template pages whose print is found on the page, and how it lies there; the one
    of which most is found first, of equal ones the first.

    AKAZE features first; SIFT only where they find no page.

    Raises:
        BlankPageError, ForeignPageError: as for `identify_page`.
    """
    require_content(view)
    fits = _fits(view, view.features, references, lambda reference: reference.view.features)
    if not fits or fits[0][1].coverage < MIN_COVERAGE:
        fits = _best_first(
            fits + _fits(view, sift_features(view.grey), references, lambda r: r.sift)
        )
    if not fits or fits[0][1].coverage < MIN_COVERAGE:
        raise _foreign(fits[0] if fits else None, references)
    found: dict[int, CoarseFit] = {}
    for place, fit in fits:
        if fit.coverage >= MIN_COVERAGE:
            found.setdefault(place, fit)
    return list(found.items())


def likeliest(page: Features, blanks: Sequence[Features]) -> list[int]:
    """Positions of the blanks that share the most features with a page, hopeless ones left out.

    Args:
        page: AKAZE features of the scan.
        blanks: AKAZE features of each blank.

    Returns:
        The best first; where next to nothing matches, all of them: SIFT may find the page.
    """
    # Matches with another form may fit a map that sends some points to infinity: no inliers.
    with np.errstate(divide="ignore", invalid="ignore"):
        estimates = [
            estimate_homography(
                page, blank, MAGSAC_REACH_PX * _extent_px(blank) / COARSE_LONG_SIDE_PX
            )
            for blank in blanks
        ]
    inliers = [0 if estimate is None else estimate.inliers for estimate in estimates]
    order = sorted(range(len(blanks)), key=lambda place: -inliers[place])
    if max(inliers, default=0) < MIN_KEYPOINTS:
        return order
    return [place for place in order if inliers[place] >= LIKELY * max(inliers)]


def _extent_px(features: Features) -> float:
    """About the long side of the page that they are of."""
    return float(np.ptp(features.points, axis=0).max()) if len(features) else 1.0


def require_content(view: PageView) -> None:
    """Tells an empty sheet from a foreign one.

    Raises:
        BlankPageError: there is next to nothing on the page.
    """
    if len(view.features) < MIN_KEYPOINTS or _ink_share(view) < MIN_INK_SHARE:
        raise BlankPageError("This page is blank: nothing printed or written was found on it.")


def _fits(
    view: PageView,
    features: Features,
    references: Sequence[PageReference],
    of_reference: Callable[[PageReference], Features],
) -> list[tuple[int, CoarseFit]]:
    """Places and fits of the references that share enough features, best coverage first."""
    estimates = [estimate_homography(features, of_reference(r), _reach_px(r)) for r in references]
    most = max((estimate.inliers for estimate in estimates if estimate is not None), default=0)
    return _best_first(
        [
            (place, fit)
            for place, estimate in enumerate(estimates)
            if estimate is not None and estimate.inliers >= WORTH_A_LOOK * most
            if (fit := coarse_fit(view, references[place], estimate)) is not None
        ]
    )


def _best_first(fits: Iterable[tuple[int, CoarseFit]]) -> list[tuple[int, CoarseFit]]:
    return sorted(fits, key=lambda pair: -pair[1].coverage)


def _reach_px(reference: PageReference) -> float:
    return MAGSAC_REACH_PX * float(max(reference.grey.shape)) / COARSE_LONG_SIDE_PX


def _foreign(
    nearest: tuple[int, CoarseFit] | None, references: Sequence[PageReference]
) -> ForeignPageError:
    advice = "Check that the right form was scanned, whole and legible."
    bare = [r.number for r in references if len(r.coarse_patches) < MIN_PATCHES]
    if bare:
        pages = ", ".join(str(number) for number in bare)
        advice += f" The blank of page {pages} has too little print to be recognised by."
    if nearest is None:
        return ForeignPageError(f"This page belongs to none of {{form}}'s pages. {advice}")
    place, fit = nearest
    message = (
        f"This page belongs to none of {{form}}'s pages: of the nearest, page "
        f"{references[place].number}, only {fit.coverage:.0%} of the print was found. {advice}"
    )
    return ForeignPageError(message, place, fit.coverage)


def _ink_share(view: PageView) -> float:
    """Share of pixels clearly darker than their surroundings, specks left out."""
    window = COARSE_LONG_SIDE_PX // 28 | 1
    ink = cv2.adaptiveThreshold(
        view.coarse, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, 30
    )
    opened = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return float(np.asarray(opened).mean())
