"""Writers: sources of single handwritten characters, from fonts or from a glyph set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms_app.errors import DatasetError

FONT_FOLDER = Path(__file__).parent / "fonts"
MASTER_PX = 96  # fonts are drawn this tall once, then varied and scaled down
LEAST_LABEL_P = 0.3  # images of a set whose label is less probable than this are not written with

_DESCENDERS = "gjpqy"
_ASCENDERS = "bdfhklt"
_LOW_MARKS = {".": (0.85, 1.0), ",": (0.85, 1.15), "_": (1.0, 1.08), "-": (0.45, 0.58)}
_HIGH_MARKS = {"'": (0.0, 0.3), '"': (0.0, 0.3), "*": (0.0, 0.5), "=": (0.35, 0.7)}


@dataclass(frozen=True, slots=True)
class InkPatch:
    """One drawn character: `alpha` (h, w) uint8, 255 full ink, tight around the ink.

    `top` is the ink's top against the capitals' top line (0) and baseline (1), in cap heights;
    `height` is the ink's height in cap heights.
    """

    alpha: NDArray[np.uint8]
    top: float
    height: float


class Writer(Protocol):
    """One person's hand."""

    def can_write(self, character: str) -> bool: ...

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch: ...


class Hands(Protocol):
    """A supply of writers."""

    def pick(self, rng: np.random.Generator) -> Writer: ...


@lru_cache(maxsize=4096)
def _font_glyph(path: Path, character: str) -> InkPatch | None:
    font = ImageFont.truetype(str(path), MASTER_PX)
    cap_top, cap_bottom = _vertical_extent(font, "H")
    left, top, right, bottom = font.getbbox(character)
    if right <= left or bottom <= top:
        return None
    canvas = Image.new("L", (round(right - left) + 8, round(bottom - top) + 8), 0)
    ImageDraw.Draw(canvas).text((4 - left, 4 - top), character, font=font, fill=255)
    ink = np.asarray(canvas)
    rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    if rows.size == 0:
        return None
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cap_height = cap_bottom - cap_top
    ink_top = (rows[0] - 4 + top - cap_top) / cap_height
    return InkPatch(tight, float(ink_top), tight.shape[0] / cap_height)


def _vertical_extent(font: ImageFont.FreeTypeFont, text: str) -> tuple[float, float]:
    _, top, _, bottom = font.getbbox(text)
    return top, bottom


@dataclass(frozen=True, slots=True)
class FontWriter:
    """Writes with one handwriting font, at one slant, every character a little different."""

    path: Path
    slant: float

    def can_write(self, character: str) -> bool:
        return _font_glyph(self.path, character) is not None

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch:
        """Raises: DatasetError: the font lacks the character (ask `can_write` first)."""
        master = _font_glyph(self.path, character)
        if master is None:
            raise DatasetError(f"{self.path.name} cannot write {character!r}.")
        return InkPatch(_vary(master.alpha, self.slant, rng), master.top, master.height)


class FontHands:
    """Writers from a folder of TrueType fonts (default: the shipped ones)."""

    def __init__(self, folder: Path = FONT_FOLDER) -> None:
        self._paths = sorted(folder.glob("*.ttf"))
        if not self._paths:
            raise DatasetError(f"{folder} holds no .ttf fonts to write with.")

    def pick(self, rng: np.random.Generator) -> Writer:
        path = self._paths[int(rng.integers(len(self._paths)))]
        return FontWriter(path, float(rng.normal(0.0, 0.12)))


@dataclass(frozen=True, slots=True)
class GlyphSetWriter:
    """Writes with real glyph images of the given characters."""

    images: NDArray[np.uint8]
    by_character: dict[str, NDArray[np.intp]]
    offset: int

    def can_write(self, character: str) -> bool:
        return character in self.by_character

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch:
        """Raises: KeyError: the set lacks the character (ask `can_write` first)."""
        known = self.by_character[character]
        choice = known[(self.offset + int(rng.integers(4))) % len(known)]
        return draw_image(self.images[choice], character, rng)


