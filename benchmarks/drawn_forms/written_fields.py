"""Fields to write in: combs, dates, lines, boxes with a label inside, tables, signatures."""

from __future__ import annotations

import numpy as np

from benchmarks.drawn_forms.sheet import MM, Sheet, font_of
from forms_app.reading.geometry import Box, bounding_box


def comb_row(sheet: Sheet) -> None:
    x = sheet.left
    for _ in range(2):
        if not sheet.fits(22):
            return
        kind = str(sheet.rng.choice(sheet.comb_prints))
        step = _step(sheet, kind)
        label = sheet.next_label()
        start = sheet.labelled(x, label)
        room = int((sheet.right - start) / step)
        if room < 3:
            break
        count = int(sheet.rng.integers(2 if x > sheet.left else 4, min(room, 16) + 1))
        top = sheet.y + sheet.label_height()
        cells = _print_comb(sheet, kind, start, top, [step * i for i in range(count)])
        sheet.note("combs", cells, label)
        x = max(cells[-1].right, x + sheet.width(label)) + sheet.rng.uniform(6, 14) * MM
    sheet.y += sheet.label_height() + sheet.cell[1]


def date_row(sheet: Sheet) -> None:
    if not sheet.fits(22):
        return
    kind = str(sheet.rng.choice([p for p in sheet.comb_prints if p != "teeth"] or ["shared"]))
    step = _step(sheet, kind)
    label = "Date of birth"
    start = sheet.labelled(sheet.left, label)
    grouped = sheet.rng.random() < 0.4 and kind in {"shared", "separate", "underlined", "shaded"}
    offsets, x, gap = [], 0.0, sheet.rng.uniform(0.35, 0.6) * step
    for i in range(8):
        if grouped and i in (2, 4):
            x += gap
        offsets.append(x)
        x += step
    top = sheet.y + sheet.label_height()
    if grouped:
        cells: tuple[Box, ...] = ()
        for a, b in ((0, 2), (2, 4), (4, 8)):
            cells += _print_comb(sheet, kind, start, top, offsets[a:b])
    else:
        cells = _print_comb(sheet, kind, start, top, offsets)
    if sheet.rng.random() < 0.6:
        for cell, letter in zip(cells, "DDMMYYYY", strict=True):
            sheet.draw.text(
                cell.centre,
                letter,
                font=font_of(sheet.font, round(0.5 * cell.height)),
                fill=185,
                anchor="mm",
            )
    sheet.note("combs", cells, label)
    sheet.y = top + sheet.cell[1]


def line_row(sheet: Sheet) -> None:
    x = sheet.left
    for _ in range(2):
        kind = str(sheet.rng.choice(sheet.line_prints))
        label = sheet.next_label()
        width = sheet.rng.uniform(32, 85) * MM
        taken = sheet.width(label) + 3 * MM if sheet.label_left else 0
        if x + taken + width > sheet.right or not sheet.fits(20):
            break
        start = sheet.labelled(x, label)
        top = sheet.y + sheet.label_height()
        height = sheet.rng.uniform(7, 9) * MM
        box = Box(start, top, width, height)
        _print_line(sheet, kind, box)
        sheet.note("lines", box, label)
        x = max(box.right, x + sheet.width(label)) + sheet.rng.uniform(6, 14) * MM
    sheet.y += sheet.label_height() + 9 * MM


def labelled_boxes(sheet: Sheet) -> None:
    """Boxes side by side with their label small in the upper left corner."""
    if not sheet.fits(16):
        return
    count, height = int(sheet.rng.integers(2, 4)), 11 * MM
    width = (sheet.right - sheet.left) / count
    for i in range(count):
        box = Box(sheet.left + i * width, sheet.y, width, height)
        sheet.rectangle(box)
        label = sheet.next_label()
        sheet.text(box.x + MM, box.y + 0.7 * MM, label, round(2.2 * MM))
        sheet.note("lines", box, label)
    sheet.y += height


