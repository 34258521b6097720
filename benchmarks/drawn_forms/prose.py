"""What is printed on a form but is no field: title, headings, paragraphs, notes in a frame."""

from __future__ import annotations

from benchmarks.drawn_forms.sheet import MM, Sheet

PROSE = (
    "Please complete this form in black ink and in capital letters. Do not fold or staple it. "
    "Return it to the office at the address given overleaf within fourteen days of receipt. "
    "We store what you enter for the time required by law; see our notice on data protection. "
    "Only one answer per question; where you made an error, fill that box and cross another. "
)


def title(sheet: Sheet) -> None:
    sheet.text(sheet.left, sheet.y, "Application FORM 2026", round(7 * MM))
    sheet.draw.ellipse(
        (sheet.right - 14 * MM, sheet.y, sheet.right, sheet.y + 14 * MM),
        outline=0,
        width=round(1.2 * MM),
    )
    sheet.draw.rectangle(
        (sheet.right - 9 * MM, sheet.y + 5 * MM, sheet.right, sheet.y + 10 * MM), fill=0
    )
    sheet.y += 16 * MM
    if sheet.rng.random() < 0.6:
        sheet.draw.rectangle((sheet.left, sheet.y, sheet.right, sheet.y + 0.6 * MM), fill=0)
    sheet.y += 4 * MM


def heading(sheet: Sheet) -> None:
    if not sheet.fits(12):
        return
    style, height = sheet.rng.integers(4), 6 * MM
    box = (sheet.left, sheet.y, sheet.right, sheet.y + height)
    grey = 0
    if style == 0:
        sheet.draw.rectangle(box, fill=40)
        grey = 255
    elif style == 1:
        sheet.draw.rectangle(box, fill=sheet.tint)
    elif style == 2:
        sheet.draw.line(
            (sheet.left, sheet.y + height, sheet.right, sheet.y + height),
            fill=0,
            width=sheet.line_px,
        )
    sheet.text(sheet.left + MM, sheet.y + MM, "Part B: about your household", round(3.8 * MM), grey)
    sheet.y += height + 1 * MM


def paragraph(sheet: Sheet) -> None:
    if not sheet.fits(16):
        return
    for line in range(int(sheet.rng.integers(1, 4))):
        start = int(sheet.rng.integers(0, 60)) if line else 0
        text = _cut_to(sheet, PROSE[start:], sheet.right - sheet.left)
        sheet.text(sheet.left, sheet.y, text)
        sheet.y += 1.35 * sheet.text_px


def notes(sheet: Sheet) -> None:
    if not sheet.fits(20):
        return
    box = (sheet.left, sheet.y, sheet.right, sheet.y + 15 * MM)
    sheet.draw.rectangle(box, outline=sheet.grey, width=sheet.line_px)
    sheet.y += 2 * MM
    for start in (0, 64, 150):
        text = _cut_to(sheet, PROSE[start:], sheet.right - sheet.left - 6 * MM)
        sheet.text(sheet.left + 2 * MM, sheet.y, text)
        sheet.y += 4.2 * MM


def _cut_to(sheet: Sheet, text: str, room_px: float) -> str:
    while sheet.width(text) > room_px:
        text = text[:-1]
    return text
