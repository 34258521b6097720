"""How much waits in each way of reviewing: a fixed number of queries, whatever waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from forms_app.store.models import (
    BatchVersionRow,
    QualitySampleRow,
    SubmissionFieldRow,
    TemplateFieldRow,
)
from forms_app.store.open_fields import is_aside
from forms_app.store.projects import within
from forms_app.store.review_places import count_waiting
from forms_app.store.review_scopes import Scope, waiting
from forms_app.store.states import FieldState, ReviewMode, ReviewStage

Field = SubmissionFieldRow
_ASIDE = (ReviewMode.REFERRED, ReviewMode.SECOND_KEY, ReviewMode.THIRD_KEY)
_STAGES = (ReviewStage.POSTPONED, ReviewStage.SECOND_KEY, ReviewStage.THIRD_KEY)


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """Open fields by the way of reviewing that they wait in, and by stage, whoever may do them."""

    by_mode: dict[ReviewMode, int]
    by_stage: dict[ReviewStage, int]


def count_open_ways(
    session: Session, batch_id: int | None, user_id: int, project_id: int | None
) -> OpenCounts:
    """What is open for one person."""
    of_person = Scope(batch_id=batch_id, user_id=user_id, project_id=project_id)
    modes = [func.count().filter(and_(*waiting(replace(of_person, mode=mode)))) for mode in _ASIDE]
    stages = [func.count().filter(Field.stage == stage) for stage in _STAGES]
    of_scope = within(Field.batch_id, batch_id, project_id)
    query = select(*modes, *stages).select_from(Field).where(is_aside(), *of_scope)
    counts = list(session.execute(query).one())
    first_looks = {
        mode: count_waiting(session, replace(of_person, mode=mode))
        for mode in (ReviewMode.FORMS, ReviewMode.KEYING)
    }
    return OpenCounts(
        first_looks | dict(zip(_ASIDE, counts, strict=False)),
        dict(zip(_STAGES, counts[len(_ASIDE) :], strict=True)),
    )


def count_sampled(session: Session, batch_id: int | None, project_id: int | None) -> int:
    """Drawn fields that are still to be checked: from the few that were drawn, not from all."""
    query = (
        select(func.count())
        .select_from(QualitySampleRow)
        .join(
            Field,
            and_(
                Field.submission_id == QualitySampleRow.submission_id,
                Field.field_name == QualitySampleRow.field_name,
            ),
        )
        .where(QualitySampleRow.agrees.is_(None), Field.state == FieldState.ACCEPTED)
        .where(*within(QualitySampleRow.batch_id, batch_id, project_id))
    )
    return session.scalar(query) or 0


def count_by_field(session: Session, batch_id: int) -> Sequence[tuple[str, int]]:
    """Name of each field that waits for a first look, and in how many forms, in their order."""
    rows = session.execute(
        select(Field.field_name, func.count())
        .where(*waiting(Scope(batch_id=batch_id)))
        .group_by(Field.field_name)
        .order_by(func.min(Field.position), Field.field_name)
    )
    return [(name, count) for name, count in rows]


def labels_of_fields(session: Session, batch_id: int) -> dict[str, str]:
    """The label of each field of a batch's templates; of several that have it, the first one's."""
    rows = session.execute(
        select(TemplateFieldRow.name, TemplateFieldRow.label)
        .join(BatchVersionRow, BatchVersionRow.version_id == TemplateFieldRow.version_id)
        .where(BatchVersionRow.batch_id == batch_id)
        .order_by(BatchVersionRow.position.desc())
    )
    return {name: label or name for name, label in rows}
