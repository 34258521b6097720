"""Rows as the services would leave them, one function per concept, for tests to start from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sqlalchemy import select

from forms_app.reading.types import CharacterReading, FieldReading, GreyImage, Outcome, Value
from forms_app.services import batches, templates, uploads
from forms_app.services.application import Application
from forms_app.services.attempts import claim
from forms_app.services.blanks import load_plan
from forms_app.services.completion import finish_file, finish_submission
from forms_app.services.dto.batches import BatchSummary, FileSummary
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.images import encode_png
from forms_app.services.loading import load
from forms_app.store.base import utc_now
from forms_app.store.models import (
    BatchRow,
    DeliveryRow,
    DeliveryRunRow,
    ExportRow,
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.readings import model_version_id, save_readings
from forms_app.store.states import FileState, PageState

WIDTH_PX, HEIGHT_PX = 826, 1169  # A4 at 100 dpi
MODEL_ID = "test-model-000000000000"

SURNAME = {
    "name": "surname",
    "label": "Surname",
    "page": 1,
    "kind": "letters",
    "layout": "comb",
    "box": [100, 200, 400, 50],
    "cells": 8,
    "case": "upper",
    "required": True,
}
NUMBER = {
    "name": "number",
    "label": "Number",
    "page": 1,
    "kind": "digits",
    "layout": "comb",
    "box": [100, 400, 300, 50],
    "cells": 6,
    "min_length": 6,
}
CONSENT = {"name": "consent", "page": 1, "kind": "mark", "box": [600, 400, 40, 40]}
FIELDS: list[dict[str, Any]] = [SURNAME, NUMBER, CONSENT]


def draw_blank(pages: int = 1, fields: Sequence[dict[str, Any]] = tuple(FIELDS)) -> bytes:
    """A printed form (multi-page TIFF): text to find it by, and the fields' boxes."""
    return _drawn(pages, tuple((field["page"], *field["box"]) for field in fields))


@lru_cache(maxsize=64)
def _drawn(pages: int, boxes: tuple[tuple[int, ...], ...]) -> bytes:
    images = [_draw_page(number, boxes) for number in range(1, pages + 1)]
    _, data = cv2.imencodemulti(".tiff", images)
    return bytes(data)


