"""What intake accepts."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.reading.errors import ImageTooLargeError


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """`max_pixels` is per page (120 million: A3 at 600 dpi fits); `pdf_dpi` is for rendering."""

    max_bytes: int = 500_000_000
    max_pages: int = 200
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
                f"{self.max_pixels // 1_000_000} million pixels are accepted. "
                "Scan at a lower resolution (300 dpi is enough)."
            )
