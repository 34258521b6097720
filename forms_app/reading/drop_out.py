"""Colour drop-out: the form's coloured print left out of a page whose ink has another colour.

Scanners with a red lamp, and electronic drop-out after them, read such forms in one colour channel.
A channel fits few colours, fades a blue pen with blue print, and leaves the cores of thin lines, as
JPEG keeps colours at half the resolution. Here the print is told from the ink by its colour per
darkness: this is the same for a pale tint, a blurred rim and a full line of one printing ink, near
zero for black ink and pencil, and another for a pen of another hue. Each place (at half resolution)
gets the share of its darkness that is print, and loses that share (at full resolution).

It is done only where the page itself shows that it is safe: its print must go and the ink in each
of its fields must stay. Otherwise the page is read in grey, as it is without colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.cropping import crop_area
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.paper import paper_light
from forms_app.reading.types import NEUTRAL, ChromaImage, GreyImage

LEAST_PRINT = 20
"""Grey levels under the paper from which a place is dark enough to have a colour."""
FEWEST_PX = 200
LEAST_COLOUR = 0.15
"""Chroma levels for each level of darkness. Drawn print had, by the scan: dark green 0.2, green 0.2
to 0.4, red 0.3 to 0.5, orange 0.6 to 1.0."""
INK_SHARE, PRINT_SHARE = 0.35, 0.75
"""Up to this share of the print's colour a place is ink, from this share on it is print."""
TRACE = 16
"""Grey levels of the print that are left for people to see; under what reading takes for ink."""
LEAST_PRINT_GONE = 0.5
"""Mean share of print at the print's pixels; ink covers some of them."""
LEAST_INK_KEPT = 0.9
NEAR_PRINT_PX = 9
"""Width, at half resolution, of the neighbourhood in which a blank's print may lie in a scan."""
INK_OVER_PRINT, INK_DEPTH = 1.3, 40
"""Ink is darker by so much, as a factor and in grey levels, than all print of the blank near it."""
FEWEST_INK_PX = 12

_Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Scene:
    """An aligned page at half resolution, each `(h, w)`.

    `paper` is the light of the paper, `dark` how far a place is below it, in grey levels; `blue`
    and `red` are its Cb and Cr beside what the paper's own colour makes of them, 0 without colour.
    """

    paper: GreyImage
    dark: GreyImage
    blue: _Plane
    red: _Plane


def without_print(
    grey: GreyImage, chroma: ChromaImage, blank: GreyImage, fields: Sequence[FormField]
) -> GreyImage | None:
    """The page with nothing but a trace of its coloured print.

    Args:
        grey: `(H, W)`, laid onto its template page.
        chroma: `(h, w, 2)`, laid onto it too, at about half its resolution.
        blank: `(H, W)`, the template page.
        fields: those of the page; print and ink are judged where they are.

    Returns:
        None where the page is to be read in grey: its print has no colour, or ink would fade.
    """
    scene = _scene(grey, chroma)
    size = scene.dark.shape[::-1]
    printed = _depth(np.asarray(cv2.resize(blank, size, interpolation=cv2.INTER_AREA), np.uint8))
    scale = size[0] / grey.shape[1]
    areas = [crop_area(field, grey.shape[1], grey.shape[0]).scaled(scale) for field in fields]
    where = _print_in(areas, printed, scene.dark)
    colour = _colour_of(scene, where)
    if colour is None:
        return None
    share = _print_share(scene, colour)
    goes = float(share.flat[where].mean()) >= LEAST_PRINT_GONE
    if not goes or not _ink_stays(scene, share, printed, areas):
        return None
    return _lightened(grey, share, scene.paper)


def _scene(grey: GreyImage, chroma: ChromaImage) -> _Scene:
    size = chroma.shape[1::-1]
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    paper = paper_light(small)
    dark = np.asarray(cv2.subtract(paper, small), np.uint8)
    bare = np.flatnonzero(dark < LEAST_PRINT)[::29]
    light = float(np.median(small.flat[bare])) if len(bare) else 255.0
    blue, red = (_without_cast(plane, small, bare, light) for plane in cv2.split(chroma))
    return _Scene(paper, dark, blue, red)


