"""Real files that decoders do not survive within small limits: nothing about them is staged."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from functools import cache

import pypdfium2 as pdfium


@cache
def crashing_pdf() -> bytes:
    """One page that saves the state of drawing ten million times.

    Where it may take less than 1,000 MB for that, pdfium calls abort().
    """
    return _pdf_of_one_page(b"q " * 10_000_000)


@cache
def endless_pdf() -> bytes:
    """One page that draws a picture of four megapixels a hundred thousand times: an hour."""
    return _pdf_of_one_page(b"q 595 0 0 842 0 0 cm /Im Do Q\n" * 100_000)


def picture_pdf(side_px: int) -> bytes:
    """One page with a black picture of so many pixels a side, which is well packed."""
    return _pdf_of_one_page(b"q 595 0 0 842 0 0 cm /Im Do Q", side_px)


def joined_pdf(files: Sequence[bytes]) -> bytes:
    """A PDF of all pages of some; their content is copied unseen."""
    joined = pdfium.PdfDocument.new()
    for data in files:
        document = pdfium.PdfDocument(data)
        joined.import_pages(document)
        document.close()
    buffer = io.BytesIO()
    joined.save(buffer)
    joined.close()
    return buffer.getvalue()


def _pdf_of_one_page(drawing: bytes, side_px: int = 2000) -> bytes:
    picture = (
        "/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 "
        f"/Width {side_px} /Height {side_px}"
    )
    page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< {page} /Resources << /XObject << /Im 5 0 R >> >> >>".encode(),
        _stream("", drawing),
        _stream(picture, bytes(side_px * side_px)),
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def _stream(entries: str, content: bytes) -> bytes:
    packed = zlib.compress(content, 1)
    head = f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
    return head + packed + b"\nendstream"
