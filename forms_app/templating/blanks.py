"""The blank page images a template file names, ready to be registered against."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import cv2

from forms_app.errors import TemplateError
from forms_app.reading import intake
from forms_app.reading.errors import IntakeError
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.scan_file import ScanFile
from forms_app.reading.types import GreyImage, SourcePage

# Sides may differ by rounding of the rendering resolution, not by another paper size.
_MOST_DISTORTION = 0.02


class PageOpener(Protocol):
    """`reading.intake`, or what does the same in another process."""

    def count_pages(self, data: ScanFile, source: str) -> int:
        """See `intake.count_pages`."""

    def open_page(self, data: ScanFile, source: str, number: int) -> SourcePage:
        """See `intake.open_page`."""


def load_blank(
    path: Path, image_page: int, width_px: int, height_px: int, opener: PageOpener = intake
) -> GreyImage:
    """One blank page as `(height_px, width_px)` grey uint8.

    Args:
        path: an image or PDF; PDFs are rendered at 300 dpi before scaling.
        image_page: which page of the file, from 1.
        width_px: width that the template states.
        height_px: height that the template states.
        opener: what opens the file.

    Raises:
        TemplateError: the file is missing, unreadable or of another shape than stated.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or error
        raise TemplateError(
            f"The blank {path} cannot be read ({why}); put it beside the template file."
        ) from error
    try:
        count = opener.count_pages(data, path.name)
        if image_page > count:
            raise TemplateError(
                f"The blank {path.name} has {count} pages, the template names page {image_page}."
            )
        grey = opener.open_page(data, path.name, image_page).grey
    except IntakeError as error:
        raise TemplateError(f"The blank cannot be used: {error.message}") from error
    height, width = grey.shape
    if abs(width / height * height_px / width_px - 1) > _MOST_DISTORTION:
        raise TemplateError(
            f"Page {image_page} of the blank {path.name} has {width} by {height} pixels, another "
            f"shape than the {width_px} by {height_px} that the template states."
        )
    if (width, height) == (width_px, height_px):
        return grey
    method = cv2.INTER_AREA if width > width_px else cv2.INTER_CUBIC
    return cv2.resize(grey, (width_px, height_px), interpolation=method).astype("uint8", copy=False)


def load_blanks(
    template: FormTemplate, folder: Path, opener: PageOpener = intake
) -> tuple[GreyImage, ...]:
    """The blank of each template page, in page order.

    Args:
        template: its pages name the images.
        folder: where the images lie.
        opener: what opens them.

    Raises:
        TemplateError: see `load_blank`; the faults of all pages at once.
    """
    blanks: list[GreyImage] = []
    problems: list[str] = []
    for page in template.pages:
        try:
            blanks.append(
                load_blank(
                    folder / page.image, page.image_page, page.width_px, page.height_px, opener
                )
            )
        except TemplateError as error:
            problems.extend(error.problems)
    if problems:
        raise TemplateError(problems)
    return tuple(blanks)


def load_references(template: FormTemplate, folder: Path) -> tuple[PageReference, ...]:
    """The blanks of all pages prepared for registration, in page order.

    Raises:
        TemplateError: see `load_blanks`.
    """
    return tuple(
        prepare_reference(page.number, blank)
        for page, blank in zip(template.pages, load_blanks(template, folder), strict=True)
    )
