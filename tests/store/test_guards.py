"""What the database itself refuses: changed history, unknown states, doubled rows."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from forms_app.services import batches, review
from forms_app.services.application import Application
from forms_app.store.base import Base
from forms_app.store.models import (
    DecisionRow,
    FileRow,
    PageRow,
    ReadingRow,
    SubmissionRow,
    TemplateFieldRow,
    TemplatePageRow,
    TemplateVersionRow,
)
from tests import factories


@pytest.mark.parametrize("kind", [TemplateVersionRow, TemplatePageRow, TemplateFieldRow])
def test_a_published_version_cannot_be_changed_or_deleted(
    any_app: Application, kind: type[Base]
) -> None:
    factories.make_published(any_app)
    column = next(name for name in ("number", "position") if hasattr(kind, name))
    for statement in (update(kind).values({column: 7}), delete(kind)):
        with pytest.raises(DBAPIError, match="published"), any_app.sessions.begin() as session:
            session.execute(statement)


def test_nothing_can_be_added_to_a_published_version(any_app: Application) -> None:
    version = factories.make_published(any_app)
    with pytest.raises(DBAPIError, match="published"), any_app.sessions.begin() as session:
        session.execute(
            insert(TemplatePageRow).values(
                version_id=version.id,
                number=2,
                width_px=9,
                height_px=9,
                blank_hash="x",
                source_name="x",
            )
        )


def test_decisions_can_only_be_added(any_app: Application) -> None:
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    review.decide(any_app, submission_id, "number", "confirm")
    for statement in (update(DecisionRow).values(field_name="surname"), delete(DecisionRow)):
        with pytest.raises(DBAPIError, match="decision"), any_app.sessions.begin() as session:
            session.execute(statement)


def test_decisions_go_with_their_batch(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    submission_id = factories.make_submission(any_app, batch.id)
    review.decide(any_app, submission_id, "number", "confirm")
    review.undo_decision(any_app, submission_id, "number")
    batches.delete_batch(any_app, batch.id)
    with any_app.session() as session:
        for table in ("files", "pages", "submissions", "readings", "decisions"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (PageRow, {"state": "lost"}),
        (FileRow, {"state": "lost"}),
        (SubmissionRow, {"state": "lost"}),
        (ReadingRow, {"outcome": "guessed"}),
        (PageRow, {"submission_id": 999_999}),
    ],
)
def test_unknown_states_and_dangling_references_are_refused(
    any_app: Application, kind: type[Base], values: dict[str, object]
) -> None:
    factories.make_submission(any_app, factories.make_batch(any_app).id)
    with pytest.raises(IntegrityError), any_app.sessions.begin() as session:
        session.execute(update(kind).values(**values))
