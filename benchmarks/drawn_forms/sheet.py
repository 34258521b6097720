"""A sheet that a form is drawn on from top to bottom, in the style of its seed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.drawn_forms.truth import Truth
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage

DRAWN_DPI = 600
MM = DRAWN_DPI / 25.4
PAGE_MM = (210, 297)
FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "STIXGeneral.ttf")
COMB_PRINTS = ("shared", "separate", "ticks", "teeth", "underlined", "shaded", "drop-out")
LINE_PRINTS = ("box", "underlined", "dotted", "tinted", "captioned")
LABELS = (
    "Surname", "First names", "Date of birth", "Telephone", "Reference No.", "Place", "Street",
    "Post code", "Account number", "Amount (EUR)", "Customer ID", "Country of birth", "Email",
    "Employer", "Start date", "Quantity", "Remarks", "Name of spouse", "Membership No", "Weight",
)  # fmt: skip


@cache
def font_of(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """A font of matplotlib's at a size in pixels."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / name), size_px)


def empty_page() -> Image.Image:
    """White paper at the resolution that is drawn at."""
    width, height = (round(side * MM) for side in PAGE_MM)
    return Image.new("L", (width, height), 255)


def at_dpi(drawn: Image.Image, truth: Truth, dpi: int) -> tuple[GreyImage, Truth]:
    """A drawn page and its truth, reduced to a resolution."""
    scale = dpi / DRAWN_DPI
    width, height = (round(side * MM * scale) for side in PAGE_MM)
    image = cv2.resize(np.array(drawn), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8), truth.moved(lambda box: box.scaled(scale))


class Sheet:
    """What is drawn so far, its truth, and the style: lengths in pixels of the drawn sheet.

    `y` is where the next part begins.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.truth = Truth()
        self.image = empty_page()
        self.draw = ImageDraw.Draw(self.image)
        self.left = rng.uniform(12, 22) * MM
        self.right = (210 - rng.uniform(12, 22)) * MM
        self.y = rng.uniform(10, 18) * MM
        self.bottom = 282 * MM
        self.font = str(rng.choice(FONTS))
        self.text_px = round(rng.uniform(2.4, 3.3) * MM)
        self.line_px = max(3, round(rng.uniform(0.12, 0.5) * MM))
        self.grey = int(rng.choice([0, 40, 90, 130]))
        self.tint = int(rng.integers(205, 232))
        self.label_left = bool(rng.random() < 0.35)
        self.mark_side = rng.uniform(3, 6) * MM
        self.is_round = bool(rng.random() < 0.4)
        self.cell = (rng.uniform(4.5, 7.5) * MM, rng.uniform(5.5, 9) * MM)
        self.comb_prints = rng.permutation(COMB_PRINTS)[:3]
        self.line_prints = rng.permutation(LINE_PRINTS)[:2]
        self.labels = list(rng.permutation(LABELS))

    def fits(self, height_mm: float) -> bool:
        """Whether so much is left above the lower margin."""
        return self.y + height_mm * MM < self.bottom

    def next_label(self) -> str:
        self.labels.append(self.labels.pop(0))
        return str(self.labels[-1])

    def labelled(self, x: float, label: str) -> float:
        """Writes the label; answers where the field begins."""
        if self.label_left:
            y = self.y + (self.cell[1] - self.text_px) / 2
            self.text(x, y, label)
            return x + self.width(label) + 3 * MM
        self.text(x, self.y, label)
        return x

    def label_height(self) -> float:
        return 0.0 if self.label_left else self.text_px + 1.2 * MM

    def note(self, kind: str, what: Box | tuple[Box, ...], label: str) -> int:
        """Keeps what was drawn in the truth's list `kind`; answers its place there."""
        listed = getattr(self.truth, kind)
        listed.append(what)
        self.truth.labels[f"{kind}:{len(listed) - 1}"] = label
        return len(listed) - 1

    def text(self, x: float, y: float, text: str, size_px: int = 0, grey: int = 0) -> None:
        font = font_of(self.font, size_px or self.text_px)
        self.draw.text((x, y), text, font=font, fill=grey, anchor="la")

    def width(self, text: str) -> float:
        """Of a text at its usual size."""
        return float(font_of(self.font, self.text_px).getlength(text))

    def rectangle(self, box: Box) -> None:
        self.draw.rectangle(
            (box.x, box.y, box.right, box.bottom), outline=self.grey, width=self.line_px
        )

    def ellipse(self, box: Box) -> None:
        self.draw.ellipse(
            (box.x, box.y, box.right, box.bottom), outline=self.grey, width=self.line_px
        )

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.draw.line((x1, y1, x2, y2), fill=self.grey, width=self.line_px)
