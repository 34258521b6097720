"""Writes synthetic submissions as the files a scanner would deliver, and their truth."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from PIL import Image

from forms_app.reading.types import GreyImage
from forms_app.training.synthesis.degradation import PAGE_DPI
from forms_app.training.synthesis.generate import SyntheticSubmission

TRUTH_FILE = "truth.json"


def page_bytes(page: GreyImage, one_bit: bool, jpeg_quality: int) -> bytes:
    """The file of a single page: PNG if 1-bit, JPEG otherwise."""
    data = BytesIO()
    dpi = _dpi(page)
    kind = "PNG" if one_bit else "JPEG"
    _image(page, one_bit).save(data, kind, quality=jpeg_quality, dpi=(dpi, dpi))
    return data.getvalue()


def save_submission(submission: SyntheticSubmission, folder: Path) -> Path:
    """One file for one form: PNG if 1-bit, JPEG otherwise, PDF if it has several pages."""
    stem = folder / f"form-{submission.number:04d}"
    images = [_image(page, submission.one_bit) for page in submission.pages]
    if len(images) > 1:
        path = stem.with_suffix(".pdf")
        images[0].save(
            path,
            save_all=True,
            append_images=images[1:],
            resolution=_dpi(submission.pages[0]),
            quality=submission.jpeg_quality,
        )
        return path
    path = stem.with_suffix(".png" if submission.one_bit else ".jpg")
    path.write_bytes(page_bytes(submission.pages[0], submission.one_bit, submission.jpeg_quality))
    return path


def _image(page: GreyImage, one_bit: bool) -> Image.Image:
    image = Image.fromarray(page)
    return image.convert("1", dither=Image.Dither.NONE) if one_bit else image


def _dpi(page: GreyImage) -> int:
    """Resolution in dots per inch if the page is A4 or near it (297 mm tall)."""
    return round(min(PAGE_DPI, max(page.shape) / (297 / 25.4)))


def save_truth(entries: Iterable[tuple[Path, SyntheticSubmission]], folder: Path) -> Path:
    """`truth.json`: a list of `{"source", "fields": {name: value}}` in file order."""
    rows = [{"source": path.name, "fields": dict(submission.truth)} for path, submission in entries]
    path = folder / TRUTH_FILE
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
