"""Files made to fill a memory, to be two things at once, or to reach out of where they are kept."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forms_app.errors import FieldhandError, TemplateError
from forms_app.reading.archives import ArchiveLimits, open_archive
from forms_app.reading.errors import (
    ArchiveTooLargeError,
    DamagedFileError,
    ImageTooLargeError,
    IntakeError,
    UnsafeArchiveError,
    UnsupportedFileError,
)
from forms_app.reading.intake import FileKind, IntakeLimits, open_page, sniff
from forms_app.templating.template_archive import MAX_ZIP_ENTRIES, opened_template, unpacked
from forms_app.templating.template_file import load_template, parse_usable
from tests.reading.file_bytes import empty_pdf, huge_png, image_bytes, pdf_of_images
from tests.reading.poison_files import picture_pdf
from tests.reading.zip_bytes import zip_bytes
from tests.security.decoders import DEFINITION
from tests.security.guarded import nothing_outside

SMALL = IntakeLimits(max_pixels=1_000_000)
SCRIPT = b"<script>alert(1)</script>"


def picture(side: int = 40) -> Image.Image:
    return Image.fromarray(np.tile(np.linspace(0, 255, side, dtype=np.uint8), (side, 1)))


@contextmanager
def at_most_mb(megabytes: int) -> Iterator[None]:
    """Python and what allocates by it takes no more than this on the way."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes << 20
    finally:
        tracemalloc.stop()


def claiming(kind: str, width: int, height: int) -> bytes:
    """A small picture whose header claims another size."""
    data = bytearray(image_bytes(picture(), kind))
    if kind == "TIFF":
        [directory] = struct.unpack_from("<I", data, 4)
        for entry in range(struct.unpack_from("<H", data, directory)[0]):
            place = directory + 2 + 12 * entry
            tag = struct.unpack_from("<H", data, place)[0]
            if tag in (256, 257):
                struct.pack_into("<HII", data, place + 2, 4, 1, width if tag == 256 else height)
    elif kind == "JPEG":
        struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, height, width)
    elif kind == "WEBP":
        struct.pack_into("<HH", data, data.index(b"\x9d\x01\x2a") + 3, width, height)
    return bytes(data)


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": lambda: huge_png(60_000, 60_000),
    "tiff": lambda: claiming("TIFF", 1 << 20, 1 << 20),
    "jpeg": lambda: claiming("JPEG", 65_000, 65_000),
    "webp": lambda: claiming("WEBP", 16_383, 16_383),
    "pdf, the paper": lambda: empty_pdf(1, 14_000, 14_000),
    "pdf, a picture on it": lambda: picture_pdf(2_100),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_unpack_to_a_huge_picture_is_refused_by_its_header(name: str) -> None:
    limits = SMALL if "picture" in name else IntakeLimits()
    data = BOMBS[name]()
    with at_most_mb(8), pytest.raises(ImageTooLargeError, match="pixels"):
        open_page(data, "bomb", 1, limits)


def test_a_png_whose_comment_unpacks_to_a_gigabyte_is_refused_or_read_without_it() -> None:
    packed = b"Comment\x00\x00" + zlib.compress(bytes(64 << 20), 9)
    chunk = struct.pack(">I", len(packed)) + b"zTXt" + packed
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + packed))
    good = image_bytes(picture(), "PNG")
    place = good.index(b"IDAT") - 4
    with at_most_mb(16), _our_errors_only():
        open_page(good[:place] + chunk + good[place:], "comment.png", 1)


def test_a_template_may_not_state_a_page_that_fills_the_memory() -> None:
    """Its blank is brought to that size."""
    pages = [{**DEFINITION["pages"][0], "width": 10**6, "height": 10**6}]
    template, problems = parse_usable({**DEFINITION, "pages": pages})
    assert not template.pages
    assert any(
        "1,000,000 by 1,000,000 pixels; a page has at most 120 million" in p for p in problems
    )


def test_files_in_a_zip_that_share_their_bytes_are_counted_each() -> None:
    """As in the ZIPs of David Fifield: many entries of the directory, one packed kernel."""
    data = zip_bytes({"0.png": bytes(1 << 20)})
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, count = data[start:end], 200
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, count, count, len(entry) * count)
    overlapping = data[:start] + entry * count + bytes(tail)
    limits = ArchiveLimits(max_bytes=100 << 20)
    with (
        pytest.raises(ArchiveTooLargeError, match="unpacks to 200 MB"),
        _opened(overlapping, limits),
    ):
        pass


