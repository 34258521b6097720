"""A template's recent forms beside those before them: what is chance, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms_app.services import drift as drifting
from forms_app.services.application import Application
from forms_app.services.drift import LEAST_FORMS, Drift, find_drifts
from forms_app.store.models import (
    BatchRow,
    FileRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateVersionRow,
)
from forms_app.store.readings import model_version_id
from forms_app.store.states import FieldState, FileState, SubmissionState
from tests.factories import FIELDS, make_batch

NAMES = [str(field["name"]) for field in FIELDS]
# Smaller windows than a site's: the rows take longer to make than to look at.
RECENT_FORMS, HISTORY_FORMS = 50, 300


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drifting, "RECENT_FIELDS", RECENT_FORMS * len(NAMES))
    monkeypatch.setattr(drifting, "HISTORY_FIELDS", HISTORY_FORMS * len(NAMES))


def read_forms(app: Application, batch_id: int, confidences: np.ndarray) -> None:
    """Forms as the machine leaves them, oldest first; `confidences` is (forms, fields).

    What is below 0.5 goes to a person.
    """
    with app.session() as session:
        model = model_version_id(session, "trial-model", "litert")
        file = FileRow(batch_id=batch_id, name="scans.pdf", state=FileState.DONE)
        session.add(file)
        session.flush()
        form = {"file_id": file.id, "batch_id": batch_id, "state": SubmissionState.DONE}
        session.execute(
            insert(SubmissionRow), [form | {"number": n} for n in range(len(confidences))]
        )
        of_file = SubmissionRow.file_id == file.id
        ids = session.scalars(select(SubmissionRow.id).where(of_file).order_by(SubmissionRow.id))
        rows = [
            {
                "submission_id": form_id,
                "field_name": name,
                "model_version_id": model,
                "value": "A",
                "outcome": "read",
                "confidence": float(confidence),
                "needs_review": bool(confidence < 0.5),
                "reasons": [],
                "alternatives": [],
                "characters": [],
            }
            for form_id, row in zip(ids.all(), confidences, strict=True)
            for name, confidence in zip(NAMES, row, strict=True)
        ]
        session.execute(insert(ReadingRow), rows)
        let_them_count(session, batch_id)


def let_them_count(session: Session, batch_id: int) -> None:
    counted = select(SubmissionFieldRow.reading_id)
    readings = session.execute(
        select(
            ReadingRow.id, ReadingRow.submission_id, ReadingRow.field_name, ReadingRow.confidence
        )
        .where(ReadingRow.id.not_in(counted))
        .order_by(ReadingRow.id)
    ).all()
    session.execute(
        insert(SubmissionFieldRow),
        [
            {
                "submission_id": row.submission_id,
                "batch_id": batch_id,
                "field_name": row.field_name,
                "position": NAMES.index(row.field_name),
                "reading_id": row.id,
                "flagged": row.confidence < 0.5,
                "state": FieldState.OPEN if row.confidence < 0.5 else FieldState.ACCEPTED,
            }
            for row in readings
        ],
    )


def confidences(seed: int, forms: int, mean: float) -> np.ndarray:
    """Forms that differ from one another as writers do: their fields are alike."""
    rng = np.random.default_rng(seed)
    of_form = rng.normal(mean, 0.08, (forms, 1))
    return np.clip(of_form + rng.normal(0, 0.05, (forms, len(NAMES))), 0, 1)


def template_of(app: Application, batch_id: int) -> int:
    with app.session() as session:
        return session.scalars(
            select(TemplateVersionRow.template_id)
            .join(BatchRow, BatchRow.version_id == TemplateVersionRow.id)
            .where(BatchRow.id == batch_id)
        ).one()


def only(found: list[Drift]) -> Drift:
    (drift,) = found
    return drift


def test_a_fall_of_confidence_is_seen_with_the_numbers_behind_it(any_app: Application) -> None:
    batch_id = make_batch(any_app).id
    # Those before the history do not count.
    read_forms(any_app, batch_id, confidences(0, 20, 0.1))
    read_forms(any_app, batch_id, confidences(1, HISTORY_FORMS, 0.8))
    read_forms(any_app, batch_id, confidences(2, RECENT_FORMS, 0.7))
    drift = only(find_drifts(any_app))
    assert drift.template_id == template_of(any_app, batch_id)
    assert (drift.recent.forms, drift.history.forms) == (RECENT_FORMS, HISTORY_FORMS)
    assert drift.recent.fields == RECENT_FORMS * len(NAMES)
    assert drift.recent.confidence == pytest.approx(0.7, abs=0.03)
    assert drift.history.confidence == pytest.approx(0.8, abs=0.02)
    assert drift.confidence_z < -5
    assert drift.recent.review_rate > drift.history.review_rate
    assert drift.review_rate_z > 0


def test_chance_stays_within_three_errors(app: Application) -> None:
    batch_id = make_batch(app).id
    read_forms(app, batch_id, confidences(3, RECENT_FORMS + HISTORY_FORMS, 0.8))
    drift = only(find_drifts(app))
    assert abs(drift.confidence_z) < 3
    assert abs(drift.review_rate_z) < 3


def test_few_forms_say_nothing_and_other_templates_keep_to_themselves(app: Application) -> None:
    steady, young = make_batch(app).id, make_batch(app).id
    read_forms(app, young, confidences(4, RECENT_FORMS + LEAST_FORMS - 1, 0.2))
    read_forms(app, steady, confidences(5, RECENT_FORMS + 50, 0.8))
    assert [drift.template_id for drift in find_drifts(app)] == [template_of(app, steady)]
    assert only(find_drifts(app)).history.forms == 50


def test_forms_that_are_all_alike_do_not_divide_by_nothing(app: Application) -> None:
    batch_id = make_batch(app).id
    read_forms(app, batch_id, np.full((RECENT_FORMS + 50, len(NAMES)), 0.9))
    drift = only(find_drifts(app))
    assert (drift.confidence_z, drift.review_rate_z) == (pytest.approx(0), 0)
