"""Characters drawn with handwriting fonts: the main source of rare punctuation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms_app.errors import DatasetError

FONT_GLYPH_PX = 56
_DRAW_PX = 64


def draw_font_glyphs(folder: Path, characters: str) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Draws every character with every font of a folder that has it.

    Args:
        folder: holds `*.ttf` files.
        characters: what to draw.

    Returns:
        (N, 56, 56) uint8, long side of the ink 44 px, centred; (N,) their labels.

    Raises:
        DatasetError: no font found.
    """
    paths = sorted(folder.glob("*.ttf"))
    if not paths:
        raise DatasetError(f"{folder}: no .ttf handwriting font found.")
    images, labels = [], []
    for path in paths:
        font = ImageFont.truetype(str(path), _DRAW_PX)
        missing = _ink(font, "\uffff")
        for character in characters:
            ink = _ink(font, character)
            if ink is not None and not _same(ink, missing):
                images.append(_fit(ink))
                labels.append(character)
    return np.stack(images), np.array(labels)


def _ink(font: ImageFont.FreeTypeFont, text: str) -> Image.Image | None:
    image = Image.new("L", (4 * _DRAW_PX, 4 * _DRAW_PX), 0)
    ImageDraw.Draw(image).text((_DRAW_PX, _DRAW_PX), text, fill=255, font=font)
    box = image.getbbox()
    return image.crop(box) if box else None


def _same(one: Image.Image, other: Image.Image | None) -> bool:
    return other is not None and one.size == other.size and one.tobytes() == other.tobytes()


def _fit(ink: Image.Image) -> NDArray[np.uint8]:
    """Scales to a long side of 44 px, but enlarges small marks at most twice."""
    scale = min(44.0 / max(ink.size), 2.0)
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    square = Image.new("L", (FONT_GLYPH_PX, FONT_GLYPH_PX), 0)
    corner = ((FONT_GLYPH_PX - size[0]) // 2, (FONT_GLYPH_PX - size[1]) // 2)
    square.paste(ink.resize(size, Image.Resampling.LANCZOS), corner)
    return np.asarray(square)