class GlyphSetHands:
    """Writers from an `.npz` of `images` (N, 28, 28) and `labels` (N,), ink bright.

    Optional arrays: `writer` (N,) keeps each person's hand apart, `label_p` (N,) is the
    probability of the label (an image with a doubtful one would falsify the truth).
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as data:
                self._images, labels = data["images"], data["labels"]
                writers = data["writer"] if "writer" in data.files else None
                doubtful = data["label_p"] < LEAST_LABEL_P if "label_p" in data.files else False
        except (OSError, KeyError, ValueError) as error:
            raise DatasetError(
                f"{path} is not a glyph set; it needs the arrays images and labels."
            ) from error
        labels = np.where(doubtful, "", labels)
        self._people = _by_person(labels, writers)

    def pick(self, rng: np.random.Generator) -> Writer:
        person = self._people[int(rng.integers(len(self._people)))]
        return GlyphSetWriter(self._images, person, int(rng.integers(1 << 30)))


def draw_image(image: NDArray[np.uint8], character: str, rng: np.random.Generator) -> InkPatch:
    """A glyph image (28, 28), ink bright, as ink of the size that the character has in writing."""
    top, bottom = placement_of(character)
    return InkPatch(_vary(_sharpen(image), 0.0, rng), top, bottom - top)


def _by_person(
    labels: NDArray[np.str_], writers: NDArray[np.str_] | None
) -> list[dict[str, NDArray[np.intp]]]:
    if writers is None:
        return [_by_character(labels, np.arange(len(labels)))]
    return [_by_character(labels, np.flatnonzero(writers == w)) for w in np.unique(writers)]


def _by_character(labels: NDArray[np.str_], rows: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
    chosen = labels[rows]
    return {str(c): rows[chosen == c] for c in np.unique(chosen)}


def placement_of(character: str) -> tuple[float, float]:
    """Top and bottom of a glyph-set image in cap heights (the set has lost its size)."""
    for table in (_LOW_MARKS, _HIGH_MARKS):
        if character in table:
            return table[character]
    if character in _DESCENDERS:
        return 0.4, 1.35
    if character.islower() and character not in _ASCENDERS and character != "i":
        return 0.4, 1.0
    return 0.0, 1.0


def _sharpen(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A 28-pixel glyph as a crisp master: enlarged, edges steepened, cut to its ink."""
    large = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    crisp = np.clip((large - 90.0) * 3.0 + 90.0, 0, 255).astype(np.uint8)
    rows, columns = np.flatnonzero(crisp.max(axis=1) > 60), np.flatnonzero(crisp.max(axis=0) > 60)
    if rows.size == 0:
        return crisp
    return crisp[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _vary(alpha: NDArray[np.uint8], slant: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A small random rotation, slant, stretch and wobble; tight around the result."""
    margin = alpha.shape[0] // 2
    canvas = cv2.copyMakeBorder(alpha, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    angle = np.deg2rad(rng.normal(0, 3.0))
    shear = slant + rng.normal(0, 0.04)
    linear = np.array(
        [[np.cos(angle), -np.sin(angle) - shear], [np.sin(angle), np.cos(angle)]]
    ) @ np.diag(rng.uniform(0.9, 1.1, 2))
    centre = np.array(canvas.shape[::-1]) / 2
    shift = centre - linear @ centre
    matrix = np.column_stack([linear, shift])
    moved = cv2.warpAffine(canvas, matrix, canvas.shape[::-1], flags=cv2.INTER_LINEAR)
    return _tight(_wobble(as_grey(moved), rng))


def _wobble(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    height, width = image.shape
    coarse = rng.normal(0, height * 0.018, (2, 4, 4)).astype(np.float32)
    dx, dy = (cv2.resize(c, (width, height), interpolation=cv2.INTER_CUBIC) for c in coarse)
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    return as_grey(cv2.remap(image, columns + dx, rows + dy, cv2.INTER_LINEAR))


def as_grey(image: NDArray[Any]) -> NDArray[np.uint8]:
    """The same image with the type OpenCV's stubs have lost."""
    return np.asarray(image, np.uint8)


def _tight(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = np.flatnonzero(image.max(axis=1) > 40), np.flatnonzero(image.max(axis=0) > 40)
    if rows.size == 0:
        return image
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def load_hands(glyphs: Path | None) -> Hands:
    """Writers from a glyph set (`.npz`), a folder of fonts, or the shipped fonts.

    Raises:
        DatasetError: the path holds neither.
    """
    if glyphs is None:
        return FontHands()
    return FontHands(glyphs) if glyphs.is_dir() else GlyphSetHands(glyphs)
