"""Which tables an export has, and which forms and fields are in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.reading.form_template import FormField
from forms_app.services.blanks import TemplatePlan, load_plan
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.exported_forms import AskedForms
from forms_app.services.redaction import sensitive_names
from forms_app.store.exported_batches import versions_in
from forms_app.store.models import TemplateVersionRow
from forms_app.store.states import VersionState


def plan_tables(session: Session, batches: Select[int], choice: ExportChoice) -> list[AskedForms]:
    """A table for each template of some batches, with the fields of all its versions.

    Raises:
        UserError: A field is chosen that no version has, or fields of several templates at once.
    """
    versions = versions_in(session, batches)
    if choice.template_id is not None:
        versions = [each for each in versions if each.template_id == choice.template_id]
    templates = _by_template(versions)
    if choice.columns and len(templates) > 1:
        raise UserError("Choose one template first: each has fields, and so columns, of its own.")
    batch_ids = session.scalars(batches.order_by(*batches.selected_columns)).all()
    names = _table_names(templates)
    return [
        _table(session, name, batch_ids, group, choice)
        for name, group in zip(names, templates, strict=True)
    ]


def fields_of_versions(plans: Iterable[TemplatePlan]) -> tuple[FormField, ...]:
    """Every field of some versions, those of the first in its order, then what others add."""
    found: dict[str, FormField] = {}
    for plan in plans:
        for field in plan.template.fields:
            found.setdefault(field.name, field)
    return tuple(found.values())


def fields_of_template(session: Session, template_id: int) -> tuple[FormField, ...]:
    """Every field that a published version of a template has, those of the newest first."""
    versions = session.scalars(
        select(TemplateVersionRow)
        .where(
            TemplateVersionRow.template_id == template_id,
            TemplateVersionRow.state == VersionState.PUBLISHED,
        )
        .order_by(TemplateVersionRow.number.desc())
    )
    return fields_of_versions(load_plan(session, version.id) for version in versions.all())


def chosen_fields(fields: Sequence[FormField], choice: ExportChoice) -> tuple[FormField, ...]:
    """The fields that are chosen, in their order.

    Raises:
        UserError: There is no such field.
    """
    if not choice.columns:
        return tuple(fields)
    by_name = {field.name: field for field in fields}
    for column in choice.columns:
        if column.field not in by_name:
            raise UserError(
                f"The template has no field “{column.field}”; choose the columns again. There are: "
                f"{', '.join(by_name)}"
            )
    return tuple(by_name[column.field] for column in choice.columns)


def _by_template(versions: Sequence[TemplateVersionRow]) -> list[list[TemplateVersionRow]]:
    """The versions of each template, the newest first; templates as they come first."""
    order = list(dict.fromkeys(version.template_id for version in versions))
    found = sorted(versions, key=lambda each: (order.index(each.template_id), -each.number))
    return [list(group) for _, group in groupby(found, key=lambda each: each.template_id)]


def _table(
    session: Session,
    name: str,
    batch_ids: Sequence[int],
    versions: Sequence[TemplateVersionRow],
    choice: ExportChoice,
) -> AskedForms:
    plans = {version.id: load_plan(session, version.id) for version in versions}
    fields = fields_of_versions(plans.values())
    if choice.columns:
        # A preset may name what only other versions have: these forms have nothing there.
        fields = chosen_fields(fields_of_template(session, versions[0].template_id), choice)
    sensitive = sensitive_names(session, versions[0].template_id)
    return AskedForms(name, batch_ids, plans, fields, choice, sensitive)


def _table_names(templates: Sequence[Sequence[TemplateVersionRow]]) -> list[str]:
    """What each template's table is called: its newest name, with its id where two share it."""
    names = [versions[0].name for versions in templates]
    return [
        name if names.count(name) == 1 else f"{name} ({versions[0].template_id})"
        for name, versions in zip(names, templates, strict=True)
    ]
