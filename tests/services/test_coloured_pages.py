"""A coloured page on its way through the store: what is kept for reading has no coloured print."""

from __future__ import annotations

import cv2
import numpy as np
from sqlalchemy import select

from forms_app import queues
from forms_app.reading.intake import open_page
from forms_app.reading.types import GreyImage
from forms_app.services import review
from forms_app.services.application import Application
from forms_app.services.images import decode_grey
from forms_app.store.models import PageRow
from tests import factories
from tests.fakes import run_sent_tasks

RED, BLUE_PEN = (40, 40, 210), (150, 50, 30)  # blue, green, red


def _coloured(is_crossed: bool) -> bytes:
    """The blank printed in red, a cross in its box by a blue pen, as PNG."""
    blank = open_page(factories.draw_blank(), "blank", 1).grey
    planes = [level + blank / 255 * (255 - level) for level in RED]
    page = np.round(cv2.merge(planes)).astype(np.uint8)
    if is_crossed:
        x, y, width, height = factories.CONSENT["box"]
        cv2.line(page, (x + 6, y + 6), (x + width - 6, y + height - 6), BLUE_PEN, 4)
        cv2.line(page, (x + 6, y + height - 6), (x + width - 6, y + 6), BLUE_PEN, 4)
    return cv2.imencode(".png", page)[1].tobytes()


def _laid(app: Application) -> GreyImage:
    with app.session() as session:
        key = session.scalars(select(PageRow.aligned_hash)).one()
    assert key is not None
    return decode_grey(app.files.get(key))


def test_the_stored_page_keeps_its_ink_and_loses_its_print(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    factories.upload(any_app, batch.id, _coloured(is_crossed=True))
    run_sent_tasks(any_app, stop_before=queues.READ_PAGES)
    laid = _laid(any_app)
    printed = open_page(factories.draw_blank(), "blank", 1).grey < 128
    x, y, width, height = factories.CONSENT["box"]
    crossed = laid[y + 8 : y + height - 8, x + 8 : x + width - 8]
    printed[y - 4 : y + height + 5, x - 4 : x + width + 5] = False
    assert crossed.min() < 90
    assert np.percentile(laid[printed], 5) > 215


def test_an_empty_coloured_box_is_not_marked(app: Application) -> None:
    batch = factories.make_batch(app)
    factories.upload(app, batch.id, _coloured(is_crossed=False))
    run_sent_tasks(app)
    assert review.get_item(app, 1, "consent").current.value is False
