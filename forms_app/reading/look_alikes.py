"""Forms with nearly the same print: which of them a page shows, if that can be told at all.

Where the print of several forms is found on a page, only what one of two blanks has and the other
lacks says anything, be it a title or a row more. Of two blanks of one sheet that is nothing, or
what a scanner lost of one of them: then the page could be either, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.coarse_placement import CoarseFit
from forms_app.reading.errors import PageError
from forms_app.reading.features import FINE_LONG_SIDE_PX, PageView, resized_to, softened
from forms_app.reading.identification import best_reference
from forms_app.reading.pale_print import PALE_SHARE, depth_below_paper
from forms_app.reading.placement import lay_onto_template, place_page
from forms_app.reading.references import PageReference
from forms_app.reading.types import GreyImage

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

RIVAL = 0.6
"""Of the best form's coverage: others have about 0.5 of it and less, the worst second blank of one
sheet, a fax, had 0.73."""
LEAST_PX, LEAST_ALONE_PX = 300, 1000
"""Of the fine image, 8.6 mm² of ink, two large letters: less is no evidence. Three times as much is
asked for where only one of the blanks has some: what writing is left on a blank made of filled
copies is on those copies too, and on no other page (200 px of four copies)."""
SHOWN, NOT_SHOWN = 0.75, 0.1
"""Shares of such print that must, and may at most, be on a page. Measured on editions: 0.88 and
more of their own print, 0.06 and less of the others'."""
APART_PX, NEAR_PX = 7, 3
"""Sides of squares: print within 3 px is the same print, and is found within 1 px."""
TRACE_SHARE = 0.2
"""Of the depth of dark print: what has less is lacking, not only blurred or thin."""
INKED, DARKEST = 25, 90
"""Grey levels: less is paper. Percentile of the ink's that is the depth of dark print."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Of an image: where it is as dark as dark print, and where there is any trace of ink."""

    dark: Mask
    trace: Mask


class Verdict(Enum):
    """Which of two forms a page shows."""

    FIRST = "first"
    SECOND = "second"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class OwnPrint:
    """Print that only one of two blanks has: positions in the first's fine image, flat."""

    of_first: Places
    of_second: Places

    @property
    def tells(self) -> bool:
        """Whether there is enough of it to tell pages apart."""
        less, more = sorted((len(self.of_first), len(self.of_second)))
        return less >= LEAST_PX or more >= LEAST_ALONE_PX


def own_print_of(first: PageReference, second: PageReference) -> OwnPrint | None:
    """What tells two blanks apart, about 0.3 s; None where the second shows none of the first.

    Pale print is left out: a fax or a photocopy may have lost it.
    """
    try:
        _, fit = best_reference(second.view, [first])
    except PageError:
        return None
    ink = _ink(softened(first.view.fine))
    other = _ink(_laid(second.view, first, fit), ink.dark)
    return OwnPrint(_beyond(ink, other), _beyond(other, ink))


def settled(
    view: PageView,
    references: Sequence[PageReference],
    rivals: Sequence[tuple[int, CoarseFit]],
    own_print: Callable[[int, int], OwnPrint | None],
) -> list[int]:
    """Which references the page may show, the likeliest first: a single one where that is clear.

    Args:
        rivals: the best place in `references` for each form, and how the page lies there; the best
            of them first.
        own_print: `own_print_of` by places, perhaps with kept answers.
    """
    least = RIVAL * rivals[0][1].coverage
    rivals = [(place, fit) for place, fit in rivals if fit.coverage >= least]
    if len(rivals) == 1:
        return [rivals[0][0]]
    for place, fit in rivals:
        image, first = _laid(view, references[place], fit), references[place]
        verdicts = [
            (other, _verdict(image, first, own_print(place, other)))
            for other, _ in rivals
            if other != place
        ]
        if all(verdict is not Verdict.SECOND for _, verdict in verdicts):
            return [place, *(other for other, each in verdicts if each is Verdict.EITHER)]
    return [place for place, _ in rivals]


def _verdict(image: GreyImage, first: PageReference, own: OwnPrint | None) -> Verdict:
    """Of a page laid onto the first of two blanks, fine and softened."""
    if own is None:
        return Verdict.FIRST
    if not own.tells:
        return Verdict.EITHER
    ink = _ink(image, _ink(softened(first.view.fine)).dark)
    dark, trace = _grown(ink.dark, NEAR_PX), _grown(ink.trace, NEAR_PX)

    def is_all(own_places: Places, others_places: Places) -> bool:
        shown, others = _share(dark, own_places), _share(trace, others_places)
        return (shown is None or shown >= SHOWN) and (others is None or others <= NOT_SHOWN)

    if is_all(own.of_first, own.of_second):
        return Verdict.FIRST
    return Verdict.SECOND if is_all(own.of_second, own.of_first) else Verdict.EITHER


def _share(mask: Mask, places: Places) -> float | None:
    """Of the places, how many the mask has; None where they are too few to say anything."""
    return float(mask.ravel()[places].mean()) if len(places) >= LEAST_PX else None


def _laid(view: PageView, reference: PageReference, fit: CoarseFit) -> GreyImage:
    """A page on the pixels of a blank's fine image, softened."""
    grey = lay_onto_template(view, place_page(view, reference, fit))
    return softened(resized_to(grey, FINE_LONG_SIDE_PX))


def _ink(image: GreyImage, print_at: Mask | None = None) -> Ink:
    """The ink of an image, be it a pale copy.

    Args:
        print_at: where it has dark print; None: to be judged by all that is darker than paper.
    """
    depth = depth_below_paper(image)
    inked = depth[depth > INKED if print_at is None else print_at]
    darkest = float(np.percentile(inked, DARKEST)) if len(inked) else 255.0
    dark, trace = (depth > max(INKED, share * darkest) for share in (PALE_SHARE, TRACE_SHARE))
    return Ink(np.asarray(dark, np.bool_), np.asarray(trace, np.bool_))


def _beyond(ink: Ink, other: Ink) -> Places:
    """Where there is dark ink, more than specks and rims of strokes, and the other has none."""
    alone = (ink.dark & ~_grown(other.trace, APART_PX)).astype(np.uint8)
    return np.flatnonzero(cv2.morphologyEx(alone, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)))


def _grown(mask: Mask, side_px: int) -> Mask:
    square = np.ones((side_px, side_px), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), square), dtype=np.bool_)
