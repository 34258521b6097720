"""What an operator sees of the work, in short words for tests."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from forms_app.services import operations
from forms_app.services.application import Application
from forms_app.services.attempts import fail
from forms_app.services.dto.operations import StageState, WorkItem
from forms_app.store.base import utc_now
from forms_app.store.models import (
    PageRow,
)
from forms_app.store.stages import ROWS, Stage, Subject

BLURRED = "blurred"


def stage_of(app: Application, stage: Stage) -> StageState:
    return next(state for state in operations.overview(app).stages if state.stage is stage)


def state_of(app: Application, subject: Subject, row_id: int) -> str:
    with app.session() as session:
        return session.get_one(ROWS[subject], row_id).state


def fail_pages(app: Application, pages: list[int], code: str = BLURRED) -> None:
    for page_id in pages:
        fail(app, PageRow, page_id, code, "Nothing can be read here.")


def set_free(app: Application, page_id: int, attempts: int) -> None:
    """As a worker leaves a page whose lease has lapsed."""
    with app.session() as session:
        lapsed = utc_now() - timedelta(minutes=1)
        session.execute(
            update(PageRow)
            .where(PageRow.id == page_id)
            .values(attempts=attempts, lease_until=lapsed, changed_at=lapsed)
        )


def waiting_work(app: Application, stage: Stage) -> list[WorkItem]:
    return operations.waiting_work(app, stage, 100)


def file_of(app: Application, page_id: int) -> int:
    with app.session() as session:
        return session.get_one(PageRow, page_id).file_id
