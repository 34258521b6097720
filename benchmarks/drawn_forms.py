"""Draws blank forms with everything that automatic detection looks for, and where it stands.

Each seed gives another form: fonts, sizes, line widths, print styles, order and measures vary.
Forms are drawn at 600 dpi and reduced, so that lines fall between pixels as in a rendered PDF.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import GreyImage

DRAWN_DPI = 600
MM = DRAWN_DPI / 25.4
PAGE_MM = (210, 297)
FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "STIXGeneral.ttf")
COMB_PRINTS = ("shared", "separate", "ticks", "teeth", "underlined", "shaded", "drop-out")
LINE_PRINTS = ("box", "underlined", "dotted", "tinted", "captioned")


@dataclass
class Truth:
    """What stands on a page, in pixels of it; `combs` with the box of each cell."""

    combs: list[tuple[Box, ...]] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)
    lines: list[Box] = field(default_factory=list)
    groups: list[tuple[int, ...]] = field(default_factory=list)
    """Marks (places in `marks`) that belong to one choice."""
    labels: dict[str, str] = field(default_factory=dict)
    """Label by `combs:0`, `marks:3`, `lines:2`."""

    def moved(self, move: Callable[[Box], Box]) -> Truth:
        return Truth(
            [tuple(map(move, cells)) for cells in self.combs],
            list(map(move, self.marks)),
            list(map(move, self.lines)),
            self.groups,
            self.labels,
        )


def draw_form(seed: int, dpi: int) -> tuple[GreyImage, Truth]:
    """An A4 page at `dpi` and its truth in that page's pixels; the same for the same seed."""
    sheet = _Sheet(np.random.default_rng([4, seed]))
    sheet.fill()
    scale = dpi / DRAWN_DPI
    width, height = (round(side * MM * scale) for side in PAGE_MM)
    image = cv2.resize(np.array(sheet.image), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8), sheet.truth.moved(lambda box: box.scaled(scale))


@cache
def _font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / name), size_px)


LABELS = (
    "Surname", "First names", "Date of birth", "Telephone", "Reference No.", "Place", "Street",
    "Post code", "Account number", "Amount (EUR)", "Customer ID", "Country of birth", "Email",
    "Employer", "Start date", "Quantity", "Remarks", "Name of spouse", "Membership No", "Weight",
)  # fmt: skip
OPTIONS = ("yes", "no", "not known", "single", "married", "widowed", "weekly", "never", "often")
PROSE = (
    "Please complete this form in black ink and in capital letters. Do not fold or staple it. "
    "Return it to the office at the address given overleaf within fourteen days of receipt. "
    "We store what you enter for the time required by law; see our notice on data protection. "
    "Only one answer per question; where you made an error, fill that box and cross another. "
)


