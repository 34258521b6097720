"""Long files, written page by page: the libraries that write such files take minutes for them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import repeat
from typing import IO, NamedTuple

import numpy as np
from PIL import Image

from tests.reading.file_bytes import image_bytes

LongFile = Callable[[IO[bytes], "JpegPage", int], None]
POINTS_PER_PIXEL = 72 / 300


class JpegPage(NamedTuple):
    """A grey page as JPEG, and its size in pixels."""

    data: bytes
    width: int
    height: int


def page_of_noise(width: int = 800, height: int = 600) -> JpegPage:
    """A page of about 400 kB (800 by 600): a scan of 300 dpi has as many."""
    noise = np.random.default_rng(1).integers(0, 256, (height, width), np.uint8)
    return JpegPage(image_bytes(Image.fromarray(noise), "JPEG", quality=95), width, height)


def long_pdf(file: IO[bytes], page: JpegPage, count: int) -> None:
    """A PDF whose `count` pages are `page`, each with an image of its own, at 300 dpi."""
    places: list[int] = []

    def add(body: bytes) -> None:
        places.append(file.tell())
        file.write(b"%d 0 obj\n%b\nendobj\n" % (len(places), body))

    size = b"%.2f 0 0 %.2f" % (page.width * POINTS_PER_PIXEL, page.height * POINTS_PER_PIXEL)
    box = size.replace(b" 0 0 ", b" ")
    numbers = range(3, 3 + 3 * count, 3)
    file.write(b"%PDF-1.4\n")
    add(b"<</Type/Catalog/Pages 2 0 R>>")
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    add(b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids))
    for number in numbers:
        links = b"/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>" % (number + 1, number + 2)
        add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %b]%b>>" % (box, links))
        add(_stream(b"", b"q %b 0 0 cm /I Do Q" % size))
        look = b"/Subtype/Image/Width %d/Height %d" % (page.width, page.height)
        add(
            _stream(look + b"/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode", page.data)
        )
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    objects, start = len(places) + 1, file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (objects, table))
    file.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (objects, start))


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


def long_tiff(file: IO[bytes], page: JpegPage, count: int) -> None:
    """A TIFF of `count` frames, each with a JPEG of its own in it (TIFF 6.0, Technical Note 2)."""
    file.write(struct.pack("<2sHI", b"II", 42, 8))
    data = page.data + bytes(len(page.data) % 2)
    for last in (*repeat(False, count - 1), True):
        strip = file.tell() + 2 + 12 * 9 + 4
        values = (
            (256, page.width),
            (257, page.height),
            (258, 8),  # bits
            (259, 7),  # JPEG
            (262, 1),  # black is zero
            (273, strip),
            (277, 1),  # samples
            (278, page.height),  # rows of the only strip
            (279, len(page.data)),
        )
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values)
        following = 0 if last else strip + len(data)
        file.write(struct.pack("<H", len(values)) + entries + struct.pack("<I", following) + data)
