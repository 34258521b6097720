"""A small real form, and files of filled sheets of it, quick to draw and to read."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from forms_app.reading.types import GreyImage
from forms_app.services import batches, templates, uploads
from forms_app.services.application import Application
from forms_app.services.dto.batches import FileSummary
from tests.reading.sheets import draw_blank

SIZE_PX = (1754, 1240)  # A4 at 150 dpi
CELLS = 6
CELL_PX = 34
COMB_PX = (860, 60, CELLS * CELL_PX, 40)
MARK_PX = (860, 130, 30, 30)
FIELDS = [
    {
        "name": "serial",
        "page": 1,
        "kind": "digits",
        "layout": "comb",
        "box": list(COMB_PX),
        "cells": CELLS,
    },
    {"name": "consent", "page": 1, "kind": "mark", "box": list(MARK_PX)},
]


def blank_sheet() -> GreyImage:
    """The printed form, with the boxes of `FIELDS`."""
    sheet = draw_blank(5, *SIZE_PX)
    cv2.rectangle(sheet, (820, 40), (1180, 180), 255, cv2.FILLED)
    x, y, _, height = COMB_PX
    for cell in range(CELLS):
        left = x + cell * CELL_PX
        cv2.rectangle(sheet, (left, y), (left + CELL_PX, y + height), 0, 1)
    x, y, width, height = MARK_PX
    cv2.rectangle(sheet, (x, y), (x + width, y + height), 0, 1)
    return sheet


def filled_sheet(blank: GreyImage, serial: int) -> GreyImage:
    """A scan of the form, a little askew, with a number and a cross."""
    sheet = blank.copy()
    x, y, _, height = COMB_PX
    for cell, digit in enumerate(f"{serial:0{CELLS}d}"):
        place = (x + cell * CELL_PX + 8, y + height - 9)
        cv2.putText(sheet, digit, place, cv2.FONT_HERSHEY_SIMPLEX, 0.75, 40, 2, cv2.LINE_AA)
    x, y, width, height = MARK_PX
    cv2.line(sheet, (x + 4, y + 4), (x + width - 4, y + height - 4), 40, 3, cv2.LINE_AA)
    cv2.line(sheet, (x + 4, y + height - 4), (x + width - 4, y + 4), 40, 3, cv2.LINE_AA)
    centre = (SIZE_PX[1] / 2, SIZE_PX[0] / 2)
    turn = cv2.getRotationMatrix2D(centre, (serial % 7 - 3) / 4, 1.0)
    return np.asarray(cv2.warpAffine(sheet, turn, SIZE_PX[::-1], borderValue=255), np.uint8)


def scanned_file(serials: range) -> bytes:
    """A TIFF with one sheet for each number."""
    blank = blank_sheet()
    pages = [Image.fromarray(filled_sheet(blank, serial)) for serial in serials]
    stream = io.BytesIO()
    pages[0].save(
        stream, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate"
    )
    return stream.getvalue()


def publish_form(app: Application) -> int:
    """The form as a published template; its version's id."""
    blank = cv2.imencode(".png", blank_sheet())[1].tobytes()
    draft = templates.create_template(app, "Fault trials", blank, "blank.png")
    saved = templates.save_draft(app, draft.id, FIELDS, draft.revision)
    return templates.publish(app, saved.id).id


def upload(app: Application, version_id: int, name: str, serials: range) -> FileSummary:
    """One file of sheets in a batch of its own."""
    batch = batches.create_batch(app, version_id, name)
    return uploads.add_file(app, batch.id, f"{name}.tif", io.BytesIO(scanned_file(serials)))
