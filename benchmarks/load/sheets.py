"""Files of filled forms in the mix that comes in: JPEG, PNG, PDF, TIFF, ZIP, each sheet its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from forms_app import demo
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from tests.browser.demo_form import publish_demo
from tests.faults.sheets import blank_sheet, filled_sheet, publish_form

JPEG_QUALITY = 85
FORMS = ("small", "demo")
# Ten files: what they are, and how many sheets each holds.
MIX: tuple[tuple[str, int], ...] = (
    ("jpg", 1),
    ("png", 1),
    ("pdf", 4),
    ("jpg", 1),
    ("tif", 6),
    ("jpg", 1),
    ("pdf", 4),
    ("png", 1),
    ("jpg", 1),
    ("zip", 4),
)


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file on disk with `pages` sheets."""

    path: Path
    pages: int


def publish(app: Application, form: str) -> int:
    """The form that the sheets are copies of: its version's id."""
    return publish_demo(app).id if form == "demo" else publish_form(app)


def make_files(
    folder: Path, files: int, form: str, pages: int | None, processes: int
) -> list[MadeFile]:
    """Draw `files` files of the mix.

    Args:
        pages: So many in all, by longer PDFs and TIFFs; None leaves the mix as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = list(_plan(files, pages))
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(partial(_make, folder, form), *zip(*plan, strict=True), chunksize=8))


def _plan(files: int, pages: int | None) -> Iterator[tuple[int, str, int]]:
    """Of each file the number of its first sheet, its kind, and how many sheets it holds."""
    kinds = [MIX[number % len(MIX)] for number in range(files)]
    single = sum(sheets for _, sheets in kinds if sheets == 1)
    many = sum(sheets for _, sheets in kinds if sheets > 1)
    factor = 1.0 if pages is None or not many else max((pages - single) / many, 0.25)
    first = count(1)
    for kind, sheets in kinds:
        number = sheets if sheets == 1 else max(round(sheets * factor), 1)
        start = next(first)
        yield start, kind, number
        for _ in range(number - 1):
            next(first)


def _make(folder: Path, form: str, first: int, kind: str, sheets: int) -> MadeFile:
    pages = [_sheet(form, serial) for serial in range(first, first + sheets)]
    path = folder / f"scan {first:06}.{kind}"
    path.write_bytes(_ENCODERS[kind](pages))
    return MadeFile(path, sheets)


def _sheet(form: str, serial: int) -> GreyImage:
    if form == "small":
        return filled_sheet(_small_blank(), serial)
    # The same few people again and again: what tells the sheets apart is a stamp in the margin.
    scans = _demo_scans()
    sheet = scans[serial % len(scans)].copy()
    place = (sheet.shape[1] // 3, sheet.shape[0] - 12)
    cv2.putText(sheet, f"{serial:06}", place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 90, 1, cv2.LINE_AA)
    return sheet


@cache
def _small_blank() -> GreyImage:
    return blank_sheet()


@cache
def _demo_scans() -> tuple[GreyImage, ...]:
    paths = sorted(demo.FILLED.glob("*.jpg"))
    return tuple(np.asarray(Image.open(path).convert("L")) for path in paths)


def _jpeg(pages: Sequence[GreyImage]) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", pages[0], options)[1].tobytes()


def _png(pages: Sequence[GreyImage]) -> bytes:
    return cv2.imencode(".png", pages[0], [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def _by_pillow(kind: str, pages: Sequence[GreyImage], **options: object) -> bytes:
    images = [Image.fromarray(page) for page in pages]
    stream = io.BytesIO()
    images[0].save(stream, kind, save_all=True, append_images=images[1:], **options)
    return stream.getvalue()


def _zip(pages: Sequence[GreyImage]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number, page in enumerate(pages, start=1):
            archive.writestr(f"sheet {number}.jpg", _jpeg([page]))
    return stream.getvalue()


_ENCODERS: dict[str, Callable[[Sequence[GreyImage]], bytes]] = {
    "jpg": _jpeg,
    "png": _png,
    "pdf": partial(_by_pillow, "PDF", resolution=150.0),
    "tif": partial(_by_pillow, "TIFF", compression="tiff_lzw"),
    "zip": _zip,
}
