"""Every way in which bytes of strangers reach a decoder, with good files to start from.

The decoders are called in this process: what catches their crashes and their hunger in production
is `forms_app/sandbox`, which has tests of its own.
"""

from __future__ import annotations

import base64
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest

from forms_app.errors import FieldhandError, TemplateError
from forms_app.reading import page_codes, pen_strokes
from forms_app.reading.archives import ArchiveLimits, open_archive
from forms_app.reading.author_patterns import SlowPatternError
from forms_app.reading.intake import IntakeLimits, open_pages
from forms_app.services.names import clean_file_path
from forms_app.templating.template_archive import opened_template
from forms_app.templating.template_file import load_template, parse_usable
from forms_app.templating.value_tables import read_table, value_column
from forms_app.web import draw_json, tus
from forms_app.web.template_upload import read_import
from tests.factories import FIELDS, SURNAME
from tests.reading.file_bytes import image_bytes, pdf_of_images, tiff_bytes
from tests.reading.zip_bytes import zip_bytes

LIMITS = IntakeLimits(
    max_pages=20, max_page_bytes=1 << 20, max_bytes=4 << 20, max_pixels=250_000, pdf_dpi=36
)
ZIP_LIMITS = ArchiveLimits(max_files=50, max_bytes=1 << 20, max_file_bytes=1 << 20)
CODE = page_codes.code_expression("template:page:submission")
DEFINITION: dict[str, Any] = {
    "format": "fieldhand/1",
    "name": "Intake",
    "pages": [{"image": "blank.png", "image_page": 1, "width": 826, "height": 1169}],
    "fields": [*FIELDS, {**SURNAME, "name": "town", "box": [100, 300, 400, 50], "values": "t.csv"}],
    "code": "template:page",
}
TOWNS = "Town;Region\nLübeck;Holstein\n\"Bad\nKissingen\";Franken\n=cmd|' /C calc'!A0;x\n".encode()
DRAWING = {
    "surface": "comb",
    "cells": 3,
    "characters": "digits",
    "strokes": [[[10, 10, 0.5], [60, 70, 1]], [[90.5, 20]]],
}

_flask = Flask(__name__)
_parsed_field = parse_usable({**DEFINITION, "fields": [SURNAME], "code": None})[0].fields[0]


@dataclass(frozen=True, slots=True)
class Decoder:
    """A door for bytes.

    Attributes:
        seeds: Good files.
        decode: Takes bytes, good or bad.
        weight: How many inputs it gets for each of the slowest decoder.
    """

    seeds: Callable[[], Sequence[bytes]]
    decode: Callable[[bytes], object]
    weight: int = 1


def _picture(side: int = 24) -> Image.Image:
    across = np.linspace(0, 255, side, dtype=np.uint8)
    return Image.fromarray(
        np.dstack([np.tile(across, (side, 1))] * 2 + [np.zeros((side,) * 2)]).astype(np.uint8)
    )


def _pictures(kind: str, **options: object) -> Callable[[], Sequence[bytes]]:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = _picture()
    return lambda: [
        image_bytes(picture, kind, exif=exif, **options),
        image_bytes(picture.convert("L"), kind, **options),
    ]


def _tiffs() -> Sequence[bytes]:
    bits = _picture().convert("1")
    return [
        tiff_bytes([_picture(), _picture().convert("L")], compression="tiff_lzw"),
        tiff_bytes([bits, bits], compression="group4"),
        image_bytes(_picture(), "TIFF"),
    ]


def _pdfs() -> Sequence[bytes]:
    page = np.asarray(_picture().convert("L"))
    return [pdf_of_images([page]), pdf_of_images([page, page])]


def _scans() -> Sequence[bytes]:
    files = {"a/1.png": image_bytes(_picture(), "PNG"), "2.jpg": image_bytes(_picture(), "JPEG")}
    return [zip_bytes(files), zip_bytes({"in.zip": zip_bytes(files)})]


def _templates() -> Sequence[bytes]:
    return [json.dumps(DEFINITION).encode(), json.dumps(DEFINITION | {"fields": []}).encode()]


