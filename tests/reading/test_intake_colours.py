"""Colours beside the grey of a page: kept where there are any and somebody asks."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from forms_app.reading.intake import open_page, open_pages
from forms_app.reading.types import NEUTRAL, ChromaImage
from tests.reading.file_bytes import image_bytes, pdf_of_images, shaded, tiff_bytes

HEIGHT, WIDTH = 480, 320
EXIF_ORIENTATION = 0x0112


def framed(colour: tuple[int, int, int] = (255, 150, 150)) -> Image.Image:
    """White paper with thin frames printed in a colour in its upper half."""
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for x in range(40, 280, 60):
        page[40:200, x : x + 3] = colour
        page[40:43, x : x + 60] = colour
    return Image.fromarray(page)


def pdf_of(picture: Image.Image) -> bytes:
    return image_bytes(picture, "PDF", resolution=300)


def files(picture: Image.Image) -> dict[str, bytes]:
    return {
        "jpeg": image_bytes(picture, "JPEG", quality=70),
        "png": image_bytes(picture, "PNG"),
        "palette": image_bytes(picture.quantize(16), "PNG"),
        "tiff": tiff_bytes([picture], compression="tiff_lzw"),
        "webp": image_bytes(picture, "WEBP", quality=80),
        "pdf": pdf_of(picture),
    }


def colours(data: bytes) -> ChromaImage | None:
    return open_page(data, "scan", 1, with_colours=True).chroma


@pytest.mark.parametrize("kind", files(framed()))
def test_colours_are_kept_at_half_the_resolution(kind: str):
    page = open_page(files(framed())[kind], "scan", 1, with_colours=True)
    assert page.chroma is not None and page.chroma.dtype == np.uint8
    assert np.abs(np.array(page.chroma.shape[:2]) * 2 - page.grey.shape).max() <= 1
    red = page.chroma[..., 1].astype(int) - NEUTRAL
    assert red[: HEIGHT // 4].max() > 25 and np.abs(red[-40:]).max() < 4


@pytest.mark.parametrize("kind", files(framed()))
def test_the_grey_is_the_same_with_and_without_colours(kind: str):
    data = files(framed())[kind]
    alone = open_page(data, "scan", 1)
    assert alone.chroma is None
    assert np.array_equal(alone.grey, open_page(data, "scan", 1, with_colours=True).grey)


@pytest.mark.parametrize("kind", files(framed()))
def test_a_page_without_colours_has_none_however_it_is_stored(kind: str):
    grain = np.random.default_rng(3).normal(0, 5, (HEIGHT, WIDTH, 3))
    cast = np.array([1, 0.97, 0.9])
    scan = np.asarray(framed((20, 20, 20))) * cast + grain
    picture = Image.fromarray(np.clip(scan, 0, 255).astype(np.uint8))
    assert colours(files(picture)[kind]) is None


def test_grey_and_black_files_have_none():
    grey = Image.fromarray(shaded(HEIGHT, WIDTH))
    for picture in (grey, grey.convert("1"), grey.convert("LA")):
        assert colours(image_bytes(picture, "PNG")) is None
    assert colours(image_bytes(grey, "JPEG")) is None
    assert colours(pdf_of_images([shaded(HEIGHT, WIDTH)])) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_colours_are_turned_with_their_page(kind: str):
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    page = open_page(image_bytes(framed(), kind, exif=exif), "scan", 1, with_colours=True)
    assert page.chroma is not None and page.grey.shape == (WIDTH, HEIGHT)
    assert page.chroma.shape == (WIDTH // 2, HEIGHT // 2, 2)
    red = page.chroma[..., 1].astype(int) - NEUTRAL
    assert red[:, HEIGHT // 4 :].max() > 25 and np.abs(red[:, :40]).max() < 4


def test_each_page_of_a_file_has_its_own():
    data = tiff_bytes([framed(), framed((20, 20, 20)), framed((90, 160, 250))])
    pages = list(open_pages(data, "scan.tif", with_colours=True))
    assert [page.chroma is not None for page in pages] == [True, False, True]


def test_an_image_too_small_to_tell_has_none():
    assert colours(image_bytes(Image.new("RGB", (9, 9), (255, 0, 0)), "PNG")) is None