def _draw_page(number: int, boxes: Sequence[tuple[int, ...]]) -> GreyImage:
    page = np.full((HEIGHT_PX, WIDTH_PX), 255, np.uint8)
    rng = np.random.default_rng(number)
    cv2.putText(page, f"Form, page {number}", (60, 90), cv2.FONT_HERSHEY_DUPLEX, 1.4, 0, 2)
    for y in range(520, HEIGHT_PX - 60, 36):
        words = "".join(rng.choice(list("abcdefghiklmnoprstuvwz   ")) for _ in range(38))
        cv2.putText(page, words, (60, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 1)
    for page_number, x, y, width, height in boxes:
        if page_number == number:
            cv2.rectangle(page, (x, y), (x + width, y + height), 0, 1)
    return page


def aligned_blank() -> bytes:
    """An empty page as the align step would keep it."""
    return encode_png(np.full((HEIGHT_PX, WIDTH_PX), 255, np.uint8))


def make_draft(
    app: Application, fields: Sequence[dict[str, Any]] = tuple(FIELDS), pages: int = 1
) -> TemplateVersion:
    """A draft with `fields` on a drawn blank."""
    version = templates.create_template(app, "Intake", draw_blank(pages, fields), "blank.tiff")
    return templates.save_draft(app, version.id, list(fields), version.revision)


def make_published(
    app: Application, fields: Sequence[dict[str, Any]] = tuple(FIELDS), pages: int = 1
) -> TemplateVersion:
    """As `make_draft`, published."""
    return templates.publish(app, make_draft(app, fields, pages).id)


def make_batch(
    app: Application, fields: Sequence[dict[str, Any]] = tuple(FIELDS), pages: int = 1
) -> BatchSummary:
    """An empty batch of a new published template."""
    return batches.create_batch(app, make_published(app, fields, pages).id, "March")


def upload(app: Application, batch_id: int, data: bytes, name: str = "scan.png") -> FileSummary:
    """Upload bytes."""
    return uploads.add_file(app, batch_id, name, io.BytesIO(data))


def make_pages(
    app: Application,
    batch_id: int,
    count: int,
    state: PageState = PageState.PENDING,
    name: str = "scan.png",
) -> list[int]:
    """A split file with `count` pages in `state`; returns the pages' ids."""
    with app.session() as session:
        file = FileRow(
            batch_id=batch_id,
            name=name,
            content_hash=app.files.put(f"{batch_id}/{name}".encode()),
            size=9,
            state=FileState.SPLIT,
            page_count=count,
        )
        session.add(file)
        session.flush()
        pages = [PageRow(file_id=file.id, number=n, state=state) for n in range(1, count + 1)]
        session.add_all(pages)
        session.flush()
        return [page.id for page in pages]


def reading(
    name: str,
    value: Value,
    confidence: float = 0.99,
    needs_review: bool = False,
    outcome: Outcome = Outcome.READ,
) -> FieldReading:
    """What the machine might say of a field."""
    characters = (
        tuple(CharacterReading(c, confidence) for c in value) if isinstance(value, str) else ()
    )
    return FieldReading(
        name=name,
        value=value,
        outcome=outcome,
        confidence=confidence,
        needs_review=needs_review,
        reasons=("The machine is not sure.",) if needs_review else (),
        alternatives=((value, confidence),),
        characters=characters,
        residual_px=0.4,
    )


READINGS = (
    reading("surname", "MILLER"),
    reading("number", "123456", 0.6, needs_review=True),
    reading("consent", True, 0.7, needs_review=True),
)


def make_submission(
    app: Application,
    batch_id: int,
    readings: Sequence[FieldReading] = READINGS,
    name: str = "scan.png",
    grey: GreyImage | None = None,
    model_id: str = MODEL_ID,
) -> int:
    """A form of one page that has been read; returns the submission's id."""
    page = np.full((HEIGHT_PX, WIDTH_PX), 250, np.uint8) if grey is None else grey
    [page_id] = make_pages(app, batch_id, 1, PageState.ALIGNED, name)
    aligned_hash = app.files.put(encode_png(page))
    with app.session() as session:
        row = load(session, PageRow, page_id)
        submission = SubmissionRow(file_id=row.file_id, batch_id=batch_id, number=1)
        session.add(submission)
        session.flush()
        row.submission_id, row.template_page = submission.id, 1
        row.aligned_hash = aligned_hash
        submission_id = submission.id
    save_page(app, page_id, readings, model_id)
    return submission_id


def save_page(
    app: Application,
    page_id: int,
    readings: Sequence[FieldReading],
    model_id: str = MODEL_ID,
) -> None:
    """Save a page's readings and finish what can be finished, as the read step does."""
    with app.session() as session:
        page = load(session, PageRow, page_id)
        assert page.submission_id is not None
        submission = load(session, SubmissionRow, page.submission_id)
        plan = load_plan(session, load(session, BatchRow, submission.batch_id).version_id)
        model = model_version_id(session, model_id, "litert")
        page.state, page.read_at = PageState.READ, utc_now()
        save_readings(session, submission, page_id, model, readings, plan.positions)
        finish_submission(session, submission, plan, model)
        finish_file(session, page.file_id)


def let_time_pass(app: Application, minutes: float) -> None:
    """Make every row and lease that much older."""
    with app.session() as session:
        for kind in (FileRow, PageRow, ExportRow):
            for row in session.scalars(select(kind)):
                row.changed_at -= timedelta(minutes=minutes)
                if row.lease_until is not None:
                    row.lease_until -= timedelta(minutes=minutes)


def replace_content(app: Application, file_id: int, content_hash: str) -> None:
    """Exchange an uploaded file's bytes."""
    with app.session() as session:
        load(session, FileRow, file_id).content_hash = content_hash


def break_page(app: Application, page_id: int) -> None:
    """A page that its file does not have: as a fault of our own would leave it."""
    with app.session() as session:
        page = load(session, PageRow, page_id)
        page.number = 99
        load(session, FileRow, page.file_id).content_hash = app.files.put(draw_blank())


def store_wrong_image(app: Application, page_number: int) -> None:
    """Exchange a page's aligned image for one of another size."""
    key = app.files.put(encode_png(np.full((40, 30), 255, np.uint8)))
    with app.session() as session:
        page = session.scalars(select(PageRow).where(PageRow.number == page_number)).one()
        page.aligned_hash = key


def claim_and_die(app: Application, page_id: int) -> None:
    """What a killed worker leaves: a lease that nobody gives back."""
    assert claim(app, PageRow, page_id, PageState.PENDING)


def folder_size(folder: Path) -> Mapping[str, int]:
    """Every file under `folder` with its size."""
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def make_delivery(app: Application, batch_id: int, name: str = "Daily") -> tuple[int, int]:
    """A batch's delivery to a folder that is not there, and a file that waits to be made."""
    with app.session() as session:
        batch = load(session, BatchRow, batch_id)
        delivery = DeliveryRow(
            project_id=batch.project_id,
            name=name,
            batch_id=batch_id,
            format="csv",
            rhythm="day",
            place="/nowhere",
            folder="",
        )
        session.add(delivery)
        session.flush()
        run = DeliveryRunRow(
            delivery_id=delivery.id, batch_id=batch_id, slot="x", file_name="x", due_at=utc_now()
        )
        session.add(run)
        session.flush()
        return delivery.id, run.id
