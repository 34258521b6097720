"""Forms whose pages are laid already, and what was read of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import select, update

from forms_app import demo
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import read_pages
from forms_app.reading.policy import policy_for
from forms_app.reading.types import AlignedPage, FieldReading
from forms_app.services import batches, templates
from forms_app.services.application import Application
from forms_app.services.blanks import load_plan, references_of
from forms_app.services.images import encode_png
from forms_app.services.template_files import import_template
from forms_app.store.models import FileRow, PageRow, ReadingRow, SubmissionRow
from forms_app.store.reading_json import alternatives_to_json, character_to_json, value_to_json
from forms_app.store.states import FileState, PageState
from tests.faults import sheets


def publish_demo(app: Application) -> int:
    """The demo form; its version's id."""
    definition = json.loads(demo.TEMPLATE.read_text(encoding="utf-8"))
    images = {p["image"]: (demo.FOLDER / p["image"]).read_bytes() for p in definition["pages"]}
    return templates.publish(app, import_template(app, definition, images).id).id


def lay(app: Application, version_id: int, scan: bytes, name: str) -> AlignedPage:
    """A scan of one page, laid onto the version's blank."""
    with app.session() as session:
        plan = load_plan(session, version_id)
    grey = open_page(scan, name, 1).grey
    return align_onto_template(grey, references_of(app, plan), plan.template.fields)


def put_pages(app: Application, version_id: int, pages: Sequence[AlignedPage]) -> list[int]:
    """Each page a form of its own in a new batch, to be read; the pages' ids."""
    batch_id = batches.create_batch(app, version_id, "Laid").id
    ids = []
    for number, page in enumerate(pages):
        key = app.files.put(encode_png(page.grey))
        with app.session() as session:
            file = FileRow(
                batch_id=batch_id,
                name=f"{number}.png",
                content_hash=app.files.put(f"{batch_id}/{number}".encode()),
                size=1,
                state=FileState.SPLIT,
                page_count=1,
            )
            session.add(file)
            session.flush()
            form = SubmissionRow(file_id=file.id, batch_id=batch_id, number=1)
            session.add(form)
            session.flush()
            row = PageRow(
                file_id=file.id,
                number=1,
                state=PageState.ALIGNED,
                submission_id=form.id,
                template_page=page.template_page,
                aligned_hash=key,
                homography=page.homography.tolist(),
                residual_px=page.residual_px,
                quarter_turns=page.quarter_turns,
                field_residuals=dict(page.field_residuals_px),
            )
            session.add(row)
            session.flush()
            ids.append(row.id)
    return ids


def numbered_page(serial: int) -> AlignedPage:
    """A sheet of `tests/faults` that lies exactly: one field of six digits, one mark."""
    grey = sheets.filled_sheet(sheets.blank_sheet(), serial)
    return AlignedPage(1, grey, np.eye(3), 0, 0.05)


def put_numbered(app: Application, count: int) -> list[int]:
    """So many of them, of a new template; the pages' ids."""
    return put_pages(
        app, sheets.publish_form(app), [numbered_page(111111 * (n + 3)) for n in range(count)]
    )


def to_be_read_again(app: Application) -> None:
    """Every page, as if nobody had tried it."""
    with app.session() as session:
        session.execute(update(PageRow).values(state=PageState.ALIGNED, attempts=0))


def read_alone(
    app: Application, version_id: int, page: AlignedPage, classifier: Classifier
) -> dict[str, tuple[Any, ...]]:
    """What the stages say of one page by itself, field by field, as it would be stored."""
    with app.session() as session:
        plan = load_plan(session, version_id)
    policy = policy_for(app.settings.review_below)
    references = references_of(app, plan)
    [reading] = read_pages([page], plan.template, references, classifier, policy)
    return {field.name: _stored(field) for field in reading.fields}


def readings_of(app: Application, page_id: int) -> dict[str, tuple[Any, ...]]:
    """What is stored of a page, field by field."""
    with app.session() as session:
        rows = session.scalars(select(ReadingRow).where(ReadingRow.page_id == page_id)).all()
    return {
        row.field_name: (
            row.value,
            row.outcome,
            row.confidence,
            row.needs_review,
            row.reasons,
            row.alternatives,
            row.characters,
            row.residual_px,
        )
        for row in rows
    }


def _stored(field: FieldReading) -> tuple[Any, ...]:
    values = (
        value_to_json(field.value),
        field.outcome.value,
        float(field.confidence),
        field.needs_review,
        list(field.reasons),
        alternatives_to_json(field.alternatives),
        [character_to_json(character) for character in field.characters],
        field.residual_px,
    )
    return tuple(json.loads(json.dumps(value)) for value in values)
