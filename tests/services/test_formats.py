"""Every format that the page names goes the whole way: out of a ZIP, onto the template, read."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image
from sqlalchemy import select

from forms_app.reading.intake import open_page
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.store.models import FileRow, ReadingRow, SubmissionRow
from tests import factories
from tests.fakes import run_sent_tasks
from tests.reading.file_bytes import image_bytes, pdf_of_images, tiff_bytes
from tests.reading.zip_bytes import zip_bytes


def _filled() -> Image.Image:
    """The printed form with a cross in the consent box."""
    grey = open_page(factories.draw_blank(), "blank", 1).grey.copy()
    x, y, width, height = factories.CONSENT["box"]
    cv2.line(grey, (x + 6, y + 6), (x + width - 6, y + height - 6), 30, 4)
    cv2.line(grey, (x + 6, y + height - 6), (x + width - 6, y + 6), 30, 4)
    return Image.fromarray(grey)


def _in_every_format() -> dict[str, bytes]:
    page = _filled()
    return {
        "pdf/scan.pdf": pdf_of_images([np.asarray(page)], dpi=100),
        "tiff/fax.tif": tiff_bytes([page.convert("1", dither=0)], compression="group4"),
        "tiff/lzw.tiff": tiff_bytes([page], compression="tiff_lzw"),
        "tiff/jpeg.tif": tiff_bytes([page.convert("RGB")], compression="jpeg", quality=90),
        "photo.jpg": image_bytes(page, "JPEG", quality=90),
        "photo.png": image_bytes(page, "PNG"),
        "photo.webp": image_bytes(page, "WEBP", quality=90),
        "photo.heic": image_bytes(page, "HEIF", quality=90),
    }


def test_every_format_is_read(app: Application) -> None:
    batch = factories.make_batch(app)
    files = _in_every_format()
    factories.upload(app, batch.id, zip_bytes(files), "formats.zip")
    run_sent_tasks(app)
    listed = {file.name: file for file in batches.get_batch(app, batch.id).files}
    assert {name: listed[name].state for name in files} == dict.fromkeys(files, "done")
    assert all(listed[name].pages_read == 1 for name in files)
    with app.session() as session:
        consents = dict(
            session.execute(
                select(FileRow.name, ReadingRow.value)
                .join(SubmissionRow, SubmissionRow.id == ReadingRow.submission_id)
                .join(FileRow, FileRow.id == SubmissionRow.file_id)
                .where(ReadingRow.field_name == "consent")
            ).all()
        )
    assert consents == dict.fromkeys(files, True)
