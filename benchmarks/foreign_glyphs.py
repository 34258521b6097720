"""Marks that are no character of the recogniser's: other alphabets, doodles, halves, print.

Every maker draws one mark, bright ink on 0, `(64, 64)` uint8, as `frame_glyph` and the drawn forms
take it. Letters of other alphabets are outlines of fonts, bent as the training bends its own and
drawn with other pens; those that look like a Latin letter or a digit are left out, so are upside
down characters that are another one (6 and 9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.doodles import draw_doodle
from forms_app.training.warps import CANVAS_PX, ElasticBank, make_bank, random_linear, warp_bitmap

Canvas = NDArray[np.uint8]
Maker = Callable[[str, np.random.Generator], Canvas]
"""Draws one mark; `characters` are those of the field, for what is made of characters."""

HAND_FONTS = Path(__file__).parents[1] / "forms_app" / "training" / "synthesis" / "fonts"
_PRINT_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_SYSTEM_FONTS = Path("/usr/share/fonts/truetype")
_DRAW_PX = 80
_SQUARE_PX = 112


@dataclass(frozen=True, slots=True)
class Script:
    """An alphabet: where its font lies, who brings it, and the letters that are like no other."""

    font: Path
    package: str
    letters: str


SCRIPTS: Mapping[str, Script] = {
    "Greek": Script(_PRINT_FONTS / "DejaVuSans.ttf", "matplotlib", "ΓΔΘΛΞΠΣΦΨΩδζθλξπσφψ"),
    "Cyrillic": Script(_PRINT_FONTS / "DejaVuSans.ttf", "matplotlib", "БДЖЙЛПФЦЩЪЫЮЯбвджйлфцщъыюя"),
    "Hebrew": Script(_PRINT_FONTS / "DejaVuSans.ttf", "matplotlib", "אבגהחטכלמםעפצקשת"),
    "Arabic": Script(_PRINT_FONTS / "DejaVuSans.ttf", "matplotlib", "بتثجحخدذرزسشصضطظعغفقكلمنهوي"),
    "Devanagari": Script(
        _SYSTEM_FONTS / "lohit-devanagari" / "Lohit-Devanagari.ttf",
        "apt-get install fonts-lohit-deva",
        "अआइईउऊएऐकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह",
    ),
    "Chinese": Script(
        _SYSTEM_FONTS / "droid" / "DroidSansFallbackFull.ttf",
        "apt-get install fonts-droid-fallback",
        "永字水火木金山川天地人大女子学生中国年月东西南北风雨花鸟鱼马车门",
    ),
    "Japanese": Script(
        _SYSTEM_FONTS / "droid" / "DroidSansFallbackFull.ttf",
        "apt-get install fonts-droid-fallback",
        "あいうえおかきくけこさすせそなにぬねのはひふほまみむめもやゆよらりるれろわをん",
    ),
}
TURNED = "4ABFGJKPRVY"
"""Upside down they are no other character."""


def missing_fonts() -> dict[str, str]:
    """For each script whose font is not here, what brings it."""
    return {name: script.package for name, script in SCRIPTS.items() if not script.font.exists()}


def makers() -> dict[str, Maker]:
    """Each kind of mark by its name, first real characters for comparison."""
    scripts = {name: _script_maker(s) for name, s in SCRIPTS.items() if s.font.exists()}
    return {
        "characters (for comparison)": _character,
        **scripts,
        "doodles": _doodle,
        "printed words": _printed_word,
        "half characters": _half,
        "upside down": _turned,
    }


def _script_maker(script: Script) -> Maker:
    def make(characters: str, rng: np.random.Generator) -> Canvas:
        letter = str(rng.choice(list(script.letters)))
        return _bent(_outline(script.font, letter, rng), rng)

    return make


def _character(characters: str, rng: np.random.Generator) -> Canvas:
    return _bent(_written(characters, rng), rng)


def _turned(characters: str, rng: np.random.Generator) -> Canvas:
    kept = [c for c in TURNED if c in characters]
    return _bent(_written("".join(kept), rng)[::-1, ::-1].copy(), rng)


def _doodle(characters: str, rng: np.random.Generator) -> Canvas:
    return draw_doodle(rng)


def _written(characters: str, rng: np.random.Generator) -> Canvas:
    fonts = sorted(HAND_FONTS.glob("*.ttf"))
    font = fonts[int(rng.integers(len(fonts)))]
    return _outline(font, str(rng.choice(list(characters))), rng)


def _outline(font: Path, text: str, rng: np.random.Generator) -> Canvas:
    """A font's letter in a square, its strokes thinned or thickened at random."""
    ink = _square(_text_ink(font, text))
    reach = int(rng.integers(0, 3))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    thinner = np.asarray(cv2.erode(ink, kernel), np.uint8)
    if rng.random() < 0.5 and np.count_nonzero(thinner > 127) > 0.3 * np.count_nonzero(ink > 127):
        return thinner
    return np.asarray(cv2.dilate(ink, kernel), np.uint8)


@cache
def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), _DRAW_PX)


def _text_ink(path: Path, text: str) -> Canvas:
    image = Image.new("L", (12 * _DRAW_PX, 3 * _DRAW_PX), 0)
    ImageDraw.Draw(image).text((_DRAW_PX, _DRAW_PX), text, fill=255, font=_font(path))
    box = image.getbbox()
    if box is None:
        raise ValueError(f"{path.name} draws nothing for {text!r}")
    return np.asarray(image.crop(box), np.uint8)


def _square(ink: Canvas) -> Canvas:
    """Scaled into a square of `_SQUARE_PX` with the margin that `warp_bitmap` expects."""
    inner = _SQUARE_PX * 22 / 28
    scale = inner / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    square = np.zeros((_SQUARE_PX, _SQUARE_PX), np.uint8)
    top, left = (_SQUARE_PX - size[1]) // 2, (_SQUARE_PX - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


@cache
def _bank() -> ElasticBank:
    return make_bank(np.random.default_rng(7))


def _bent(square: Canvas, rng: np.random.Generator) -> Canvas:
    return warp_bitmap(square, random_linear(rng, 0.7), _bank(), rng)


def _printed_word(characters: str, rng: np.random.Generator) -> Canvas:
    """Two to five printed letters of one word in the place of one character."""
    names = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "STIXGeneral.ttf")
    font = _PRINT_FONTS / str(rng.choice(names))
    words = ("day", "month", "No.", "EUR", "only", "Date", "cm", "page", "see", "DD", "tick", "use")
    return _fitted(_square(_text_ink(font, str(rng.choice(words)))))


def _fitted(square: Canvas) -> Canvas:
    small = cv2.resize(square, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _half(characters: str, rng: np.random.Generator) -> Canvas:
    """The left, right, upper or lower half of a character; some are another one (I of an E)."""
    ink = _bent(_written(characters, rng), rng)
    x, y, width, height = cv2.boundingRect((ink > 60).astype(np.uint8))
    share = float(rng.uniform(0.45, 0.55))
    cut = np.zeros_like(ink)
    across, down = x + round(share * width), y + round(share * height)
    part = (
        (slice(None), slice(None, across)),
        (slice(None), slice(across, None)),
        (slice(None, down), slice(None)),
        (slice(down, None), slice(None)),
    )[int(rng.integers(4))]
    cut[part] = ink[part]
    return cut
