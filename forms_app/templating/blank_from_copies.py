"""A clean blank from filled copies of a page: what is in all of them is print, the rest writing.

The copies are laid onto the one with the least ink, then once more onto what came out of that,
which has no writing left to mislead. What is print then is `common_print`'s matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from forms_app.errors import UserError
from forms_app.reading.errors import PageError, PoorRegistrationError
from forms_app.reading.features import view_page
from forms_app.reading.identification import best_reference
from forms_app.reading.placement import lay_onto_template, place_page
from forms_app.reading.print_checks import check_print
from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.registration import align_page
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_doubts import Doubt
from forms_app.templating.box_doubts import with_box_doubts
from forms_app.templating.common_print import common_print, without_writing
from forms_app.templating.deskewing import upright
from forms_app.templating.photograph import flattened

MOST_COPIES = 12
"""More copies cost memory (9 MB for each A4 page) and show nothing new."""
LEAST_FOUND = 0.3
"""Share of one copy's print that must be found on another; the rest is writing, or under it."""
MOST_OFF_SHARE = 3 / 3508
"""Over the long side: 1.5 px at 150 dpi, for four fifths of what was found."""
GOOD_COPIES = 6
"""Fewer leave ink where people happened to write or tick the same (docs/publishing.md)."""
MOST_BASES = 3
"""So many copies are tried as the one to lay the others onto: a foreign page may be among them."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CombinedBlank:
    """`grey` `(H, W)` is the blank; `doubtful` places on it may hold writing that all copies share.

    `laid` has each copy that went into it with its number, from 1, on the blank's pixels;
    `refused` the number of each other one, and why.
    """

    grey: GreyImage
    doubtful: tuple[Doubt, ...]
    laid: tuple[tuple[int, GreyImage], ...]
    refused: tuple[tuple[int, str], ...]

    @property
    def used(self) -> int:
        """How many copies went into it."""
        return len(self.laid)


def combine_copies(copies: Sequence[GreyImage], on_step: Progress) -> CombinedBlank:
    """One blank of filled copies of the same page.

    Args:
        copies: `(h, w)` grey uint8, scans or straightened photographs, any way up; one is enough,
            but its writing stays.
        on_step: told how many of how many steps are done.

    Raises:
        UserError: there is no copy, or they are not of one form.
    """
    if not copies:
        raise UserError("Choose at least one filled copy of the form.")
    clean = [flattened(copy) for copy in copies[:MOST_COPIES]]
    if len(clean) == 1:
        blank = upright(clean[0])
        return CombinedBlank(blank, (), ((1, blank),), ())
    total = 2 * len(clean)
    first = _laid_together(clean, lambda done: on_step(done, total))
    if len(first) < 2:
        raise UserError(
            "These pages do not belong together: no two of them carry the same print. Choose "
            "copies of one form, each page whole and legible."
        )
    stack = np.stack(first)
    draft, _ = without_writing(common_print(stack), stack)
    laid, refused = _laid_strictly(clean, draft, lambda done: on_step(len(clean) + done, total))
    if len(laid) < 2:
        raise UserError(
            "These pages could not be laid onto one another precisely enough. Use flat scans, or "
            "photographs taken from straight above, of one print run."
        )
    return blank_from_laid(laid, refused)


def blank_from_laid(
    laid: Sequence[tuple[int, GreyImage]], refused: Sequence[tuple[int, str]] = ()
) -> CombinedBlank:
    """The blank of copies, by number, that lie on one another; `refused` is handed through."""
    stack = np.stack([grey for _, grey in laid])
    blank, doubtful = without_writing(common_print(stack), stack)
    doubtful = with_box_doubts(doubtful, blank, list(stack))
    return CombinedBlank(blank, doubtful, tuple(laid), tuple(refused))


def _laid_together(copies: Sequence[GreyImage], on_copy: Callable[[int], None]) -> list[GreyImage]:
    """Copies on the pixels of one of them: the first in order of ink that most others fit."""
    best: list[GreyImage] = []
    for number in sorted(range(len(copies)), key=lambda i: _ink_share(copies[i]))[:MOST_BASES]:
        base = upright(copies[number])
        others = [*copies[:number], base, *copies[number + 1 :]]
        laid = _laid(others, base, on_copy)
        best = max(best, laid, key=len)
        if 2 * len(best) > len(copies):
            break
    return best


def _laid(
    copies: Sequence[GreyImage], base: GreyImage, on_copy: Callable[[int], None]
) -> list[GreyImage]:
    """Those of the copies that fit on the pixels of `base`, itself a copy."""
    reference = prepare_reference(1, base)
    laid: list[GreyImage] = []
    for number, copy in enumerate(copies, start=1):
        with suppress(PageError):
            laid.append(flattened(copy if copy is base else _lay(copy, reference)))
        on_copy(number)
    return laid


def _lay(copy: GreyImage, reference: PageReference) -> GreyImage:
    """As registration does, but writing on the base is no print to be missed.

    Raises:
        PageError: what was found of the print does not lie where it should.
    """
    view = view_page(copy)
    _, fit = best_reference(view, [reference])
    placement = place_page(view, reference, fit)
    grey = lay_onto_template(view, placement)
    checks, _ = check_print(grey, reference, placement)
    off_px = checks.lengths_px[checks.confirmed]
    limit_px = MOST_OFF_SHARE * max(grey.shape)
    if checks.confirmed.mean() < LEAST_FOUND or float(np.percentile(off_px, 80)) > limit_px:
        raise PoorRegistrationError("The copies do not lie on one another.")
    return grey


def _laid_strictly(
    copies: Sequence[GreyImage], draft: GreyImage, on_copy: Callable[[int], None]
) -> tuple[list[tuple[int, GreyImage]], list[tuple[int, str]]]:
    """The copies, by number, laid onto a blank that is nearly clean; those that do not fit it."""
    reference = prepare_reference(1, draft)
    laid: list[tuple[int, GreyImage]] = []
    refused: list[tuple[int, str]] = []
    for number, copy in enumerate(copies, start=1):
        try:
            laid.append((number, flattened(align_page(copy, reference).grey)))
        except PoorRegistrationError:
            refused.append((number, "It could not be laid onto the others precisely enough."))
        except PageError:
            refused.append((number, "It carries another print than the other copies."))
        on_copy(number)
    return laid, refused


def _ink_share(grey: GreyImage) -> float:
    return float((grey < 128).mean())