def _without_cast(
    plane: cv2.typing.MatLike, grey: GreyImage, bare: NDArray[np.intp], light: float
) -> _Plane:
    """Chroma less that of the paper, which fades with its light: black and shade have none."""
    level = float(np.median(np.asarray(plane).flat[bare])) if len(bare) else float(NEUTRAL)
    cast = (level - NEUTRAL) / max(1.0, light)
    return np.asarray(cv2.addWeighted(plane, 1, grey, -cast, -NEUTRAL, dtype=cv2.CV_32F))


def _depth(grey: GreyImage) -> GreyImage:
    return np.asarray(cv2.subtract(paper_light(grey), grey), np.uint8)


def _print_in(areas: Sequence[Box], printed: GreyImage, dark: GreyImage) -> NDArray[np.intp]:
    """Flat indices of the blank's print that the scan shows, in the fields."""
    inside = np.zeros(dark.shape, np.bool_)
    for area in areas:
        inside[area.as_slices()] = True
    return np.flatnonzero(inside & (printed >= LEAST_PRINT) & (dark >= LEAST_PRINT))


def _colour_of(scene: _Scene, where: NDArray[np.intp]) -> tuple[float, float] | None:
    """Cb and Cr for each level of darkness of most of the print; None where it has no colour."""
    if len(where) < FEWEST_PX:
        return None
    dark = scene.dark.flat[where].astype(np.float32)
    blue, red = (float(np.median(plane.flat[where] / dark)) for plane in (scene.blue, scene.red))
    return None if np.hypot(blue, red) < LEAST_COLOUR else (blue, red)


def _print_share(scene: _Scene, colour: tuple[float, float]) -> _Plane:
    """How much of each place's darkness is print, `(h, w)` 0 to 1, by its colour."""
    blue, red = np.asarray(colour) / (colour[0] ** 2 + colour[1] ** 2)
    along = cv2.addWeighted(scene.blue, float(blue), scene.red, float(red), 0)
    dark = np.maximum(scene.dark, LEAST_PRINT / 2).astype(np.float32)
    # Colours come blurred: a thin line's have spread to its rims, so both are summed alike.
    likeness = cv2.GaussianBlur(along, (3, 3), 0) / cv2.GaussianBlur(dark, (3, 3), 0)
    share = np.clip((likeness - INK_SHARE) / (PRINT_SHARE - INK_SHARE), 0, 1)
    # Paper has no colour to tell: beside print it counts as print, so that rims go as well.
    around = cv2.dilate(share, np.ones((3, 3), np.uint8))
    return np.where(scene.dark < LEAST_PRINT, np.asarray(around), share)


def _ink_stays(scene: _Scene, share: _Plane, printed: GreyImage, areas: Sequence[Box]) -> bool:
    """Whether the ink of every field stays nearly as dark as it is.

    Ink is what is darker than the blank's print near by can be, so that print which lies a little
    off is none.
    """
    near = cv2.dilate(printed, np.ones((NEAR_PRINT_PX, NEAR_PRINT_PX), np.uint8))
    least = cv2.convertScaleAbs(near, alpha=INK_OVER_PRINT, beta=INK_DEPTH)
    inked = np.asarray(cv2.compare(scene.dark, least, cv2.CMP_GT)).view(np.bool_)
    for place in (area.as_slices() for area in areas):
        ink = inked[place]
        dark = scene.dark[place][ink].astype(np.float32)
        faded = float((dark * share[place][ink]).sum())
        if len(dark) >= FEWEST_INK_PX and faded > (1 - LEAST_INK_KEPT) * float(dark.sum()):
            return False
    return True


def _lightened(grey: GreyImage, share: _Plane, paper: GreyImage) -> GreyImage:
    """The page brightened towards its paper by the share of print, all but a trace."""
    size = grey.shape[1::-1]
    levels = cv2.resize(np.round(255 * share).astype(np.uint8), size)
    wanted = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    cv2.subtract(wanted, np.full_like(grey, TRACE), dst=wanted)
    cv2.subtract(wanted, grey, dst=wanted)
    cv2.multiply(wanted, levels, dst=wanted, scale=1 / 255)
    return np.asarray(cv2.add(grey, wanted), np.uint8)
