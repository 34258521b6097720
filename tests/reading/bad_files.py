"""Files as people upload them that cannot be read, each with the error that refuses it."""

from __future__ import annotations

import numpy as np

from forms_app.reading.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    ImageTooLargeError,
    IntakeError,
    TooManyPagesError,
    UnsupportedFileError,
)
from forms_app.reading.types import GreyImage
from tests.reading.file_bytes import empty_pdf, encrypted_pdf, huge_png, image_bytes


def noise(side: int = 400) -> GreyImage:
    """A picture that no format packs well, so that its file can be cut off in the middle."""
    return np.random.default_rng(5).integers(0, 256, (side, side), np.uint8)


BAD_FILES: list[tuple[bytes, type[IntakeError]]] = [
    (b"", EmptyFileError),
    (b"Dear sir or madam, please find enclosed\n" * 20, UnsupportedFileError),
    (b"\x00" * 5000, UnsupportedFileError),
    (b"%PDF-1.7\nnot really\n", DamagedFileError),
    (encrypted_pdf(), EncryptedFileError),
    (empty_pdf(2001), TooManyPagesError),
    (huge_png(30_000, 30_000), ImageTooLargeError),
    (empty_pdf(1, 14_000, 14_000), ImageTooLargeError),
    (image_bytes(noise(), "JPEG")[:9000], DamagedFileError),
    (image_bytes(noise(), "PNG")[:9000], DamagedFileError),
    (image_bytes(noise(), "WEBP")[:9000], DamagedFileError),
    (image_bytes(noise(), "HEIF")[:9000], DamagedFileError),
    (image_bytes(noise(), "TIFF", compression="tiff_lzw")[:9000], DamagedFileError),
    (b"II*\x00\xff\xff\xff\x7f", DamagedFileError),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", DamagedFileError),
    (image_bytes(noise(), "PNG")[:20], DamagedFileError),
]
