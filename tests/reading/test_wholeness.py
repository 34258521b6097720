"""Files cut off in the middle are told from whole ones by their ends."""

from __future__ import annotations

import io

import pytest

from forms_app.reading.wholeness import seems_whole
from tests.reading.file_bytes import empty_pdf, image_bytes, shaded


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "PDF"])
def test_whole_files_and_cut_off_ones(kind: str) -> None:
    data = empty_pdf(40) if kind == "PDF" else image_bytes(shaded(600, 400), kind)
    assert seems_whole(io.BytesIO(data))
    assert seems_whole(io.BytesIO(data + b"\n\n"))
    assert not seems_whole(io.BytesIO(data[: len(data) // 2]))


def test_kinds_without_an_end_do_not_tell() -> None:
    tiff = image_bytes(shaded(), "TIFF")
    assert seems_whole(io.BytesIO(tiff[:100]))
    assert seems_whole(io.BytesIO(b""))
