"""The supervisor's view of review: who does what, what people ask; and giving work to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.dto.review_notes import ReviewNote
from forms_app.services.dto.team import AskedNote, DecidedForm, Member, SentBack, Team, Work
from forms_app.services.loading import load
from forms_app.services.page_queue import form_labels
from forms_app.services.review_notes import described
from forms_app.store import (
    batch_reservations,
    field_leases,
    review_notes,
    review_places,
    review_queue,
)
from forms_app.store import team as store
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.models import MAIN_PROJECT_ID, BatchRow, FieldLeaseRow, UserRow
from forms_app.store.projects import narrowing, within
from forms_app.store.review_scopes import Scope
from forms_app.store.states import NoteKind
from forms_app.store.team import Done, Holding

FORMS_SHOWN = 8
# Of less than this nobody's pace can be told.
SHORTEST_PACE = timedelta(minutes=2)


def get_team(
    app: Application, batch_id: int | None = None, project_id: int = MAIN_PROJECT_ID
) -> Team:
    """Who does what in review, in one batch or in all of a project.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        if batch_id is not None:
            load(session, BatchRow, batch_id)
        scope = Scope(batch_id=batch_id, project_id=narrowing(session, project_id))
        holdings = store.holdings(session, batch_id, scope.project_id)
        notes = described(session, review_notes.open_notes(session, batch_id, scope.project_id))
        kept_for = batch_reservations.kept_for(session, batch_id) if batch_id else None
        return Team(
            members=_members(session, scope, holdings),
            referred=_asked(session, notes, NoteKind.REFER),
            misaligned=_asked(session, notes, NoteKind.MISALIGNED),
            sent_back=_sent_back(notes),
            decided=_decided(session, scope),
            waiting=review_places.count_waiting(session, scope),
            with_people=sum(each.fields for each in holdings),
            kept_for=kept_for.name if kept_for else "",
        )


def take_away(
    app: Application,
    holder_id: int,
    batch_id: int | None,
    user_id: int,
    project_id: int = MAIN_PROJECT_ID,
) -> int:
    """Give all fields that somebody has back to the queue, in one batch or in all of a project.

    What they have on screen they can still decide unless somebody else takes it first.

    Returns:
        How many fields that were.

    Raises:
        NotFoundError: There is no such person or batch.
    """
    with app.session() as session:
        load(session, UserRow, holder_id)
        if batch_id is not None:
            load(session, BatchRow, batch_id)
        of_scope = within(FieldLeaseRow.batch_id, batch_id, narrowing(session, project_id))
        theirs = FieldLeaseRow.user_id == holder_id
        count = field_leases.release_where(session, theirs, *of_scope)
        record_event(session, "take_away", "user", holder_id, user_id, fields=count)
        return count


def keep_for(app: Application, batch_id: int, holder_id: int, user_id: int) -> str:
    """From now on only one person is handed what waits in a batch for a first look. Others finish
    the few fields that they have.

    Returns:
        The person's name.

    Raises:
        NotFoundError: There is no such person or batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        name = load(session, UserRow, holder_id).name
        batch_reservations.reserve(session, batch_id, holder_id, user_id)
        record_event(session, "keep", "batch", batch_id, user_id, kept_for=holder_id)
        return name


def keep_for_all(app: Application, batch_id: int, user_id: int) -> None:
    """Everybody is handed what waits in the batch again.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        batch_reservations.free(session, batch_id)
        record_event(session, "keep", "batch", batch_id, user_id, kept_for=None)


def _members(session: Session, scope: Scope, holdings: Sequence[Holding]) -> tuple[Member, ...]:
    """Who has something now, the longest there first, then who did something today."""
    done = store.done_since(session, scope.batch_id, scope.project_id, _midnight())
    works: dict[int, list[Work]] = defaultdict(list)
    for each in holdings:
        works[each.user_id].append(
            Work(each.batch_id, each.batch_name, each.mode, each.fields, each.since)
        )
    ids = [*works, *sorted(set(done) - set(works))]
    names = store.names_of(session, ids)
    return tuple(
        _member(user_id, names[user_id], works.get(user_id, ()), done.get(user_id))
        for user_id in ids
    )


def _member(user_id: int, name: str, works: Sequence[Work], done: Done | None) -> Member:
    return Member(
        user_id=user_id,
        name=name,
        works=tuple(works),
        last_at=done.last_at if done else None,
        today=done.fields if done else 0,
        an_hour=pace(done) if done else None,
    )


def pace(done: Done) -> int | None:
    """Fields an hour, from the first to the last said within the last hour."""
    if done.lately_from is None:
        return None
    took = done.last_at - done.lately_from
    if took < SHORTEST_PACE:
        return None
    return round((done.lately - 1) / (took / timedelta(hours=1)))


def _midnight() -> datetime:
    """The start of today where Fieldhand runs."""
    here = utc_now().astimezone()
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _asked(session: Session, notes: Sequence[ReviewNote], kind: NoteKind) -> tuple[AskedNote, ...]:
    return tuple(
        AskedNote(note, _has_picture(session, note)) for note in notes if note.kind == kind
    )


def _has_picture(session: Session, note: ReviewNote) -> bool:
    if note.field_name is None:
        return False
    row = review_queue.find_field(session, note.submission_id, note.field_name)
    return row is not None and row.reading.page_id is not None


def _decided(session: Session, scope: Scope) -> tuple[DecidedForm, ...]:
    rows = store.decided_forms(session, scope.batch_id, scope.project_id, FORMS_SHOWN)
    labels = form_labels(session, {form_id for form_id, *_ in rows})
    return tuple(
        DecidedForm(form_id, labels[form_id], batch, at, user, fields)
        for form_id, batch, at, user, fields in rows
    )


def _sent_back(notes: Sequence[ReviewNote]) -> tuple[SentBack, ...]:
    """One for each form, with the latest note."""
    by_form: dict[int, list[ReviewNote]] = defaultdict(list)
    for note in notes:
        if note.kind == NoteKind.RETURN:
            by_form[note.submission_id].append(note)
    return tuple(
        SentBack(found[-1], tuple(note.field_label for note in found)) for found in by_form.values()
    )
