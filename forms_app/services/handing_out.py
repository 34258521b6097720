"""Handing out what waits in review: each field to one window of one person at a time."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.dto.review import HandedOut, ItemKey
from forms_app.services.review import items_of
from forms_app.services.seeded_errors import mixed_in
from forms_app.store import field_leases, review_places, review_queue
from forms_app.store.batch_reservations import kept_for, open_to
from forms_app.store.field_leases import FieldKey, Seat
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.review_scopes import BY_PLACE, Scope, in_order, stretches, waiting
from forms_app.store.states import ReviewMode

# Fields of one form belong together, unless one field is gone through down the batch.
BY_FORM = frozenset({ReviewMode.FORMS, ReviewMode.KEYING, ReviewMode.REFERRED})
MOST_AHEAD = 20
# The field on screen and the next one, which has to be there at once.
LEAST_AHEAD = 2
# Of what is free each seat takes at most half of an equal part: some is left for who comes next.
PART = 2
# Others may have been quicker with some of what was free a moment ago.
TRIES = 3


def hand_out(
    app: Application, scope: Scope, seat: Seat, after: ItemKey | None = None, count: int = 1
) -> HandedOut:
    """The next `count` fields of a scope after `after` that nobody else has, and from the start
    again; they are the seat's until it decides or leaves, or the lease lapses.

    When little is left, everybody is handed little ahead, so that nobody sits idle while it lies
    with others. Forms that somebody else is in are passed over in the modes that go by forms, as
    long as there are others.
    """
    lease_s = app.settings.review_lease_seconds
    with app.session() as session:
        # By itself: no transaction waits for others' leases while it holds its own.
        field_leases.renew(session, seat, lease_s)
    with app.session() as session:
        place = _find(session, after, scope)
        keys = _Desk(session, scope, seat, lease_s).take(place, count)
    # Only after the commit: loading takes long, and others wait for what is locked.
    with app.session() as session:
        place = _find(session, after, scope)
        # Its own decisions may have come in between.
        held = map(_key, field_leases.held(session, seat, waiting(scope), []))
        rows = review_queue.fields_by_key(session, sorted(set(keys) & set(held)), place)
        items = items_of(session, rows, scope)
        if items:
            every = app.settings.seeded_error_every
            return HandedOut(mixed_in(session, scope, items, place, every))
        others = field_leases.count_others(session, seat, waiting(scope))
        return HandedOut((), others, _kept_for_another(session, scope))


def is_any_free(app: Application, scope: Scope) -> bool:
    """Whether something waits in the scope that nobody has."""
    with app.session() as session:
        return field_leases.count_free(session, [*waiting(scope), *open_to(scope)], most=1) > 0


def count_waiting(app: Application, scope: Scope) -> int:
    """How many fields of a scope are still to be done, whoever has them now."""
    with app.session() as session:
        return review_places.count_waiting(session, scope)


class _Desk:
    """Hands out to one seat, within one transaction."""

    def __init__(self, session: Session, scope: Scope, seat: Seat, lease_s: int) -> None:
        self._session, self._scope, self._seat, self._lease_s = session, scope, seat, lease_s
        self._wanted = [*waiting(scope), *open_to(scope)]

    def take(self, place: SubmissionFieldRow | None, count: int) -> list[FieldKey]:
        """Up to `count` fields after `place`, the seat's own and new ones; where there are none,
        the first of its own from the start again: the person has passed it over."""
        own = field_leases.held(self._session, self._seat, self._wanted, in_order(place))
        ahead = [_key(row) for row in own if place is None or _is_after(row, place)][:count]
        room = min(count - len(ahead), self._share(len(own)) - len(own))
        found = ahead + self._new(place, room)
        return found or [_key(row) for row in own[:1]]

    def _share(self, own: int) -> int:
        """How many fields the seat may have at a time."""
        # Its own seat counts also before it has anything, and after its last word on what it had.
        counted = field_leases.count_seats(
            self._session, self._scope.batch_id, self._scope.project_id
        )
        seats = max(1, counted + (own == 0))
        most = PART * seats * MOST_AHEAD
        free = field_leases.count_free(self._session, self._wanted, most) + own
        return max(LEAST_AHEAD, free // (PART * seats))

    def _new(self, place: SubmissionFieldRow | None, count: int) -> list[FieldKey]:
        for whole_forms in (True, False) if self._scope.mode in BY_FORM else (False,):
            if found := self._claim(place, count, whole_forms):
                return found
        return []

    def _claim(
        self, place: SubmissionFieldRow | None, count: int, whole_forms: bool
    ) -> list[FieldKey]:
        found: list[FieldKey] = []
        for stretch in TRIES * stretches(place):
            if len(found) >= count:
                break
            found += field_leases.claim(
                self._session,
                self._seat,
                self._scope.mode,
                [*self._wanted, *stretch],
                BY_PLACE,
                count - len(found),
                self._lease_s,
                whole_forms,
            )
        return found


def _find(session: Session, key: ItemKey | None, scope: Scope) -> SubmissionFieldRow | None:
    """The field, if it is of the scope's batch or project."""
    return review_queue.find_field(session, *key, scope) if key else None


def _key(row: SubmissionFieldRow) -> FieldKey:
    return row.submission_id, row.field_name


def _is_after(row: SubmissionFieldRow, place: SubmissionFieldRow) -> bool:
    return (row.submission_id, row.position) > (place.submission_id, place.position)


def _kept_for_another(session: Session, scope: Scope) -> str:
    if scope.batch_id is None or not open_to(scope):
        return ""
    user = kept_for(session, scope.batch_id)
    return user.name if user and user.id != scope.user_id else ""
