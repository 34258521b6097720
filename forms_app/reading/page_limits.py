"""What intake accepts."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.reading.errors import FileTooLargeError, ImageTooLargeError, TooManyPagesError


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """`max_pixels` is per page (120 million: A3 at 600 dpi fits); `pdf_dpi` is for rendering.

    `max_bytes` and `max_pages` of a file bound disk and time, not memory: one page is decoded at a
    time. `max_page_bytes` is for pictures of one page, which are decoded from memory. The names in
    the refusals are those of the settings that these limits come from.
    """

    max_bytes: int = 2000 << 20
    max_pages: int = 2000
    max_page_bytes: int = 200 << 20
    max_pixels: int = 120_000_000
    pdf_dpi: int = 300

    def require_pixels(self, width: int, height: int, source: str, number: int) -> None:
        """Refuses a page by its size alone, before it is decoded.

        Raises:
            ImageTooLargeError: it has more pixels than `max_pixels`.
        """
        if width * height > self.max_pixels:
            raise ImageTooLargeError(
                f"Page {number} of {source} is {width:,} × {height:,} pixels; at most "
                f"{self.max_pixels // 1_000_000} million pixels are accepted (setting "
                "max_page_megapixels). Scan at a lower resolution (300 dpi is enough)."
            )

    def require_bytes(self, size: int, source: str) -> None:
        """Refuses a file by its bytes.

        Raises:
            FileTooLargeError: it has more than `max_bytes`.
        """
        if size > self.max_bytes:
            raise FileTooLargeError(too_many_bytes(source, size, self.max_bytes, "max_file_mb"))

    def require_page_bytes(self, size: int, source: str) -> None:
        """Refuses a picture of one page by its bytes.

        Raises:
            FileTooLargeError: it has more than `max_page_bytes`.
        """
        if size > self.max_page_bytes:
            raise FileTooLargeError(
                too_many_bytes(source, size, self.max_page_bytes, "max_page_mb")
            )

    def require_pages(self, count: int, source: str) -> None:
        """Refuses a file by its number of pages.

        Raises:
            TooManyPagesError: it has more than `max_pages`.
        """
        if count > self.max_pages:
            raise TooManyPagesError(
                f"{source} has {count:,} pages; at most {self.max_pages:,} are accepted (setting "
                "max_file_pages). Split it, or have the limit raised."
            )


def megabytes(size: int) -> int:
    """Rounded up, so that what is over a limit is seen to be."""
    return -(-size // 2**20)


def too_many_bytes(source: str, size: int, most: int, setting: str) -> str:
    """The sentence for a file of `size` bytes where at most `most` are accepted."""
    return (
        f"{source} has {megabytes(size):,} MB; at most {megabytes(most):,} MB are accepted "
        f"(setting {setting}). Split it, scan it at a lower resolution, or have the limit raised."
    )
