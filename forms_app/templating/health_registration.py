"""Health check: will pages of this form be found again, and told from one another?

Worn copies of each blank go through the very registration that filled forms will; each blank is
also offered to the other pages, as happens when a page is missing from a scan.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import cv2
import numpy as np

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PageError
from forms_app.reading.features import COARSE_LONG_SIDE_PX, resized_to
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, align_page
from forms_app.reading.types import AlignedPage
from forms_app.templating.findings import Finding, Severity, most_severe_first
from forms_app.templating.worn_copies import WornCopy, worn_copies

TILE_PX, LEAST_PRINT, SAME_TILE, MOST_MISPLACED = 48, 8.0, 0.5, 0.1
"""At 75 dpi: tiles of 16 mm; the deviation of grey from which one holds print; the correlation with
the true laying under which it shows something else; the share of such tiles that is too much."""
COPIES = 4

Progress = Callable[[int, int], None]


def registration_findings(
    references: Sequence[PageReference], fields: Sequence[FormField], on_step: Progress
) -> tuple[Finding, ...]:
    """Lays worn copies of every blank onto the template (about 1.5 s for each page).

    Args:
        references: the blank pages.
        fields: of the whole template, for what is known of the print near each.
        on_step: told how many of how many steps are done.
    """
    pairs = list(combinations(references, 2))
    total = registration_steps(references)
    findings: list[Finding] = []
    done = 0
    for reference in references:
        laid: list[AlignedPage] = []
        for copy in worn_copies(reference.grey):
            findings += _try_copy(copy, reference, references, fields, laid)
            done += 1
            on_step(done, total)
        findings += _weak_places(reference, fields, laid)
    for one, other in pairs:
        findings += _told_apart(one, other)
        done += 1
        on_step(done, total)
    return most_severe_first(findings)


def registration_steps(references: Sequence[PageReference]) -> int:
    """How many steps `registration_findings` takes."""
    return COPIES * len(references) + math.comb(len(references), 2)


def _try_copy(
    copy: WornCopy,
    reference: PageReference,
    references: Sequence[PageReference],
    fields: Sequence[FormField],
    laid: list[AlignedPage],
) -> Iterator[Finding]:
    """One copy; where it is laid well it joins `laid`."""
    number = reference.number
    try:
        aligned = align_onto_template(copy.grey, references, fields)
    except PageError as error:
        yield Finding(
            Severity.MUST if copy.is_plain else Severity.SHOULD,
            "not_found_again",
            f"Page {number} was not found again in {copy.name} of its own blank: {error.message}",
            "Give the page more print that is its own, such as a title, corner marks or rulings "
            "near all four corners, or use a sharper blank.",
            page=number,
        )
        return
    if aligned.template_page != number:
        yield _look_alike(number, aligned.template_page, Severity.MUST)
    elif misplaced_share(copy, aligned) > MOST_MISPLACED:
        yield Finding(
            Severity.MUST,
            "repetitive",
            f"{copy.name.capitalize()} of page {number} was laid a piece off without being "
            "noticed: its print repeats itself.",
            "Print something that occurs once, such as a title, a number or corner marks.",
            page=number,
        )
    else:
        laid.append(aligned)


def misplaced_share(copy: WornCopy, aligned: AlignedPage) -> float:
    """Share of the page's printed tiles that do not show what the true laying shows there."""
    height, width = aligned.grey.shape
    true = cv2.warpPerspective(
        copy.grey, np.linalg.inv(copy.matrix), (width, height), borderValue=(255,)
    )
    one, other = (
        cv2.GaussianBlur(resized_to(np.asarray(grey, np.uint8), COARSE_LONG_SIDE_PX), (0, 0), 2.0)
        for grey in (aligned.grey, true)
    )
    scores = [
        float(np.corrcoef(one[tile].ravel(), other[tile].ravel())[0, 1])
        for tile in _tiles(other.shape)
        if other[tile].std() > LEAST_PRINT and one[tile].std() > 0
    ]
    return float(np.mean(np.array(scores) < SAME_TILE)) if scores else 0.0


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    for y in range(0, shape[0] - TILE_PX + 1, TILE_PX):
        for x in range(0, shape[1] - TILE_PX + 1, TILE_PX):
            yield slice(y, y + TILE_PX), slice(x, x + TILE_PX)


def _weak_places(
    reference: PageReference, fields: Sequence[FormField], laid: Sequence[AlignedPage]
) -> Iterator[Finding]:
    """Fields near which so little print was found that their readings always need review."""
    limit_px = ReviewPolicy().most_residual_px
    residuals: dict[str, list[float]] = defaultdict(list)
    for page in laid:
        for name, residual_px in page.field_residuals_px.items():
            residuals[name].append(residual_px)
    for field in fields:
        found = residuals.get(field.name, [])
        if field.page != reference.number or field.kind is FieldKind.IMAGE or not found:
            continue
        if float(np.median(found)) > limit_px:
            yield Finding(
                Severity.SHOULD,
                "weak_print_near",
                f"There is too little print near it to know where it lies: it may be off by "
                f"{float(np.median(found)):.1f} px, and above {limit_px:g} px every reading goes "
                "to a person.",
                "Print a frame or a ruling around it, or a label beside it.",
                field.name,
                field.page,
            )


def _told_apart(one: PageReference, other: PageReference) -> Iterator[Finding]:
    for page, reference in ((one, other), (other, one)):
        try:
            align_page(page.grey, reference)
        except PageError:
            continue
        yield _look_alike(page.number, reference.number, Severity.SHOULD)
        return


def _look_alike(number: int, taken_for: int, severity: Severity) -> Finding:
    said = "was taken" if severity is Severity.MUST else "can be taken"
    return Finding(
        severity,
        "look_alike",
        f"Page {number} {said} for page {taken_for}: they carry the same print.",
        "Print something on each that the others lack, such as a page number in large type or "
        "another title.",
        page=number,
    )
