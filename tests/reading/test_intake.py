"""Files of every accepted kind become upright 8-bit grey pages."""

from __future__ import annotations

import subprocess
import sys
import threading
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from forms_app.reading.intake import IntakeLimits, count_pages, open_page, open_pages
from tests.reading.file_bytes import image_bytes, pdf_of_images, shaded, tiff_bytes
from tests.reading.long_files import long_pdf, long_tiff, page_of_noise

EXIF_ORIENTATION = 0x0112


def only_page(data: bytes) -> np.ndarray:
    pages = list(open_pages(data, "scan"))
    assert len(pages) == 1
    assert pages[0].grey.dtype == np.uint8
    assert pages[0].grey.flags.c_contiguous
    return pages[0].grey


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("JPEG", {"quality": 95}, 6),
        ("WEBP", {"lossless": True}, 1),
        ("HEIF", {"quality": 95}, 8),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "jpeg", "quality": 95}, 6),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
    ],
)
def test_a_grey_picture_survives_every_format(kind, options, tolerance):
    picture = shaded()
    grey = only_page(image_bytes(picture, kind, **options))
    assert grey.shape == picture.shape
    assert np.abs(grey.astype(int) - picture).mean() <= tolerance


def test_a_one_bit_fax_tiff_is_black_on_white():
    picture = np.where(shaded() > 120, 255, 0).astype(np.uint8)
    data = tiff_bytes([Image.fromarray(picture).convert("1", dither=0)], compression="group4")
    assert np.array_equal(only_page(data), picture)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "P", "RGBA", "LA"])
def test_colour_modes_become_the_same_grey(mode):
    picture = shaded()
    kind = "TIFF" if mode == "CMYK" else "PNG"
    grey = only_page(image_bytes(Image.fromarray(picture).convert(mode), kind))
    assert np.abs(grey.astype(int) - picture).max() <= 4


def test_transparent_places_are_white_paper():
    picture = Image.fromarray(shaded()).convert("RGBA")
    picture.putalpha(0)
    assert np.all(only_page(image_bytes(picture, "PNG")) == 255)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_top_eight(kind):
    picture = shaded()
    deep = Image.fromarray(picture.astype(np.uint16) * 256 + 7)
    assert np.array_equal(only_page(image_bytes(deep, kind)), picture)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 3), (8, 1)])
def test_exif_orientation_is_applied(kind, orientation, turns):
    picture = shaded()
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    grey = only_page(image_bytes(picture, kind, exif=exif))
    expected = np.rot90(picture, turns)
    assert grey.shape == expected.shape
    assert np.abs(grey.astype(int) - expected).mean() < 6


def test_the_content_counts_not_the_name():
    pages = list(open_pages(image_bytes(shaded(), "PNG"), "letter.pdf"))
    assert pages[0].grey.shape == shaded().shape


def test_a_tiff_gives_its_pages_in_order_and_one_by_number():
    frames = [Image.new("L", (60 + 10 * i, 90), 40 * i) for i in range(4)]
    data = tiff_bytes(frames, compression="tiff_lzw", dpi=(200, 200))
    assert count_pages(data, "stack.tif") == 4
    pages = list(open_pages(data, "stack.tif"))
    assert [page.number for page in pages] == [1, 2, 3, 4]
    assert [page.grey.shape[1] for page in pages] == [60, 70, 80, 90]
    assert [int(page.grey[0, 0]) for page in pages] == [0, 40, 80, 120]
    assert pages[0].dpi == 200
    assert np.array_equal(open_page(data, "stack.tif", 3).grey, pages[2].grey)


def test_a_pdf_is_rendered_at_the_resolution_asked_for():
    data = pdf_of_images([shaded(600, 400), shaded(800, 400)], dpi=150)
    pages = list(open_pages(data, "scan.pdf", IntakeLimits(pdf_dpi=300)))
    assert [page.grey.shape for page in pages] == [(1200, 800), (1600, 800)]
    assert pages[0].dpi == 300
    half = pages[0].grey[::2, ::2].astype(int)
    assert np.abs(half - shaded(600, 400)).mean() < 8


@pytest.mark.parametrize("kind", ["pdf", "tiff", "jpeg"])
def test_a_file_on_the_disk_gives_the_pages_of_its_bytes(kind, tmp_path):
    picture = shaded(600, 400)
    data = {
        "pdf": lambda: pdf_of_images([picture, picture[::-1].copy()], dpi=150),
        "tiff": lambda: tiff_bytes([Image.fromarray(picture)] * 2, compression="jpeg"),
        "jpeg": lambda: image_bytes(Image.fromarray(picture).convert("RGB"), "JPEG"),
    }[kind]()
    path = tmp_path / "scan"
    path.write_bytes(data)
    assert count_pages(path, "scan") == count_pages(data, "scan")
    for by_path, by_bytes in zip(open_pages(path, "s"), open_pages(data, "s"), strict=True):
        assert np.array_equal(by_path.grey, by_bytes.grey)


LONG = 600


@pytest.mark.parametrize("make", [long_pdf, long_tiff])
def test_a_page_takes_the_memory_of_a_page_however_long_its_file(make, tmp_path):
    """In a process of its own: its highest memory is asked of the system."""
    paths = [tmp_path / "short", tmp_path / "long"]
    for path, pages in zip(paths, (2, LONG), strict=True):
        with path.open("wb") as file:
            make(file, page_of_noise(), pages)
    assert paths[1].stat().st_size > 200 << 20
    short, long = (peak_mib_of_last_page(path) for path in paths)
    assert long < short + 60


def peak_mib_of_last_page(path):
    told = subprocess.run(
        [sys.executable, "-c", LAST_PAGE, str(path)], capture_output=True, text=True, check=True
    )
    return float(told.stdout)


LAST_PAGE = """
import resource, sys
from pathlib import Path
from forms_app.reading.intake import count_pages, open_page
path = Path(sys.argv[1])
assert open_page(path, path.name, count_pages(path, path.name)).grey.shape == (600, 800)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def test_pages_are_decoded_only_when_their_turn_comes():
    frames = [Image.new("L", (50, 50), 200), Image.new("L", (3000, 3000), 90)]
    pages = open_pages(tiff_bytes(frames), "t.tif", IntakeLimits(max_pixels=10_000))
    assert next(pages).grey.shape == (50, 50)


def test_pdf_pages_may_be_opened_from_many_threads():
    data = pdf_of_images([shaded(300, 200)] * 3, dpi=100)
    failures: list[BaseException] = []

    def read() -> None:
        try:
            pages = [page.grey for page in open_pages(data, "t.pdf")]
            assert all(np.array_equal(a, b) for a, b in pairwise(pages))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