def table(sheet: Sheet) -> None:
    rows, columns = int(sheet.rng.integers(2, 5)), int(sheet.rng.integers(3, 6))
    height = sheet.rng.uniform(7, 9) * MM
    if not sheet.fits((rows + 1) * 9 + 6):
        return
    edges = np.linspace(sheet.left, sheet.right, columns + 1)
    head = Box(sheet.left, sheet.y, sheet.right - sheet.left, 6 * MM)
    if sheet.rng.random() < 0.5:
        sheet.draw.rectangle((head.x, head.y, head.right, head.bottom), fill=sheet.tint)
    sheet.rectangle(head)
    names = [sheet.next_label() for _ in range(columns)]
    for i, name in enumerate(names):
        sheet.text(edges[i] + MM, sheet.y + 1.4 * MM, name, round(2.3 * MM))
        sheet.rectangle(Box(edges[i], sheet.y, edges[i + 1] - edges[i], 6 * MM))
    top = sheet.y + 6 * MM
    for row in range(rows):
        for i in range(columns):
            box = Box(edges[i], top + row * height, edges[i + 1] - edges[i], height)
            sheet.rectangle(box)
            sheet.note("lines", box, "")
    sheet.y = top + rows * height


def signature(sheet: Sheet) -> None:
    if not sheet.fits(20):
        return
    sheet.y += 9 * MM
    box = Box(sheet.left, sheet.y - 9 * MM, 70 * MM, 9 * MM)
    _print_line(sheet, "underlined", box)
    sheet.text(sheet.left, sheet.y + MM, "Signature", round(2.3 * MM))
    sheet.note("lines", box, "Signature")
    sheet.y += 5 * MM


def _print_comb(
    sheet: Sheet, kind: str, x: float, y: float, offsets: list[float]
) -> tuple[Box, ...]:
    width, height = sheet.cell
    cells = tuple(Box(x + offset, y, width, height) for offset in offsets)
    whole = bounding_box(cells)
    if kind == "drop-out":
        around = whole.expanded(0.7 * MM)
        sheet.draw.rectangle((around.x, around.y, around.right, around.bottom), fill=sheet.tint)
    elif kind in {"ticks", "shared"}:
        sheet.rectangle(whole)
    elif kind == "teeth":
        sheet.line(whole.x, whole.bottom, whole.right, whole.bottom)
        sheet.line(whole.right, whole.bottom - 0.35 * height, whole.right, whole.bottom)
    for i, cell in enumerate(cells):
        if kind == "drop-out":
            inner = cell.expanded(-0.25 * MM)
            sheet.draw.rectangle((inner.x, inner.y, inner.right, inner.bottom), fill=255)
        elif kind == "separate":
            sheet.rectangle(cell)
        elif kind == "shaded":
            sheet.draw.rectangle((cell.x, cell.y, cell.right, cell.bottom), fill=sheet.tint)
        elif kind == "underlined":
            sheet.line(cell.x, cell.bottom, cell.right, cell.bottom)
        elif kind == "teeth":
            sheet.line(cell.x, cell.bottom - 0.35 * height, cell.x, cell.bottom)
        elif i:
            share = 1.0 if kind == "shared" else 0.4
            sheet.line(cell.x, cell.bottom - share * height, cell.x, cell.bottom)
    return cells


def _print_line(sheet: Sheet, kind: str, box: Box) -> None:
    if kind == "box":
        sheet.rectangle(box)
    elif kind == "tinted":
        sheet.draw.rectangle((box.x, box.y, box.right, box.bottom), fill=sheet.tint)
    elif kind == "dotted":
        for x in np.arange(box.x, box.right, 1.1 * MM):
            sheet.draw.ellipse((x, box.bottom - 0.4 * MM, x + 0.4 * MM, box.bottom), fill=0)
    else:
        sheet.line(box.x, box.bottom, box.right, box.bottom)


def _step(sheet: Sheet, kind: str) -> float:
    gaps = {"separate": 0.8, "underlined": 1.1, "shaded": 0.7}
    return sheet.cell[0] + gaps.get(kind, 0) * MM
