"""Scans of a form of two pages, and the forms that come out of them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from sqlalchemy import select

from forms_app.reading.intake import open_page
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from forms_app.store.models import PageRow, SubmissionRow
from tests import factories

SECOND_PAGE_FIELD = {**factories.CONSENT, "name": "agreed", "page": 2}
FIELDS = [*factories.FIELDS, SECOND_PAGE_FIELD]


def filled_page(page: int = 1) -> GreyImage:
    """A filled page: a cross in the consent box of whichever page has one."""
    data = factories.draw_blank(2, FIELDS)
    grey = open_page(data, "blank", page).grey.copy()
    x, y, width, height = factories.CONSENT["box"]
    cv2.line(grey, (x + 6, y + 6), (x + width - 6, y + height - 6), 30, 4)
    cv2.line(grey, (x + 6, y + height - 6), (x + width - 6, y + 6), 30, 4)
    return grey


def foreign_page() -> GreyImage:
    """A page of circles, of no form."""
    grey = np.full((1169, 826), 255, np.uint8)
    for i in range(40):
        cv2.circle(grey, (60 + 137 * i % 700, 60 + 211 * i % 1040), 10 + i, 0, 2)
    return grey


def tiff_of(pages: Sequence[GreyImage]) -> bytes:
    """One file of these pages."""
    _, data = cv2.imencodemulti(".tiff", list(pages))
    return bytes(data)


def forms_of(app: Application) -> list[tuple[str, list[tuple[int, int | None]]]]:
    """State of each form, and number and template page of each of its pages."""
    with app.session() as session:
        return [
            (
                submission.state,
                [
                    (page.number, page.template_page)
                    for page in session.scalars(
                        select(PageRow)
                        .where(PageRow.submission_id == submission.id)
                        .order_by(PageRow.number)
                    )
                ],
            )
            for submission in session.scalars(select(SubmissionRow).order_by(SubmissionRow.id))
        ]
