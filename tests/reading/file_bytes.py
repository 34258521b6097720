"""Files as bytes for tests: good ones of every kind, and bad ones as people upload them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from forms_app.reading.types import GreyImage


def image_bytes(image: Image.Image | GreyImage, kind: str, **options: object) -> bytes:
    """An image file of Pillow's format `kind`."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff_bytes(images: list[Image.Image], **options: object) -> bytes:
    """A TIFF with a frame for each image."""
    return image_bytes(images[0], "TIFF", save_all=True, append_images=images[1:], **options)


def pdf_of_images(images: list[GreyImage], dpi: float = 300) -> bytes:
    """A PDF with one full-page image on each page."""
    pictures = [Image.fromarray(image) for image in images]
    return image_bytes(
        pictures[0], "PDF", save_all=True, append_images=pictures[1:], resolution=dpi
    )


def empty_pdf(page_count: int, width_pt: float = 595, height_pt: float = 842) -> bytes:
    """A PDF of empty pages."""
    document = pdfium.PdfDocument.new()
    for _ in range(page_count):
        document.new_page(width_pt, height_pt)
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    return buffer.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF whose user password is not the empty one (40-bit RC4, PDF 1.7 section 7.6)."""
    key = "<" + "5a" * 32 + ">"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        f"<< /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -44 >>",
    ]
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [{key} {key}] >>"
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n{trailer}\nstartxref\n{len(body)}\n"
    return (body + end + "%%EOF\n").encode()


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose header claims this size; its data would be zeros."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(*chunk) for chunk in chunks)


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def shaded(height: int = 120, width: int = 80) -> GreyImage:
    """A grey picture without symmetry: dark top left, a light stripe low on the right."""
    down, across = np.mgrid[0:height, 0:width]
    picture = (down / height * 120 + across / width * 80 + 20).astype(np.uint8)
    picture[height * 3 // 4 : height * 3 // 4 + 8, width // 2 :] = 250
    return picture
