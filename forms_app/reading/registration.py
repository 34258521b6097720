"""Laying a page onto its template page: placement, resampling, residuals, quality gates.

Residuals are measured on the result, on patches that took no part in fitting the placement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.coarse_placement import CoarseFit
from forms_app.reading.drop_out import without_print
from forms_app.reading.errors import PoorRegistrationError
from forms_app.reading.features import PageView, map_points, scaling, view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.identification import best_reference
from forms_app.reading.placement import Placement, lay_chroma, lay_onto_template, place_page
from forms_app.reading.print_checks import Checks, check_print
from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.residuals import field_residuals, median_of_nearest
from forms_app.reading.strain import least_agreement
from forms_app.reading.turning import quarter_turns_of, turning
from forms_app.reading.types import AlignedPage, GreyImage

__all__ = ["PageReference", "align_page", "lay_page", "prepare_reference"]

MIN_PRESENT = 0.8
"""Least share of the held-out patches whose print is there, written over or not."""
MAX_RESIDUAL_SHARE = 6 / 3508
"""Residual limit over the long side: 6 px, half a millimetre, at 300 dpi."""
MIN_AGREEMENT = 0.4
"""Least share of the print that lies on the field wherever this is steep. Measured: 0.6 and more on
bent sheets, 0.3 and less where print jumps (docs/registration.md)."""
AGREEING_SHARE = 2 / 3508
"""Print this near agrees: 2 px at 300 dpi."""
MIN_CONFIRMED = 0.4
"""Least share of the held-out patches that must be found again on the result."""


def align_page(
    page: GreyImage, reference: PageReference, fields: Sequence[FormField] = ()
) -> AlignedPage:
    """Lays a page onto one template page, whichever way up it lies.

    Args:
        page: grey scan `(H, W)` uint8, any resolution.
        fields: the template page's fields, for their own residuals.

    Raises:
        BlankPageError, ForeignPageError, PoorRegistrationError: see `reading.errors`.
    """
    view = view_page(page)
    _, fit = best_reference(view, [reference])
    return lay_page(view, reference, fit, fields)


def lay_page(
    view: PageView, reference: PageReference, fit: CoarseFit, fields: Sequence[FormField]
) -> AlignedPage:
    """Refines a coarse fit, resamples the page onto the template and measures what is left.

    Raises:
        PoorRegistrationError: the residual is above the limit or could not be measured.
    """
    placement = place_page(view, reference, fit)
    grey = lay_onto_template(view, placement)
    checks, all_checks = check_print(grey, reference, placement)
    _require_paper(all_checks, placement, reference)
    _require_print(checks, reference, _are_beyond(checks, view, placement))
    residual_px = _page_residual(checks, reference)
    homography = scaling(placement.fine_shape, placement.shape) @ placement.matrix
    turns = quarter_turns_of(homography, view.grey.shape)
    upright = homography @ np.linalg.inv(turning(turns, view.grey.shape))
    near_fields = field_residuals(fields, all_checks, placement, view.grey.shape)
    grey = _to_be_read(grey, view, placement, reference, fields)
    return AlignedPage(reference.number, grey, upright, turns, residual_px, near_fields)


def _to_be_read(
    grey: GreyImage,
    view: PageView,
    placement: Placement,
    reference: PageReference,
    fields: Sequence[FormField],
) -> GreyImage:
    """The page without its coloured print where that is safe, else the page."""
    if view.chroma is None:
        return grey
    chroma = lay_chroma(view.chroma, view, placement)
    dropped = without_print(grey, chroma, reference.grey, fields)
    return grey if dropped is None else dropped


def _are_beyond(checks: Checks, view: PageView, placement: Placement) -> NDArray[np.bool_]:
    """Which of the patches lie beyond the scan's edges."""
    places = placement.page_points(checks.places)
    height, width = view.grey.shape
    return np.asarray(((places < 0) | (places > (width - 1, height - 1))).any(axis=1))


def _require_print(checks: Checks, reference: PageReference, are_beyond: NDArray[np.bool_]) -> None:
    """Refuses another edition of the form: like it, but with part of the print elsewhere.

    Raises:
        PoorRegistrationError: too much of the print is not where the blank has it; where what the
            scan does show of it is there, the sheet's edges are cut off.
    """
    share = _share(checks.present)
    if share < MIN_PRESENT:
        if are_beyond.any() and _share(checks.present[~are_beyond]) >= MIN_PRESENT:
            raise PoorRegistrationError(
                f"The edges are cut off: {are_beyond.mean():.0%} of the print of page "
                f"{reference.number} of {{form}} lies beyond the edges of this scan. Scan it again "
                "with the whole sheet."
            )
        raise PoorRegistrationError(
            f"This page resembles page {reference.number} of {{form}}, but only {share:.0%} of "
            "the print is where it should be. It may be another edition of the form, or folded "
            "or partly hidden: check it and scan it again."
        )


def _share(chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if len(chosen) else 0.0


def _require_paper(checks: Checks, placement: Placement, reference: PageReference) -> None:
    """Refuses a displacement that no sheet of paper makes: part of a table lies a cell off.

    Raises:
        PoorRegistrationError: the print jumps where the displacement changes fast.
    """
    telling = checks.only(checks.confirmed | ~checks.present)
    places = map_points(scaling(placement.shape, placement.fine_shape), telling.places)
    agrees = telling.confirmed & (telling.lengths_px < AGREEING_SHARE * max(placement.shape))
    if least_agreement(placement.field, placement.fine_shape, places, agrees) < MIN_AGREEMENT:
        raise PoorRegistrationError(
            f"This page resembles page {reference.number} of {{form}}, but its parts do not lie "
            "as on one sheet. It may be another edition of the form, or torn or creased: check "
            "it and scan it again."
        )


def _page_residual(checks: Checks, reference: PageReference) -> float:
    """The 95th percentile of medians of three neighbours, if it is within the limit.

    Raises:
        PoorRegistrationError: it is not, or too few patches confirm it.
    """
    found = checks.only(checks.confirmed)
    if len(found.places) < max(1, MIN_CONFIRMED * len(checks.places)):
        raise PoorRegistrationError(
            f"This page resembles page {reference.number} of {{form}}, but too little of the "
            "printed form is clearly visible. Scan it again, flat and whole."
        )
    smoothed_px, _ = median_of_nearest(found.places, found.places, found.lengths_px)
    residual_px = float(np.percentile(smoothed_px, 95))
    limit_px = MAX_RESIDUAL_SHARE * max(reference.grey.shape)
    if residual_px > limit_px:
        raise PoorRegistrationError(
            f"This page could not be laid onto page {reference.number} of {{form}} precisely "
            f"enough ({residual_px:.1f} px off, limit {limit_px:.1f}). Scan it again, flat and "
            "whole."
        )
    return residual_px