class _Sheet:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.truth = Truth()
        self.image = Image.new("L", tuple(round(s * MM) for s in PAGE_MM), 255)
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

    def fill(self) -> None:
        self._title()
        parts = [self._comb_row] * 4 + [self._line_row] * 3 + [self._option_row] * 2
        parts += [self._option_column, self._single_marks, self._date_row, self._paragraph]
        parts += [self._heading] * 2
        extra = [self._table, self._matrix, self._bubble_grid, self._notes, self._labelled_boxes]
        parts += [extra[i] for i in self.rng.permutation(len(extra))[:3]]
        order = [parts[i] for i in self.rng.permutation(len(parts))]
        for part in [*order, self._comb_row, self._line_row, self._signature]:
            part()
            self.y += self.rng.uniform(2.5, 5) * MM

    # What is no field.
    def _title(self) -> None:
        self._text(self.left, self.y, "Application FORM 2026", round(7 * MM))
        self.draw.ellipse((self.right - 14 * MM, self.y, self.right, self.y + 14 * MM),
                          outline=0, width=round(1.2 * MM))  # fmt: skip
        self.draw.rectangle((self.right - 9 * MM, self.y + 5 * MM, self.right, self.y + 10 * MM),
                            fill=0)  # fmt: skip
        self.y += 16 * MM
        if self.rng.random() < 0.6:
            self.draw.rectangle((self.left, self.y, self.right, self.y + 0.6 * MM), fill=0)
        self.y += 4 * MM

    def _heading(self) -> None:
        if not self._fits(12):
            return
        style, height = self.rng.integers(4), 6 * MM
        box = (self.left, self.y, self.right, self.y + height)
        grey = 0
        if style == 0:
            self.draw.rectangle(box, fill=40)
            grey = 255
        elif style == 1:
            self.draw.rectangle(box, fill=self.tint)
        elif style == 2:
            self.draw.line((self.left, self.y + height, self.right, self.y + height),
                           fill=0, width=self.line_px)  # fmt: skip
        self._text(self.left + MM, self.y + MM, "Part B: about your household", round(3.8 * MM),
                   grey)  # fmt: skip
        self.y += height + 1 * MM

    def _paragraph(self) -> None:
        if not self._fits(16):
            return
        for line in range(int(self.rng.integers(1, 4))):
            start = int(self.rng.integers(0, 60)) if line else 0
            text = PROSE[start:]
            while self._width(text) > self.right - self.left:
                text = text[:-1]
            self._text(self.left, self.y, text)
            self.y += 1.35 * self.text_px

    def _notes(self) -> None:
        if not self._fits(20):
            return
        box = (self.left, self.y, self.right, self.y + 15 * MM)
        self.draw.rectangle(box, outline=self.grey, width=self.line_px)
        self.y += 2 * MM
        for start in (0, 64, 150):
            text = PROSE[start:]
            while self._width(text) > self.right - self.left - 6 * MM:
                text = text[:-1]
            self._text(self.left + 2 * MM, self.y, text)
            self.y += 4.2 * MM

    # Fields.
    def _comb_row(self) -> None:
        x = self.left
        for _ in range(2):
            if not self._fits(22):
                return
            kind = str(self.rng.choice(self.comb_prints))
            step = self._step(kind)
            label = self._next_label()
            start = self._labelled(x, label)
            room = int((self.right - start) / step)
            if room < 3:
                break
            count = int(self.rng.integers(2 if x > self.left else 4, min(room, 16) + 1))
            top = self.y + self._label_height()
            cells = self._print_comb(kind, start, top, [step * i for i in range(count)])
            self._note("combs", cells, label)
            x = max(cells[-1].right, x + self._width(label)) + self.rng.uniform(6, 14) * MM
        self.y += self._label_height() + self.cell[1]

    def _date_row(self) -> None:
        if not self._fits(22):
            return
        kind = str(self.rng.choice([p for p in self.comb_prints if p != "teeth"] or ["shared"]))
        step = self._step(kind)
        label = "Date of birth"
        start = self._labelled(self.left, label)
        grouped = self.rng.random() < 0.4 and kind in {"shared", "separate", "underlined", "shaded"}
        offsets, x, gap = [], 0.0, self.rng.uniform(0.35, 0.6) * step
        for i in range(8):
            if grouped and i in (2, 4):
                x += gap
            offsets.append(x)
            x += step
        top = self.y + self._label_height()
        if grouped:
            cells: tuple[Box, ...] = ()
            for a, b in ((0, 2), (2, 4), (4, 8)):
                cells += self._print_comb(kind, start, top, offsets[a:b])
        else:
            cells = self._print_comb(kind, start, top, offsets)
        if self.rng.random() < 0.6:
            for cell, letter in zip(cells, "DDMMYYYY", strict=True):
                self.draw.text(cell.centre, letter, font=_font(self.font, round(0.5 * cell.height)),
                               fill=185, anchor="mm")  # fmt: skip
        self._note("combs", cells, label)
        self.y = top + self.cell[1]

    def _line_row(self) -> None:
        x = self.left
        for _ in range(2):
            kind = str(self.rng.choice(self.line_prints))
            label = self._next_label()
            width = self.rng.uniform(32, 85) * MM
            taken = self._width(label) + 3 * MM if self.label_left else 0
            if x + taken + width > self.right or not self._fits(20):
                break
            start = self._labelled(x, label)
            top = self.y + self._label_height()
            height = self.rng.uniform(7, 9) * MM
            box = Box(start, top, width, height)
            self._print_line(kind, box)
            self._note("lines", box, label)
            x = max(box.right, x + self._width(label)) + self.rng.uniform(6, 14) * MM
        self.y += self._label_height() + 9 * MM

    def _labelled_boxes(self) -> None:
        """Boxes side by side with their label small in the upper left corner."""
        if not self._fits(16):
            return
        count, height = int(self.rng.integers(2, 4)), 11 * MM
        width = (self.right - self.left) / count
        for i in range(count):
            box = Box(self.left + i * width, self.y, width, height)
            self._rectangle(box)
            label = self._next_label()
            self._text(box.x + MM, box.y + 0.7 * MM, label, round(2.2 * MM))
            self._note("lines", box, label)
        self.y += height

    def _signature(self) -> None:
        if not self._fits(20):
            return
        self.y += 9 * MM
        box = Box(self.left, self.y - 9 * MM, 70 * MM, 9 * MM)
        self._print_line("underlined", box)
        self._text(self.left, self.y + MM, "Signature", round(2.3 * MM))
        self._note("lines", box, "Signature")
        self.y += 5 * MM

    def _table(self) -> None:
        rows, columns = int(self.rng.integers(2, 5)), int(self.rng.integers(3, 6))
        height = self.rng.uniform(7, 9) * MM
        if not self._fits((rows + 1) * 9 + 6):
            return
        edges = np.linspace(self.left, self.right, columns + 1)
        head = Box(self.left, self.y, self.right - self.left, 6 * MM)
        if self.rng.random() < 0.5:
            self.draw.rectangle((head.x, head.y, head.right, head.bottom), fill=self.tint)
        self._rectangle(head)
        names = [self._next_label() for _ in range(columns)]
        for i, name in enumerate(names):
            self._text(edges[i] + MM, self.y + 1.4 * MM, name, round(2.3 * MM))
            self._rectangle(Box(edges[i], self.y, edges[i + 1] - edges[i], 6 * MM))
        top = self.y + 6 * MM
        for row in range(rows):
            for i in range(columns):
                box = Box(edges[i], top + row * height, edges[i + 1] - edges[i], height)
                self._rectangle(box)
                self._note("lines", box, "")
        self.y = top + rows * height

    def _option_row(self) -> None:
        if not self._fits(16):
            return
        label = self._next_label()
        x = self._labelled(self.left, label)
        top = self.y + self._label_height()
        group = []
        for text in self.rng.permutation(OPTIONS)[: int(self.rng.integers(2, 5))]:
            box = self._mark(x, top)
            group.append(self._note("marks", box, str(text)))
            self._text(box.right + 1.5 * MM, top + (box.height - self.text_px) / 2, str(text))
            x = box.right + 1.5 * MM + self._width(str(text)) + self.rng.uniform(4, 8) * MM
        self.truth.groups.append(tuple(group))
        self.y = top + self.mark_side

    def _option_column(self) -> None:
        count = int(self.rng.integers(3, 6))
        step = max(self.mark_side, self.text_px) + self.rng.uniform(1.5, 3) * MM
        if not self._fits(count * step / MM + 8):
            return
        self._text(self.left, self.y, self._next_label())
        self.y += 1.5 * self.text_px
        group = []
        for text in self.rng.permutation(OPTIONS)[:count]:
            box = self._mark(self.left, self.y)
            group.append(self._note("marks", box, str(text)))
            self._text(box.right + 1.5 * MM, self.y + (box.height - self.text_px) / 2, str(text))
            self.y += step
        self.truth.groups.append(tuple(group))

    def _single_marks(self) -> None:
        if not self._fits(12):
            return
        box = self._mark(self.left, self.y)
        text = "I agree that my data are kept and used as stated"
        self._note("marks", box, text)
        self._text(box.right + 2 * MM, self.y + (box.height - self.text_px) / 2, text)
        self.y += self.mark_side

    def _matrix(self) -> None:
        rows, columns = int(self.rng.integers(3, 6)), int(self.rng.integers(3, 6))
        step = self.mark_side + 3 * MM
        if not self._fits(rows * step / MM + 12):
            return
        spread = self.rng.uniform(max(13 * MM, 2.2 * self.mark_side) / MM, 18) * MM
        first = self.right - columns * spread
        for i in range(columns):
            self._text(first + i * spread, self.y, OPTIONS[i], round(2.2 * MM))
        self.y += 5 * MM
        for _ in range(rows):
            self._text(self.left, self.y + (self.mark_side - self.text_px) / 2, self._next_label())
            group = []
            for i in range(columns):
                group.append(
                    self._note("marks", self._mark(first + i * spread, self.y), OPTIONS[i])
                )
            self.truth.groups.append(tuple(group))
            self.y += step

    def _bubble_grid(self) -> None:
        """Answer sheet: rows 1., 2., ... with A to D or E inside their bubbles."""
        rows, columns = int(self.rng.integers(3, 7)), int(self.rng.integers(4, 6))
        side = self.rng.uniform(4, 5.5) * MM
        step = side + self.rng.uniform(1.2, 2.5) * MM
        if not self._fits(rows * step / MM + 6):
            return
        across, x0 = side * self.rng.uniform(1.25, 1.7), self.left
        blocks = int(self.rng.integers(1, 3))
        top = self.y
        for block in range(blocks):
            for row in range(rows):
                y = top + row * step
                self._text(x0, y + (side - self.text_px) / 2, f"{block * rows + row + 1}.")
                group = []
                for i in range(columns):
                    box = Box(x0 + 8 * MM + i * across, y, side, side)
                    self._ellipse(box)
                    self.draw.text(box.centre, "ABCDE"[i], anchor="mm", fill=self.grey,
                                   font=_font(self.font, round(0.55 * side)))  # fmt: skip
                    group.append(self._note("marks", box, "ABCDE"[i]))
                self.truth.groups.append(tuple(group))
            x0 += 8 * MM + columns * across + 15 * MM
        self.y = top + rows * step

    # Parts.
    def _fits(self, height_mm: float) -> bool:
        return self.y + height_mm * MM < self.bottom

    def _next_label(self) -> str:
        self.labels.append(self.labels.pop(0))
        return str(self.labels[-1])

    def _labelled(self, x: float, label: str) -> float:
        """Writes the label; answers where the field begins."""
        if self.label_left:
            y = self.y + (self.cell[1] - self.text_px) / 2
            self._text(x, y, label)
            return x + self._width(label) + 3 * MM
        self._text(x, self.y, label)
        return x

    def _label_height(self) -> float:
        return 0.0 if self.label_left else self.text_px + 1.2 * MM

    def _note(self, kind: str, what: Box | tuple[Box, ...], label: str) -> int:
        listed = getattr(self.truth, kind)
        listed.append(what)
        self.truth.labels[f"{kind}:{len(listed) - 1}"] = label
        return len(listed) - 1

    def _mark(self, x: float, y: float) -> Box:
        box = Box(x, y, self.mark_side, self.mark_side)
        if self.is_round:
            self._ellipse(box)
        else:
            self._rectangle(box)
        return box

    def _step(self, kind: str) -> float:
        gaps = {"separate": 0.8, "underlined": 1.1, "shaded": 0.7}
        return self.cell[0] + gaps.get(kind, 0) * MM

    def _print_comb(self, kind: str, x: float, y: float, offsets: list[float]) -> tuple[Box, ...]:
        width, height = self.cell
        cells = tuple(Box(x + offset, y, width, height) for offset in offsets)
        whole = bounding_box(cells)
        if kind == "drop-out":
            around = whole.expanded(0.7 * MM)
            self.draw.rectangle((around.x, around.y, around.right, around.bottom), fill=self.tint)
        elif kind in {"ticks", "shared"}:
            self._rectangle(whole)
        elif kind == "teeth":
            self._line(whole.x, whole.bottom, whole.right, whole.bottom)
            self._line(whole.right, whole.bottom - 0.35 * height, whole.right, whole.bottom)
        for i, cell in enumerate(cells):
            if kind == "drop-out":
                inner = cell.expanded(-0.25 * MM)
                self.draw.rectangle((inner.x, inner.y, inner.right, inner.bottom), fill=255)
            elif kind == "separate":
                self._rectangle(cell)
            elif kind == "shaded":
                self.draw.rectangle((cell.x, cell.y, cell.right, cell.bottom), fill=self.tint)
            elif kind == "underlined":
                self._line(cell.x, cell.bottom, cell.right, cell.bottom)
            elif kind == "teeth":
                self._line(cell.x, cell.bottom - 0.35 * height, cell.x, cell.bottom)
            elif i:
                share = 1.0 if kind == "shared" else 0.4
                self._line(cell.x, cell.bottom - share * height, cell.x, cell.bottom)
        return cells

    def _print_line(self, kind: str, box: Box) -> None:
        if kind == "box":
            self._rectangle(box)
        elif kind == "tinted":
            self.draw.rectangle((box.x, box.y, box.right, box.bottom), fill=self.tint)
        elif kind == "dotted":
            for x in np.arange(box.x, box.right, 1.1 * MM):
                self.draw.ellipse((x, box.bottom - 0.4 * MM, x + 0.4 * MM, box.bottom), fill=0)
        else:
            self._line(box.x, box.bottom, box.right, box.bottom)

    def _rectangle(self, box: Box) -> None:
        self.draw.rectangle((box.x, box.y, box.right, box.bottom), outline=self.grey,
                            width=self.line_px)  # fmt: skip

    def _ellipse(self, box: Box) -> None:
        self.draw.ellipse((box.x, box.y, box.right, box.bottom), outline=self.grey,
                          width=self.line_px)  # fmt: skip

    def _line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.draw.line((x1, y1, x2, y2), fill=self.grey, width=self.line_px)

    def _text(self, x: float, y: float, text: str, size_px: int = 0, grey: int = 0) -> None:
        font = _font(self.font, size_px or self.text_px)
        self.draw.text((x, y), text, font=font, fill=grey, anchor="la")

    def _width(self, text: str) -> float:
        return float(_font(self.font, self.text_px).getlength(text))
