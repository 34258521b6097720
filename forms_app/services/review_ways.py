"""What a person can go on with in review."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batches import get_summary
from forms_app.services.dto.review_ways import WaitingField, WaysOfReviewing
from forms_app.services.quality_samples import sample_status
from forms_app.store.batch_reservations import kept_for
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from forms_app.store.projects import narrowing
from forms_app.store.review_counts import (
    count_by_field,
    count_open_ways,
    count_sampled,
    labels_of_fields,
)
from forms_app.store.states import ReviewMode, ReviewStage


def ways_of_reviewing(
    app: Application,
    batch_id: int | None = None,
    user_id: int = LOCAL_USER_ID,
    project_id: int = MAIN_PROJECT_ID,
) -> WaysOfReviewing:
    """Everything that waits, in one batch or in all of a project; a fixed number of queries.

    Raises:
        NotFoundError: There is no such batch.
    """
    batch = get_summary(app, batch_id) if batch_id is not None else None
    status = sample_status(app, batch_id) if batch_id is not None else None
    with app.session() as session:
        narrowed = narrowing(session, project_id)
        counts = count_open_ways(session, batch_id, user_id, narrowed)
        mode, stage = counts.by_mode, counts.by_stage
        return WaysOfReviewing(
            batch=batch,
            kept_for=_kept_for_another(session, batch_id, user_id),
            forms=mode[ReviewMode.FORMS],
            postponed=stage[ReviewStage.POSTPONED],
            keying=mode[ReviewMode.KEYING],
            referred=mode[ReviewMode.REFERRED],
            second_key=mode[ReviewMode.SECOND_KEY],
            third_key=mode[ReviewMode.THIRD_KEY],
            for_another_second=stage[ReviewStage.SECOND_KEY] - mode[ReviewMode.SECOND_KEY],
            for_another_third=stage[ReviewStage.THIRD_KEY] - mode[ReviewMode.THIRD_KEY],
            sample=count_sampled(session, batch_id, narrowed),
            fields=_fields(session, batch_id) if batch_id is not None else (),
            status=status,
        )


def field_label(app: Application, batch_id: int, name: str) -> str:
    """What people call a field of a batch's forms."""
    with app.session() as session:
        return labels_of_fields(session, batch_id).get(name, name)


def _fields(session: Session, batch_id: int) -> tuple[WaitingField, ...]:
    labels = labels_of_fields(session, batch_id)
    return tuple(
        WaitingField(name, labels.get(name, name), count)
        for name, count in count_by_field(session, batch_id)
    )


def _kept_for_another(session: Session, batch_id: int | None, user_id: int) -> str:
    user = kept_for(session, batch_id) if batch_id is not None else None
    return user.name if user and user.id != user_id else ""
