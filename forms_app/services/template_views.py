"""A read-only SQL view for each template, for BI tools: one row a form, one column a field.

A view has the shape of the newest published version and holds the forms of all versions. It is made
in a transaction of its own: neither who reads it nor what is built upon it keeps a template from
being published.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.definitions import form_template
from forms_app.services.view_shapes import view_columns, view_name
from forms_app.store import views
from forms_app.store.base import utc_now
from forms_app.store.models import FormTemplateRow, TemplateVersionRow
from forms_app.store.states import VersionState
from forms_app.store.view_sql import select_of

log = structlog.get_logger(__name__)

CAUGHT_UP_WITHIN = timedelta(days=1)
# By PostgreSQL's number of the error.
PROBLEMS = {
    "2BP01": "Other views are built upon it: drop those, run `fieldhand views refresh`, make them "
    "again.",
    "55P03": "Somebody was reading it: run `fieldhand views refresh` later.",
    "42501": "The database's user may not make it: see “Rights” in docs/views.md.",
}
OTHER_PROBLEM = "The database refused it; the log says why."


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template's view, by the name that queries use; `problem` says why it is not up to date."""

    template_id: int
    template: str
    name: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a template's view should be; `definition` is None where there should be none."""

    template: str
    name: str
    definition: str | None


def name_of_view(app: Application, template_id: int) -> str | None:
    """How queries call the view of a template; None where it has none."""
    with app.session() as session:
        plan = _plan(session, template_id)
        return plan.name if plan and plan.definition else None


def refresh_views(engine: Engine) -> list[TemplateView]:
    """Make every view as its template is now, and drop those whose template is gone.

    One that cannot be changed stays as it is, and its problem is told.
    """
    with Session(engine) as session:
        published = _template_ids(session)
    found = [refresh_view(engine, template_id) for template_id in published]
    current = [view for view in found if view is not None]
    _drop_others(engine, {view.name for view in current})
    return current


def catch_up(engine: Engine) -> None:
    """Try again what failed of late, as somebody was reading a view while its template was
    published."""
    with Session(engine) as session:
        since = utc_now() - CAUGHT_UP_WITHIN
        late = _template_ids(session, TemplateVersionRow.published_at > since)
    for template_id in late:
        refresh_view(engine, template_id)


def refresh_view(engine: Engine, template_id: int) -> TemplateView | None:
    """Make, change or drop the view of one template; None where it has none now."""
    with Session(engine) as session:
        plan = _plan(session, template_id)
    if plan is None:
        return None
    problem = ""
    try:
        with engine.begin() as connection:
            views.begin(connection)
            # As it is now, while nobody else changes views.
            with Session(connection) as session:
                plan = _plan(session, template_id) or plan
            _carry_out(connection, plan)
    except DBAPIError as error:
        log.warning("view not changed", template_id=template_id, exc_info=True)
        problem = PROBLEMS.get(getattr(error.orig, "sqlstate", ""), OTHER_PROBLEM)
    if plan.definition is None:
        return None
    return TemplateView(template_id, plan.template, plan.name, problem)


def _drop_others(engine: Engine, names: Set[str]) -> None:
    try:
        with engine.begin() as connection:
            views.begin(connection)
            for name in views.marks_of_views(connection).keys() - names:
                views.drop(connection, name)
    except DBAPIError:
        log.warning("views of templates that are gone not dropped", exc_info=True)


def _carry_out(connection: Connection, plan: _Plan) -> None:
    there = views.marks_of_views(connection).get(plan.name)
    if plan.definition is None:
        if there is not None:
            views.drop(connection, plan.name)
    elif there != views.mark_of(plan.definition):
        views.make(connection, plan.name, plan.definition)


def _plan(session: Session, template_id: int) -> _Plan | None:
    versions = _published(session, template_id)
    if not versions:
        return None
    dialect, newest = session.get_bind().dialect.name, versions[-1]
    name = views.full_name(dialect, view_name(versions[0].name, template_id))
    definition = None
    if newest.template.archived_at is None:
        template = form_template(newest)
        columns = view_columns(template, _sensitive_names(versions))
        definition = select_of(dialect, template_id, columns, bool(template.code))
    return _Plan(newest.name, name, definition)


def _sensitive_names(versions: Sequence[TemplateVersionRow]) -> set[str]:
    """Fields that any version calls sensitive: the view holds the forms of all."""
    return {
        field["name"]
        for version in versions
        for field in version.definition["fields"]
        if field.get("sensitive")
    }


def _published(session: Session, template_id: int) -> Sequence[TemplateVersionRow]:
    return session.scalars(
        select(TemplateVersionRow)
        .where(
            TemplateVersionRow.template_id == template_id,
            TemplateVersionRow.state == VersionState.PUBLISHED,
        )
        .order_by(TemplateVersionRow.number)
    ).all()


def _template_ids(session: Session, *conditions: ColumnElement[bool]) -> Sequence[int]:
    """Templates that can be used for batches."""
    return session.scalars(
        select(FormTemplateRow.id)
        .join(TemplateVersionRow, TemplateVersionRow.template_id == FormTemplateRow.id)
        .where(
            TemplateVersionRow.state == VersionState.PUBLISHED,
            FormTemplateRow.archived_at.is_(None),
            *conditions,
        )
        .distinct()
        .order_by(FormTemplateRow.id)
    ).all()
