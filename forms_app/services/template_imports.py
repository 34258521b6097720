"""Importing a template file whose name is taken: beside the template of that name, or as its next
version. Two published templates of one form make every page of it wait for a person, so which it is
is always said and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError
from forms_app.services.application import Application
from forms_app.services.definitions import version_info
from forms_app.services.drafts import require_draft
from forms_app.services.dto.templates import TemplateSummary, TemplateVersion
from forms_app.services.loading import load
from forms_app.services.names import MAX_LENGTH
from forms_app.services.project_of import Kind, missing
from forms_app.services.template_files import read_template
from forms_app.services.templates import insert_template, list_templates
from forms_app.store.audit import record_event
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    FormTemplateRow,
    TemplateVersionRow,
)
from forms_app.store.states import VersionState


@dataclass(frozen=True, slots=True)
class ImportedTemplate:
    """A draft out of a template file; `namesake` is the template that has the file's name
    already, beside which this one is called otherwise."""

    version: TemplateVersion
    namesake: TemplateSummary | None


def import_beside(
    app: Application,
    definition: Mapping[str, Any],
    images: Mapping[str, bytes],
    user_id: int = LOCAL_USER_ID,
    project_id: int = MAIN_PROJECT_ID,
) -> ImportedTemplate:
    """A template of its own in a project, called `Intake (2)` where there is an `Intake`.

    Raises:
        TemplateError: The definition or a blank is wrong; `problems` has every fault.
    """
    read = read_template(app, definition, images)
    namesake = namesake_of(app, read.name, project_id)
    name = _free_name(app, read.name, project_id)
    definition = read.definition | {"name": name}
    with app.session() as session:
        version = insert_template(session, name, definition, read.pages, user_id, project_id)
    return ImportedTemplate(version, namesake)


def import_as_version(
    app: Application,
    template_id: int,
    definition: Mapping[str, Any],
    images: Mapping[str, bytes],
    user_id: int = LOCAL_USER_ID,
) -> TemplateVersion:
    """The next version of a template, as a draft under the template's name.

    Raises:
        TemplateError: as for `import_beside`.
        ConflictError: The template has a draft already, or is archived.
    """
    read = read_template(app, definition, images)
    draft = TemplateVersionRow(definition=read.definition, pages=read.pages)
    with _alone(), app.session() as session:
        _put_next(session, draft, template_id)
        session.add(draft)
        session.flush()
        record_event(session, "create", "template_version", draft.id, user_id, number=draft.number)
        return version_info(draft)


def make_next_version(
    app: Application, version_id: int, template_id: int, user_id: int = LOCAL_USER_ID
) -> TemplateVersion:
    """Make a template that was never published the next version of another; its id stays.

    Raises:
        ConflictError: It is published, or the other has a draft already or is archived.
        NotFoundError: The other is not there, or of another project.
    """
    with _alone(), app.session() as session:
        draft = load(session, TemplateVersionRow, version_id)
        require_draft(draft)
        own = draft.template
        if load(session, FormTemplateRow, template_id).project_id != own.project_id:
            raise missing(Kind.TEMPLATE)
        if len(own.versions) > 1 or own.id == template_id:
            raise ConflictError(
                f"“{draft.name}” has published versions; only a template that has none can become "
                "a version of another."
            )
        _put_next(session, draft, template_id)
        session.flush()
        session.refresh(own)
        session.delete(own)
        record_event(session, "move", "template_version", draft.id, user_id, number=draft.number)
        session.flush()
        return version_info(draft)


def _put_next(session: Session, draft: TemplateVersionRow, template_id: int) -> None:
    """After the template's last version, under its name."""
    template = load(session, FormTemplateRow, template_id)
    newest = template.versions[-1]
    if template.archived_at is not None:
        raise ConflictError(f"“{newest.name}” is archived; it gets no new version.")
    if newest.state == VersionState.DRAFT:
        raise ConflictError(
            f"“{newest.name}” has a draft already, version {newest.number}. Nothing was changed: "
            "publish or delete that draft first."
        )
    draft.template_id, draft.number, draft.name = template.id, newest.number + 1, newest.name
    draft.definition = draft.definition | {"name": newest.name}


@contextmanager
def _alone() -> Iterator[None]:
    """The database lets a template have one draft: of two people at once the second is told."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError("Someone else has just started a draft of this template.") from error


def namesake_of(
    app: Application, name: str, project_id: int = MAIN_PROJECT_ID
) -> TemplateSummary | None:
    """The template of that name, a published one first; capitals do not matter."""
    alike = [t for t in list_templates(app, project_id) if t.name.casefold() == name.casefold()]
    return min(alike, key=lambda t: t.published_version_id is None, default=None)


def _free_name(app: Application, wanted: str, project_id: int) -> str:
    """`wanted`, else the first of `wanted (2)`, `wanted (3)`, ... that no template has."""
    taken = {template.name.casefold() for template in list_templates(app, project_id)}
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        ending = f" ({number})"
        name = wanted[: MAX_LENGTH - len(ending)] + ending
    return name
