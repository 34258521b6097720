"""Drafts of form templates: saved as they are drawn, published once they are complete."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, TemplateError, UserError
from forms_app.reading.page_codes import LONGEST_PATTERN
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.definitions import (
    form_template,
    problems_of,
    version_info,
)
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.loading import load
from forms_app.services.names import clean_name
from forms_app.services.template_jobs import forget_jobs_of
from forms_app.services.template_views import refresh_view
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    FormTemplateRow,
    TemplateFieldRow,
    TemplatePageRow,
    TemplateVersionRow,
)
from forms_app.store.states import VersionState

MAX_DEFINITION_BYTES = 4 << 20
MOST_RULES = 200


def save_draft(
    app: Application,
    version_id: int,
    fields: list[dict[str, Any]],
    revision: int,
    name: str | None = None,
    user_id: int = LOCAL_USER_ID,
    *,
    rules: list[dict[str, Any]] | None = None,
    code: str | None = None,
) -> TemplateVersion:
    """Keep the draft as it is drawn; it may be incomplete, `problems` of the answer says where.

    Args:
        revision: The revision that the change was made on.
        rules: Over several fields; None leaves those that there are.
        code: What codes on the pages hold, "" for nothing; None leaves it as it is.

    Raises:
        ConflictError: Someone saved in between, or the version is published.
        UserError: `fields` or `rules` is not a list of objects, or there is too much of something.
    """
    beside = _checked_beside(rules, code)
    _check_shape(fields, "fields")
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        require_draft(version)
        new_name = version.name if name is None else clean_name(name, "template")
        changed = version.definition | {"name": new_name, "fields": fields} | beside
        _replace_definition(session, version, revision, new_name, _without_empty(changed))
        session.refresh(version)
        if version.number == 1:
            version.template.name = new_name
        return version_info(version)


def _replace_definition(
    session: Session,
    version: TemplateVersionRow,
    revision: int,
    name: str,
    definition: dict[str, Any],
) -> None:
    """The next revision of a draft, where `revision` is still its last."""
    saved = session.execute(
        update(TemplateVersionRow)
        .where(
            TemplateVersionRow.id == version.id,
            TemplateVersionRow.revision == revision,
            TemplateVersionRow.state == VersionState.DRAFT,
        )
        .values(definition=definition, name=name, revision=revision + 1, updated_at=utc_now())
    )
    if saved.rowcount == 0:  # type: ignore[attr-defined]
        raise ConflictError(
            f"The template {version.name} was changed elsewhere meanwhile; load it again to "
            "see that change, then repeat yours."
        )


def publish(app: Application, version_id: int, user_id: int = LOCAL_USER_ID) -> TemplateVersion:
    """Make a draft usable for batches; from now on it never changes.

    Raises:
        TemplateError: The draft is not complete; `problems` names each field and fault.
        ConflictError: It is published already.
    """
    with app.session() as session:
        version = _lock_draft(session, version_id)
        problems = problems_of(version)
        if problems:
            raise TemplateError(list(problems))
        _add_field_rows(version)
        session.flush()  # The guard refuses fields of a published version: they go in before.
        version.state = VersionState.PUBLISHED
        version.published_at = version.updated_at = utc_now()
        version.template.name = version.name
        record_event(
            session, "publish", "template_version", version.id, user_id, number=version.number
        )
        session.flush()
        info = version_info(version)
    refresh_view(app.engine, info.template_id)
    return info


def new_draft(app: Application, template_id: int, user_id: int = LOCAL_USER_ID) -> TemplateVersion:
    """A draft to change a published template by; the one there is, when there is one already."""
    try:
        with app.session() as session:
            template = load(session, FormTemplateRow, template_id)
            newest = template.versions[-1]
            if newest.state == VersionState.DRAFT:
                return version_info(newest)
            draft = _copy_of(newest)
            session.add(draft)
            session.flush()
            record_event(
                session, "create", "template_version", draft.id, user_id, number=draft.number
            )
            return version_info(draft)
    except IntegrityError as error:
        raise ConflictError("Someone else has just started a draft of this template.") from error


def delete_draft(app: Application, version_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Throw a draft away; a template that was never published goes with it.

    Raises:
        ConflictError: The version is published.
    """
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        require_draft(version)
        record_event(session, "delete", "template_version", version.id, user_id)
        keys = forget_jobs_of(session, version.id)
        template, is_only = version.template, len(version.template.versions) == 1
        session.delete(version)
        session.flush()
        session.refresh(template)
        if is_only:
            session.delete(template)
    delete_unreferenced(app, keys)


def _lock_draft(session: Session, version_id: int) -> TemplateVersionRow:
    """The draft as it is now; whoever is saving it comes before or is refused afterwards."""
    session.execute(
        update(TemplateVersionRow)
        .where(TemplateVersionRow.id == version_id, TemplateVersionRow.state == VersionState.DRAFT)
        .values(revision=TemplateVersionRow.revision)
    )
    version = load(session, TemplateVersionRow, version_id)
    require_draft(version)
    return version


def require_draft(version: TemplateVersionRow) -> None:
    """Refuses a version that is published.

    Raises:
        ConflictError: It is.
    """
    if version.state != VersionState.DRAFT:
        raise ConflictError(
            f"Version {version.number} of {version.name} is published and cannot be changed; "
            "start a new draft instead."
        )


def _checked_beside(rules: list[dict[str, Any]] | None, code: str | None) -> dict[str, Any]:
    """What is to be kept beside the fields."""
    beside: dict[str, Any] = {}
    if rules is not None:
        _check_shape(rules, "rules")
        if len(rules) > MOST_RULES:
            raise UserError(f"A template can have {MOST_RULES} rules at most.")
        beside["rules"] = rules
    if code is not None:
        if len(code) > LONGEST_PATTERN or "\0" in code:
            raise UserError(
                f"What a code on the page holds can be said in {LONGEST_PATTERN} characters at "
                "most, without NUL; shorten it."
            )
        beside["code"] = code.strip()
    return beside


def _without_empty(definition: dict[str, Any]) -> dict[str, Any]:
    """A definition names rules and code only where there are some."""
    return {
        key: value for key, value in definition.items() if value or key not in ("rules", "code")
    }


def _check_shape(items: object, what: str) -> None:
    """Refuses what is no list of JSON objects, or too large to keep.

    Args:
        items: of a definition, as they were sent.
        what: `fields` or `rules`, for the message.

    Raises:
        UserError: It is none, or too large.
    """
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UserError(f"The {what} of a template must be a list of objects.")
    try:
        written = json.dumps(items, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UserError(f"The {what} of a template must be plain JSON.") from error
    if "\\u0000" in written:
        raise UserError(f"The {what} of a template must not hold NUL characters.")
    if len(written) > MAX_DEFINITION_BYTES:
        raise UserError("The template is too large to be saved; use fewer fields or values.")


def _add_field_rows(version: TemplateVersionRow) -> None:
    template = form_template(version)
    version.fields = [
        TemplateFieldRow(
            position=position,
            name=field.name,
            label=field.label,
            kind=field.kind,
            page=field.page,
            required=field.constraints.required,
        )
        for position, field in enumerate(template.fields)
    ]


def _copy_of(version: TemplateVersionRow) -> TemplateVersionRow:
    pages = [
        TemplatePageRow(
            number=page.number,
            width_px=page.width_px,
            height_px=page.height_px,
            blank_hash=page.blank_hash,
            source_name=page.source_name,
        )
        for page in version.pages
    ]
    return TemplateVersionRow(
        template_id=version.template_id,
        number=version.number + 1,
        name=version.name,
        definition=version.definition,
        pages=pages,
    )
