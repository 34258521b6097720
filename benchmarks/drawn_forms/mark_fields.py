"""Fields to mark: options in rows and columns, single boxes, matrices, bubbles."""

from __future__ import annotations

from benchmarks.drawn_forms.sheet import MM, Sheet, font_of
from forms_app.reading.geometry import Box

OPTIONS = ("yes", "no", "not known", "single", "married", "widowed", "weekly", "never", "often")


def option_row(sheet: Sheet) -> None:
    if not sheet.fits(16):
        return
    label = sheet.next_label()
    x = sheet.labelled(sheet.left, label)
    top = sheet.y + sheet.label_height()
    group = []
    for text in sheet.rng.permutation(OPTIONS)[: int(sheet.rng.integers(2, 5))]:
        box = _mark(sheet, x, top)
        group.append(sheet.note("marks", box, str(text)))
        sheet.text(box.right + 1.5 * MM, top + (box.height - sheet.text_px) / 2, str(text))
        x = box.right + 1.5 * MM + sheet.width(str(text)) + sheet.rng.uniform(4, 8) * MM
    sheet.truth.groups.append(tuple(group))
    sheet.y = top + sheet.mark_side


def option_column(sheet: Sheet) -> None:
    count = int(sheet.rng.integers(3, 6))
    step = max(sheet.mark_side, sheet.text_px) + sheet.rng.uniform(1.5, 3) * MM
    if not sheet.fits(count * step / MM + 8):
        return
    sheet.text(sheet.left, sheet.y, sheet.next_label())
    sheet.y += 1.5 * sheet.text_px
    group = []
    for text in sheet.rng.permutation(OPTIONS)[:count]:
        box = _mark(sheet, sheet.left, sheet.y)
        group.append(sheet.note("marks", box, str(text)))
        sheet.text(box.right + 1.5 * MM, sheet.y + (box.height - sheet.text_px) / 2, str(text))
        sheet.y += step
    sheet.truth.groups.append(tuple(group))


def single_marks(sheet: Sheet) -> None:
    if not sheet.fits(12):
        return
    box = _mark(sheet, sheet.left, sheet.y)
    text = "I agree that my data are kept and used as stated"
    sheet.note("marks", box, text)
    sheet.text(box.right + 2 * MM, sheet.y + (box.height - sheet.text_px) / 2, text)
    sheet.y += sheet.mark_side


def matrix(sheet: Sheet) -> None:
    rows, columns = int(sheet.rng.integers(3, 6)), int(sheet.rng.integers(3, 6))
    step = sheet.mark_side + 3 * MM
    if not sheet.fits(rows * step / MM + 12):
        return
    spread = sheet.rng.uniform(max(13 * MM, 2.2 * sheet.mark_side) / MM, 18) * MM
    first = sheet.right - columns * spread
    for i in range(columns):
        sheet.text(first + i * spread, sheet.y, OPTIONS[i], round(2.2 * MM))
    sheet.y += 5 * MM
    for _ in range(rows):
        sheet.text(sheet.left, sheet.y + (sheet.mark_side - sheet.text_px) / 2, sheet.next_label())
        group = []
        for i in range(columns):
            group.append(sheet.note("marks", _mark(sheet, first + i * spread, sheet.y), OPTIONS[i]))
        sheet.truth.groups.append(tuple(group))
        sheet.y += step


def bubble_grid(sheet: Sheet) -> None:
    """Answer sheet: rows 1., 2., ... with A to D or E inside their bubbles."""
    rows, columns = int(sheet.rng.integers(3, 7)), int(sheet.rng.integers(4, 6))
    side = sheet.rng.uniform(4, 5.5) * MM
    step = side + sheet.rng.uniform(1.2, 2.5) * MM
    if not sheet.fits(rows * step / MM + 6):
        return
    across, x0 = side * sheet.rng.uniform(1.25, 1.7), sheet.left
    blocks = int(sheet.rng.integers(1, 3))
    top = sheet.y
    for block in range(blocks):
        for row in range(rows):
            y = top + row * step
            sheet.text(x0, y + (side - sheet.text_px) / 2, f"{block * rows + row + 1}.")
            group = []
            for i in range(columns):
                box = Box(x0 + 8 * MM + i * across, y, side, side)
                sheet.ellipse(box)
                sheet.draw.text(
                    box.centre,
                    "ABCDE"[i],
                    anchor="mm",
                    fill=sheet.grey,
                    font=font_of(sheet.font, round(0.55 * side)),
                )
                group.append(sheet.note("marks", box, "ABCDE"[i]))
            sheet.truth.groups.append(tuple(group))
        x0 += 8 * MM + columns * across + 15 * MM
    sheet.y = top + rows * step


def _mark(sheet: Sheet, x: float, y: float) -> Box:
    box = Box(x, y, sheet.mark_side, sheet.mark_side)
    if sheet.is_round:
        sheet.ellipse(box)
    else:
        sheet.rectangle(box)
    return box
