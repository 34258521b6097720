"""What paper, scanner and camera do to a page; one profile for each way a page arrives."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.errors import UserError
from forms_app.training.synthesis.handwriting import as_grey

PAGE_DPI = 300  # the pages handed in are taken to be at this resolution


SPECKS = 40
"""Mean number of toner specks that one photocopy adds to a page."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Largest strength of each effect; the actual one is drawn for every page.

    Angles in degrees, `perspective` and `curl` as a share of the page's width, `scale` as a
    share, `noise` in grey levels, `blur` as the Gaussian's sigma in pixels at 300 dpi, `copies` how
    often the sheet went through a photocopier first.
    """

    dpi: tuple[int, ...]
    rotation: float
    scale: float
    perspective: float
    curl: float
    blur: float
    noise: float
    shading: float
    bleed_through: float
    jpeg_quality: tuple[int, int]
    one_bit: bool = False
    background: int = 255
    copies: int = 0


PROFILES = {
    "archive": Profile((200,), 1.0, 0.01, 0, 0.001, 0.8, 2.5, 0.04, 0.05, (55, 65)),
    "clean": Profile((300,), 0.3, 0.003, 0, 0, 0.4, 2, 0, 0, (92, 96)),
    "office": Profile((200, 300), 1.5, 0.02, 0, 0.0015, 0.9, 6, 0.06, 0.08, (70, 92)),
    "fax": Profile((200,), 1.5, 0.03, 0, 0.001, 0.7, 10, 0.05, 0, (90, 95), one_bit=True),
    "photocopy": Profile((300,), 1.2, 0.02, 0, 0.001, 0.8, 5, 0.05, 0, (75, 92), copies=2),
    "photo": Profile((220, 300), 4.0, 0.05, 0.02, 0.004, 1.4, 8, 0.3, 0.06, (60, 90), False, 60),
}


MIXED_SHARES = {"archive": 0.1, "clean": 0.25, "office": 0.35, "fax": 0.15, "photo": 0.15}


def pick_profile(name: str, rng: np.random.Generator) -> Profile:
    """The named profile, or any of them for `mixed`.

    Raises:
        UserError: there is no such profile.
    """
    if name == "mixed":
        name = str(rng.choice(list(MIXED_SHARES), p=list(MIXED_SHARES.values())))
    if name not in PROFILES:
        known = ", ".join([*sorted(PROFILES), "mixed"])
        raise UserError(f"There is no degradation profile {name!r}; use one of {known}.")
    return PROFILES[name]


def degrade(
    page: NDArray[np.uint8], profile: Profile, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The page (H, W) grey as it would arrive, at the profile's resolution; bilevel if 1-bit."""
    for _ in range(int(rng.integers(1, profile.copies + 1)) if profile.copies else 0):
        page = _photocopy(page, rng)
    page = _bleed_through(page, rng.uniform(0, profile.bleed_through))
    page = _move(page, profile, rng)
    page = _shade(page, rng.uniform(0, profile.shading), rng)
    sigma = rng.uniform(0.2, 1.0) * profile.blur
    page = as_grey(cv2.GaussianBlur(page, (0, 0), max(sigma, 0.05)))
    scale = int(rng.choice(profile.dpi)) / PAGE_DPI
    if scale != 1:
        page = as_grey(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    page = _noise(page, rng.uniform(0.3, 1.0) * profile.noise, rng)
    return _binarise(page, rng) if profile.one_bit else page


def _photocopy(page: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Toner: steep contrast, pale ink and tints lost, dark edges and specks."""
    soft = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.7, 1.3)).astype(np.float32)
    middle, steepness = rng.uniform(165, 215), rng.uniform(0.04, 0.1)
    copied = 255 / (1 + np.exp(-steepness * (soft - middle)))
    for _ in range(int(rng.poisson(SPECKS))):
        centre = (int(rng.integers(page.shape[1])), int(rng.integers(page.shape[0])))
        radius = int(rng.choice([0, 1, 2, 3], p=[0.3, 0.4, 0.25, 0.05]))
        cv2.circle(copied, centre, radius, float(rng.uniform(0, 90)), -1)
    return np.clip(copied, 8, 250).astype(np.uint8)


def _bleed_through(page: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """The sheet's other side, faint and mirrored; every form has the same back as front here."""
    if strength < 0.01:
        return page
    back = cv2.GaussianBlur(page[:, ::-1], (0, 0), 3.0)
    return as_grey(cv2.subtract(page, ((255 - back) * strength).astype(np.uint8)))


def _move(page: NDArray[np.uint8], profile: Profile, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Rotation, scale, perspective and curl in one resampling."""
    height, width = page.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(rng.uniform(-profile.rotation, profile.rotation))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = 1 + rng.uniform(-profile.scale, profile.scale)
    centre = np.array([width, height]) / 2
    moved = (corners - centre) @ turn.T * stretch + centre
    moved = moved + rng.uniform(-1, 1, (4, 2)) * profile.perspective * width
    if profile.background != 255:
        moved = (moved - centre) * 0.93 + centre
    back = cv2.getPerspectiveTransform(moved.astype(np.float32), corners)
    columns, rows = _source_map(np.asarray(back, np.float64), (height, width))
    if profile.curl:
        bend_x, bend_y = _curl(page.shape, profile.curl * width, rng)
        columns, rows = columns + bend_x, rows + bend_y
    paper = (profile.background,) * 4
    return as_grey(cv2.remap(page, columns, rows, cv2.INTER_LINEAR, borderValue=paper))


def _source_map(
    matrix: NDArray[np.float64], shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    columns, rows = np.meshgrid(
        np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32)
    )
    h = matrix.astype(np.float32)
    depth = h[2, 0] * columns + h[2, 1] * rows + h[2, 2]
    return (
        (h[0, 0] * columns + h[0, 1] * rows + h[0, 2]) / depth,
        (h[1, 0] * columns + h[1, 1] * rows + h[1, 2]) / depth,
    )


def _curl(
    shape: tuple[int, ...], strength_px: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A smooth displacement of at most about `strength_px` pixels each way."""
    coarse = rng.uniform(-strength_px, strength_px, (2, 5, 4)).astype(np.float32)
    size = (shape[1], shape[0])
    bend_x, bend_y = (cv2.resize(c, size, interpolation=cv2.INTER_CUBIC) for c in coarse)
    return bend_x, bend_y


def _shade(page: NDArray[np.uint8], strength: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    if strength < 0.01:
        return page
    coarse = rng.uniform(1 - strength, 1.0, (3, 3)).astype(np.float32)
    light = cv2.resize(coarse, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(page * light, 0, 255).astype(np.uint8)


def _noise(page: NDArray[np.uint8], sigma: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    grain = rng.standard_normal(page.shape, np.float32) * sigma
    return np.clip(page + grain, 0, 255).astype(np.uint8)


def _binarise(page: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    threshold = int(rng.integers(130, 185))
    return np.where(page < threshold, 0, 255).astype(np.uint8)
