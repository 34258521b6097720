"""The way to partition that docs/large-databases.md tells: Fieldhand works on as before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, review
from forms_app.services.application import Application
from forms_app.store.models import PageRow, ReadingRow, SubmissionFieldRow
from tests.factories import READINGS, make_batch, make_submission, save_page
from tests.fakes import RecordingTaskSender
from tests.serving import REPOSITORY

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres_app(tmp_path: Path, postgres_url: str) -> Iterator[Application]:
    settings = load_settings({}, data_dir=tmp_path, database_url=postgres_url)
    app = replace(bootstrap(settings), tasks=RecordingTaskSender())
    yield app
    app.close()


def partition(app: Application) -> None:
    """Run what the document says."""
    document = (REPOSITORY / "docs" / "large-databases.md").read_text(encoding="utf-8")
    [statements] = re.findall(r"```sql\nBEGIN;\n(.+?)COMMIT;\n```", document, re.DOTALL)
    with app.engine.begin() as connection:
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def test_forms_are_read_reviewed_and_deleted(postgres_app: Application) -> None:
    app = postgres_app
    batch_id = make_batch(app).id
    before = make_submission(app, batch_id, name="before.png")
    partition(app)
    after = make_submission(app, batch_id, name="after.png")
    for form_id in (before, after):
        with app.session() as session:
            page_id = session.scalars(
                select(PageRow.id).where(PageRow.submission_id == form_id)
            ).one()
        save_page(app, page_id, READINGS)  # The same model again replaces what it said.
        review.decide(app, form_id, "number", "correct", "654321")
    with app.session() as session:
        partitions = session.scalar(
            select(func.count()).select_from(func.pg_partition_tree("readings"))
        )
        readings = session.scalar(select(func.count()).select_from(ReadingRow))
    assert partitions == 4
    assert readings == 2 * len(READINGS)
    assert batches.get_summary(app, batch_id).reviewed == 2
    batches.delete_batch(app, batch_id)
    with app.session() as session:
        for kind in (ReadingRow, SubmissionFieldRow):
            assert session.scalar(select(func.count()).select_from(kind)) == 0
