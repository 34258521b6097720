"""The audit trail: who did and saw what, narrowed down by person, deed, thing and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import audit_log
from forms_app.services.accounts import list_open_projects
from forms_app.services.audit_checking import current_anchor
from forms_app.services.dto.accounts import Project
from forms_app.services.dto.audit import AuditFilter
from forms_app.services.loading import LARGEST_ID
from forms_app.web.context import (
    application,
    current_actor,
    current_project_id,
    current_user_id,
)
from forms_app.web.responses import attachment

ROWS_SHOWN = 100
A_DAY = timedelta(days=1)
# Where the page of a thing is: endpoint, name of its id there.
PAGES = {
    "batch": ("batches.show", "batch_id"),
    "submission": ("review.form", "submission_id"),
    "template_version": ("templates.show", "version_id"),
}

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


class Asked(NamedTuple):
    """What the address asks for, as it stands there; empty is whatever does not matter."""

    person: str
    verb: str
    thing: str
    number: str
    since: str
    until: str
    project: str

    def address(self, page: str = ".index", **changes: object) -> str:
        """The address of the same with `changes`."""
        given = {name: value for name, value in self._asdict().items() if value}
        return url_for(page, **{**given, **changes})


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest events, and what narrows them down."""
    asked, before_id = _asked(), _whole(request.args.get("before", ""))
    events = audit_log.list_events(application(), _filter(asked), ROWS_SHOWN + 1, before_id)
    shown = events[:ROWS_SHOWN]
    return render_template(
        "audit/index.html",
        asked=asked,
        is_narrowed=any(asked),
        events=shown,
        gone=audit_log.gone_of(application(), shown),
        before=before_id,
        next_before=events[ROWS_SHOWN - 1].id if len(events) > ROWS_SHOWN else None,
        verbs=audit_log.verbs_in_use(application()),
        projects=_projects(),
        anchor=current_anchor(application()),
        page_of=_page_of,
        in_words=_in_words,
    )


@blueprint.get("/trail.<any(csv, jsonl):file_format>")
def download(file_format: str) -> ResponseReturnValue:
    """The events that the page lists, all of them; that they were taken is an event too."""
    project_id = None if current_actor().is_admin else current_project_id()
    chunks = audit_log.stream_events(
        application(), _filter(_asked()), file_format, current_user_id(), project_id
    )
    return attachment(chunks, f"audit-trail.{file_format}", audit_log.FORMATS[file_format])


def _asked() -> Asked:
    return Asked(*(request.args.get(name, "").strip() for name in Asked._fields))


def _filter(asked: Asked) -> AuditFilter:
    """Administrators see what happened everywhere, others what happened in their project."""
    project_ids: frozenset[int] | None = frozenset({current_project_id()})
    if current_actor().is_admin:
        chosen = _whole(asked.project)
        project_ids = frozenset({chosen}) if chosen is not None else None
    until = _day(asked.until)
    return AuditFilter(
        project_ids=project_ids,
        person=asked.person or None,
        verb=asked.verb or None,
        subject_type=asked.thing or None,
        subject_id=_whole(asked.number),
        since=_day(asked.since),
        until=until + A_DAY if until else None,
    )


def _projects() -> tuple[Project, ...]:
    """What an administrator can choose from, where there is a choice."""
    found = list_open_projects(application()) if current_actor().is_admin else ()
    return found if len(found) > 1 else ()


def _in_words(codes: Iterable[str], words: Mapping[str, str], asked: str) -> list[tuple[str, str]]:
    """What can be chosen, by its words, and what is chosen also where it is no such thing."""
    chosen = {asked} if asked else set()
    found = [(code, words.get(code, code)) for code in {*codes, *chosen}]
    return sorted(found, key=lambda each: each[1].casefold())


def _page_of(subject_type: str, subject_id: int) -> str | None:
    if subject_type not in PAGES:
        return None
    endpoint, name = PAGES[subject_type]
    return url_for(endpoint, **{name: subject_id})  # type: ignore[arg-type]


def _day(given: str) -> datetime | None:
    """Midnight UTC at the start of a day."""
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    except ValueError as error:
        raise UserError("Days are written as 2026-03-12.") from error


def _whole(given: str) -> int | None:
    if not given:
        return None
    if not given.isdecimal() or int(given) > LARGEST_ID:
        raise UserError("The number of a thing has digits only.")
    return int(given)
