"""The forms of a batch as a list."""

from __future__ import annotations

import pytest

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.form_lists import list_forms
from forms_app.store.models import (
    BatchRow,
    FileRow,
    ModelVersionRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.states import FieldState, FileState, SubmissionState
from tests.web.drawn import publish_drawn_template


def test_forms_are_listed_with_what_is_open(any_app: Application) -> None:
    batch_id = _batch_of_two_forms(any_app)
    first, second = list_forms(any_app, batch_id)
    assert (first.file_name, first.number, first.file_pages) == ("scan.pdf", 1, 2)
    assert (first.fields, first.open_fields, first.decided_fields) == (3, 1, 1)
    assert (second.number, second.state, second.fields) == (2, SubmissionState.READING, 0)


def test_the_list_goes_on_where_it_ended(any_app: Application) -> None:
    batch_id = _batch_of_two_forms(any_app)
    (first,) = list_forms(any_app, batch_id, limit=1)
    (second,) = list_forms(any_app, batch_id, limit=1, after_id=first.id)
    assert second.id > first.id
    assert list_forms(any_app, batch_id, after_id=second.id) == []


def test_an_unknown_batch_has_no_list(app: Application) -> None:
    with pytest.raises(NotFoundError):
        list_forms(app, 999)


def _batch_of_two_forms(app: Application) -> int:
    version = publish_drawn_template(app)
    with app.session() as session:
        batch = BatchRow(name="b", version_id=version.id)
        session.add(batch)
        session.flush()
        file = FileRow(
            batch_id=batch.id, name="scan.pdf", state=FileState.DONE, page_count=2, content_hash="x"
        )
        model = ModelVersionRow(model_id="m", engine="litert", card={})
        session.add_all([file, model])
        session.flush()
        forms = [
            SubmissionRow(file_id=file.id, batch_id=batch.id, number=n, state=state)
            for n, state in ((1, SubmissionState.NEEDS_REVIEW), (2, SubmissionState.READING))
        ]
        session.add_all(forms)
        session.flush()
        for position, state in enumerate(FieldState):
            reading = ReadingRow(
                submission_id=forms[0].id,
                field_name=f"f{position}",
                model_version_id=model.id,
                value="A",
                outcome="read",
                confidence=0.9,
                needs_review=state == FieldState.OPEN,
                reasons=[],
                alternatives=[],
                characters=[],
            )
            session.add(reading)
            session.flush()
            session.add(
                SubmissionFieldRow(
                    submission_id=forms[0].id,
                    batch_id=batch.id,
                    field_name=reading.field_name,
                    position=position,
                    reading_id=reading.id,
                    flagged=state != FieldState.ACCEPTED,
                    state=state,
                )
            )
        return batch.id
