"""Files that cannot be read: each is refused with its own error, in a sentence naming the file."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from forms_app.reading.errors import (
    FileTooLargeError,
    ImageTooLargeError,
    IntakeError,
    TooManyPagesError,
)
from forms_app.reading.intake import IntakeLimits, count_pages, open_page, open_pages
from tests.reading.bad_files import BAD_FILES, noise
from tests.reading.file_bytes import (
    empty_pdf,
    huge_png,
    image_bytes,
    pdf_of_images,
    shaded,
    tiff_bytes,
)


def read_all(data: bytes, source: str) -> None:
    for page in open_pages(data, source):
        assert page.grey.size


@pytest.mark.parametrize(("data", "error"), BAD_FILES)
def test_bad_files_are_refused_by_name(data, error):
    with pytest.raises(error, match=r"holiday\.pdf") as caught:
        read_all(data, "holiday.pdf")
    assert type(caught.value) is error
    assert caught.value.message.endswith(".")


def test_the_refusal_comes_before_the_first_page():
    with pytest.raises(TooManyPagesError, match="2,001 pages; at most 2,000") as caught:
        open_pages(empty_pdf(2001), "a.pdf")
    assert "setting max_file_pages" in caught.value.message
    with pytest.raises(ImageTooLargeError, match="30,000 × 30,000"):
        count_pages(huge_png(30_000, 30_000), "a.png")


def test_a_huge_image_is_refused_at_once():
    data = huge_png(30_000, 30_000)
    started = time.perf_counter()
    with pytest.raises(ImageTooLargeError):
        open_page(data, "a.png", 1)
    assert time.perf_counter() - started < 0.1


def test_too_many_bytes():
    with pytest.raises(FileTooLargeError, match=r"a\.png .*setting max_file_mb"):
        count_pages(image_bytes(noise(), "PNG"), "a.png", IntakeLimits(max_bytes=1000))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "HEIF"])
def test_a_picture_of_one_page_is_read_whole_and_has_a_limit_of_its_own(kind):
    data, limits = image_bytes(noise(), kind), IntakeLimits(max_page_bytes=1000)
    with pytest.raises(FileTooLargeError, match="setting max_page_mb"):
        count_pages(data, "a.png", limits)
    assert count_pages(image_bytes(noise(), "TIFF"), "a.tif", limits) == 1


def test_too_many_tiff_frames():
    data = tiff_bytes([Image.new("1", (8, 8))] * 30)
    with pytest.raises(TooManyPagesError):
        count_pages(data, "a.tif", IntakeLimits(max_pages=20))


def test_a_large_frame_behind_a_small_one_is_refused_at_its_turn():
    frames = [Image.new("L", (50, 50), 200), Image.new("L", (500, 500), 90)]
    pages = open_pages(tiff_bytes(frames), "t.tif", IntakeLimits(max_pixels=10_000))
    assert next(pages).number == 1
    with pytest.raises(ImageTooLargeError, match=r"Page 2 of t\.tif"):
        next(pages)


def test_a_page_that_is_not_there_is_a_bug_of_the_caller():
    with pytest.raises(IndexError):
        open_page(image_bytes(shaded(), "PNG"), "a.png", 2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_random_damage_never_escapes_the_error_tree(kind):
    good = image_bytes(noise(60), kind)
    generator = np.random.default_rng(11)
    for _ in range(60):
        bad = bytearray(good)
        for place in generator.integers(4, min(len(bad), 400), 6):
            bad[place] = generator.integers(0, 256)
        try:
            read_all(bytes(bad), "x")
        except IntakeError as error:
            assert "x" in error.message


def test_random_damage_to_a_pdf_never_escapes_the_error_tree():
    good = pdf_of_images([shaded()])
    generator = np.random.default_rng(12)
    for _ in range(60):
        bad = bytearray(good)
        for place in generator.integers(8, len(bad), 12):
            bad[place] = generator.integers(0, 256)
        try:
            read_all(bytes(bad), "x")
        except IntakeError as error:
            assert "x" in error.message