def _template_zips() -> Sequence[bytes]:
    blank = image_bytes(_picture(), "PNG")
    files = {"template.json": _templates()[0], "blank.png": blank, "t.csv": TOWNS}
    return [zip_bytes(files), zip_bytes({f"folder/{name}": files[name] for name in files})]


def _pages(data: bytes) -> None:
    for page in open_pages(data, "scan", LIMITS, with_colours=True):
        assert page.grey.ndim == 2 and page.grey.dtype == np.uint8


def _unpack(data: bytes) -> None:
    with open_archive(io.BytesIO(data), "scans.zip", ZIP_LIMITS) as archive:
        for entry in archive.entries:
            assert clean_file_path(entry.name)
            with archive.opened(entry) as file:
                assert len(file.read()) <= entry.size


def _template(data: bytes) -> None:
    """As a file that the command line is given, and as one that the pages are given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.json")
        path.write_bytes(data)
        _ignoring(TemplateError, lambda: load_template(path))
    definition, _ = read_import([FileStorage(io.BytesIO(data), "t.json")])
    parse_usable(definition)


def _template_zip(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.fieldhand.zip")
        path.write_bytes(data)

        def open_it() -> None:
            with opened_template(path) as template:
                load_template(template)

        _ignoring(TemplateError, open_it)
    definition, _ = read_import([FileStorage(io.BytesIO(data), "t.fieldhand.zip")])
    parse_usable(definition)


def _ignoring(error: type[FieldhandError], work: Callable[[], object]) -> None:
    try:
        work()
    except error as told:
        assert told.message


def _values(data: bytes) -> None:
    column = value_column(read_table(data), _parsed_field)
    assert all(isinstance(value, str) for value in column.values)


def _drawing(data: bytes) -> None:
    try:
        sent = json.loads(data)
    except (ValueError, RecursionError):
        return  # Flask answers 400 before we see it.
    drawing = draw_json.drawing_from(sent)
    height, width = round(drawing.surface.height_px), round(drawing.surface.width_px)
    pen_strokes.draw_strokes(drawing.strokes, _parsed_field, width, height)


def _tus_headers(data: bytes) -> None:
    text = data.decode("latin-1").replace("\r", "").replace("\n", "")
    headers = {"Upload-Metadata": text, "Upload-Length": text[:20]}
    with _flask.test_request_context("/", headers=headers):
        try:
            name = clean_file_path(tus._name_sent())
            assert name.isprintable() and not name.startswith("/") and ".." not in name.split("/")
            assert 0 <= tus._whole_number("Upload-Length") < 1 << 63
        except BadRequest as error:
            assert error.description


def _code(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = page_codes.understand(text, CODE)
    assert found is None or found.page is None or found.page >= 0
    try:
        page_codes.understand("Intake:1:7", page_codes.code_expression(text))
    except (ValueError, SlowPatternError) as error:
        assert str(error)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@cache
def decoders() -> dict[str, Decoder]:
    """All of them, by name."""
    metadata = f"filename {_encoded('a.pdf')},relativePath {_encoded('März/a.pdf')},size 9"
    return {
        "pdf": Decoder(_pdfs, _pages, 2),
        "tiff": Decoder(_tiffs, _pages, 2),
        "jpeg": Decoder(_pictures("JPEG"), _pages, 2),
        "png": Decoder(_pictures("PNG"), _pages, 2),
        "webp": Decoder(_pictures("WEBP", lossless=True), _pages, 2),
        "heic": Decoder(_pictures("HEIF"), _pages, 1),
        "zip": Decoder(_scans, _unpack, 2),
        "template": Decoder(_templates, _template, 2),
        "template zip": Decoder(_template_zips, _template_zip, 1),
        "value list": Decoder(lambda: [TOWNS, TOWNS.decode().encode("utf-16")], _values, 1),
        "drawing": Decoder(lambda: [json.dumps(DRAWING).encode()], _drawing, 1),
        "tus headers": Decoder(lambda: [metadata.encode()], _tus_headers, 1),
        "code": Decoder(lambda: [b"Intake:1:A-7", b"(?P<page>[0-9]+).*"], _code, 1),
    }