def test_a_zip_of_a_template_is_bounded_too() -> None:
    with pytest.raises(TemplateError, match="more than a template can be"):
        unpacked("t.zip", zip_bytes({f"{n}.png": b"" for n in range(MAX_ZIP_ENTRIES + 1)}))
    data = bytearray(zip_bytes({"t.json": bytes(1000)}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 4_000_000_000)
    with pytest.raises(TemplateError, match="more than a template can be"):
        unpacked("t.zip", bytes(data))
    with pytest.raises(TemplateError, match="a file that no template has"):
        unpacked("t.zip", zip_bytes({"t.json": b"{}"}, zipfile.ZIP_LZMA))


POLYGLOTS = {
    "pdf that is a zip": pdf_of_images([np.asarray(picture())]) + zip_bytes({"a.html": SCRIPT}),
    "pdf behind html": b"<html>" + SCRIPT + b"</html>\n" + pdf_of_images([np.asarray(picture())]),
    "jpeg with a script": image_bytes(picture(), "JPEG", comment=SCRIPT),
    "png with html behind": image_bytes(picture(), "PNG") + b"<html>" + SCRIPT,
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_file_that_is_several_things_is_a_page_and_nothing_else(name: str) -> None:
    """It is read as what intake takes it for; what is kept of it is pixels, drawn anew as PNG."""
    data = POLYGLOTS[name]
    kind = FileKind.PDF if name.startswith("pdf") else FileKind.IMAGE
    assert sniff(data, name) is kind
    page = open_page(data, "scan", 1, with_colours=True)
    assert SCRIPT not in image_bytes(page.grey, "PNG")


NO_SCANS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!doctype html>" + SCRIPT,
    "xml with entities": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "postscript": b"%!PS-Adobe-3.0\n(/etc/passwd) run\n",
    "gif": image_bytes(picture(), "GIF"),
    "bmp": image_bytes(picture(), "BMP"),
    "windows program": b"MZ" + bytes(200),
}


@pytest.mark.parametrize("name", NO_SCANS)
def test_what_is_no_scan_is_refused_whatever_it_is_called(name: str) -> None:
    """Pillow could open more than the kinds that intake takes; it is not asked."""
    for source in (f"{name}.png", f"{name}.pdf"):
        with pytest.raises(UnsupportedFileError, match="whatever its name says"):
            open_page(NO_SCANS[name], source, 1)


def test_files_without_a_name_are_files() -> None:
    """The standard library's `is_dir` fails on them."""
    data = zip_bytes({"": b"x", "t.json": b"{}"})
    with _opened(data) as opened:
        assert [entry.name for entry in opened.entries] == ["", "t.json"]
    with pytest.raises(TemplateError, match="a file that no template has"):
        unpacked("t.zip", data)


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
def test_orientations_that_there_are_none_of_are_left_alone(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SCRIPT.decode()
    page = open_page(image_bytes(picture(), "JPEG", exif=exif), "scan.jpg", 1)
    assert page.grey.shape == (40, 40)


NAMES = (
    "../x.png",
    "a/../../x.png",
    "/x.png",
    "C:/x.png",
    "C:x.png",
    "..\\x.png",
    "\\\\host\\x.png",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_of_scans_with_names_that_lead_out_is_refused(name: str) -> None:
    with pytest.raises(UnsafeArchiveError), _opened(zip_bytes({name: b"x"})):
        pass


def test_a_link_in_a_zip_is_a_file_that_holds_an_address() -> None:
    """Nothing follows it: it is read as bytes, and bytes of an address are no scan."""
    link = zipfile.ZipInfo("scan.png")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, b"/etc/passwd")
    with _opened(buffer.getvalue()) as opened:
        [entry] = opened.entries
        with opened.opened(entry) as file:
            assert file.read() == b"/etc/passwd"


@pytest.mark.parametrize("name", [*NAMES, "..", "a/..", "x\x00.png", "~/.ssh/x"])
def test_a_zip_of_a_template_writes_into_its_own_folder_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    packed = tmp_path / "t.fieldhand.zip"
    packed.write_bytes(zip_bytes({"t.json": b"{}", name: b"x"}))
    with nothing_outside(tmp_path), _our_errors_only(), opened_template(packed) as path:
        assert path.name == "t.json"
    assert list(tmp_path.iterdir()) == [packed]


@pytest.mark.parametrize("name", ["/etc/hostname", "../secret.csv", "a/../../secret.csv", "x\0"])
def test_a_template_may_not_name_a_list_elsewhere(name: str, tmp_path: Path) -> None:
    """Whoever is sent a template would read a file of their own into it, and send it back."""
    folder = tmp_path / "template"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("TOP SECRET")
    fields = [{**DEFINITION["fields"][-1], "values": name}]
    _, problems = parse_usable({**DEFINITION, "fields": fields}, folder)
    assert any("must lie beside the template" in problem for problem in problems), problems


def test_a_damaged_file_tells_nothing_of_this_machine() -> None:
    """Messages that people see name the file as they do, not where it lies."""
    with pytest.raises(DamagedFileError) as caught:
        open_page(image_bytes(picture(), "PNG")[:60], "scan.png", 1)
    assert "/" not in caught.value.message and "Traceback" not in caught.value.message


def test_a_missing_template_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no template file"):
        load_template(tmp_path / "none.json")


@contextmanager
def _our_errors_only() -> Iterator[None]:
    try:
        yield
    except FieldhandError as error:
        assert isinstance(error, IntakeError | TemplateError)


def _opened(data: bytes, limits: ArchiveLimits | None = None):
    return open_archive(io.BytesIO(data), "scans.zip", limits)
