"""Scans are opened in another process: what it answers, and what becomes of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forms_app.reading import intake, pdf_words, sample_pictures
from forms_app.reading.errors import (
    ImageTooLargeError,
    IntakeError,
    OpenerCrashedError,
    OpenerMemoryError,
    OpenerTimeoutError,
)
from forms_app.reading.page_limits import IntakeLimits
from forms_app.sandbox.limits import OpenerLimits
from forms_app.sandbox.opener import ScanOpener
from tests.reading.bad_files import BAD_FILES, noise
from tests.reading.file_bytes import huge_png, image_bytes, pdf_of_images, shaded, tiff_bytes
from tests.reading.poison_files import crashing_pdf, endless_pdf, picture_pdf
from tests.services.small_openers import GOOD, small_opener, starts
from tests.serving import is_alive
from tests.templating.pdf_blank import pdf_blank


@pytest.fixture
def small() -> Iterator[ScanOpener]:
    """A process of its own, with little memory."""
    with small_opener() as opener:
        yield opener


@pytest.fixture(scope="module")
def opener() -> Iterator[ScanOpener]:
    """One process for all tests that do it no harm."""
    opener = ScanOpener(OpenerLimits())
    yield opener
    opener.close()


def coloured() -> Image.Image:
    picture = np.full((90, 160, 3), 255, np.uint8)
    picture[20:70, 30:130] = (30, 90, 200)
    return Image.fromarray(picture)


@pytest.mark.parametrize("with_colours", [False, True])
@pytest.mark.parametrize("as_path", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        image_bytes(coloured(), "PNG", dpi=(200, 200)),
        image_bytes(coloured(), "JPEG"),
        tiff_bytes([coloured(), Image.fromarray(shaded())]),
        pdf_of_images([shaded(), shaded(90, 60)]),
    ],
    ids=["png", "jpeg", "tiff", "pdf"],
)
def test_pages_are_what_they_are_without_it(
    opener: ScanOpener, tmp_path: Path, data: bytes, as_path: bool, with_colours: bool
) -> None:
    scan = tmp_path / "scan"
    scan.write_bytes(data)
    there = list(opener.open_pages(scan if as_path else data, "scan", with_colours=with_colours))
    here = list(intake.open_pages(data, "scan", with_colours=with_colours))
    assert len(there) == len(here) == opener.count_pages(data, "scan")
    for one, other in zip(there, here, strict=True):
        assert (one.source, one.number, one.dpi) == (other.source, other.number, other.dpi)
        assert np.array_equal(one.grey, other.grey) and one.grey.flags.writeable
        assert (one.chroma is None) == (other.chroma is None)
        if one.chroma is not None and other.chroma is not None:
            assert np.array_equal(one.chroma, other.chroma)


def test_photographs_and_the_words_of_a_pdf_come_over_too(opener: ScanOpener) -> None:
    photograph = image_bytes(coloured().resize((3200, 1800)), "JPEG")
    there = opener.open_picture(photograph, "photo")
    here = sample_pictures.open_picture(photograph, "photo")
    assert np.array_equal(there.rgb, here.rgb)
    assert (there.reduction, there.pages, there.size_px) == (1.6, 1, here.size_px)
    words = opener.pdf_words(pdf_blank(), "blank.pdf", 1, 300)
    assert words and words == pdf_words.pdf_words(pdf_blank(), "blank.pdf", 1, 300)


@pytest.mark.parametrize(("data", "error"), BAD_FILES)
def test_bad_files_are_refused_with_the_same_words(
    opener: ScanOpener, data: bytes, error: type[IntakeError]
) -> None:
    with pytest.raises(error) as here:
        list(intake.open_pages(data, "holiday.pdf"))
    with pytest.raises(error) as there:
        list(opener.open_pages(data, "holiday.pdf"))
    assert type(there.value) is error
    assert there.value.message == here.value.message


def test_random_damage_is_refused_with_the_same_words_and_hurts_nobody(
    opener: ScanOpener,
) -> None:
    opener.count_pages(GOOD, "good.png")
    pid = opener.pid
    good, generator = image_bytes(noise(60), "TIFF"), np.random.default_rng(11)
    for _ in range(30):
        bad = bytearray(good)
        for place in generator.integers(4, min(len(bad), 400), 6):
            bad[place] = generator.integers(0, 256)
        with warnings.catch_warnings():
            # There they are not errors, as here they are.
            warnings.simplefilter("ignore")
            here = outcome(intake, bytes(bad))
        assert outcome(opener, bytes(bad)) == here
    assert opener.pid == pid is not None


def outcome(opener: object, data: bytes) -> object:
    """What is told of a file: the size of its first page, or the refusal."""
    try:
        return opener.open_page(data, "x", 1).grey.shape  # type: ignore[attr-defined]
    except IntakeError as error:
        return type(error), error.message


def test_limits_other_files_and_bugs_are_told_as_they_are(opener: ScanOpener) -> None:
    with pytest.raises(ImageTooLargeError, match="at most 1 million"):
        opener.count_pages(huge_png(2000, 2000), "a.png", IntakeLimits(max_pixels=1_000_000))
    with pytest.raises(FileNotFoundError):
        opener.count_pages(Path("/nowhere/scan.pdf"), "scan.pdf")
    with pytest.raises(IndexError, match=r"page 2 of a\.png, which has 1"):
        opener.open_page(GOOD, "a.png", 2)
    with pytest.raises(ImageTooLargeError, match="a picture of 2,500 × 2,500 pixels"):
        opener.open_page(
            picture_pdf(2500), "a.pdf", 1, IntakeLimits(max_pixels=1_000_000, pdf_dpi=72)
        )


def test_a_file_that_crashes_the_decoder_is_refused_after_two_tries(
    small: ScanOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = starts(monkeypatch)
    with pytest.raises(OpenerCrashedError, match=r"^Page 1 of poison\.pdf made .* crash, twice"):
        small.open_page(crashing_pdf(), "poison.pdf", 1)
    assert len(started) == 2
    assert not any(map(is_alive, started))
    assert small.open_page(GOOD, "good.png", 1).grey.shape == shaded().shape
    assert len(started) == 3


def test_a_file_that_needs_too_much_memory_is_refused() -> None:
    opener = ScanOpener(OpenerLimits(memory_mb=220, seconds=60))
    with pytest.raises(OpenerMemoryError, match=r"more memory than the 220 MB .*decoder_memory_mb"):
        opener.open_page(huge_png(10_900, 10_900), "poster.png", 1)
    assert opener.count_pages(GOOD, "good.png") == 1
    opener.close()


def test_a_file_that_never_ends_is_refused_when_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started, opener = starts(monkeypatch), ScanOpener(OpenerLimits(seconds=1))
    with pytest.raises(OpenerTimeoutError, match=r"within 1 seconds, tried twice.*decoder_seconds"):
        opener.open_page(endless_pdf(), "endless.pdf", 1)
    assert len(started) == 2
    assert not any(map(is_alive, started))
