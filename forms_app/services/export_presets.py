"""Choices for exports of a template that are kept under a name."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.dto.export_presets import ExportPreset, preset_info
from forms_app.services.export_formats import FORMATS
from forms_app.services.export_planning import chosen_fields, fields_of_template
from forms_app.services.loading import load
from forms_app.services.names import printable
from forms_app.store.audit import record_event
from forms_app.store.models import LOCAL_USER_ID, ExportPresetRow, FormTemplateRow

LONGEST_NAME = 60
MOST_PRESETS = 100


def list_presets(app: Application, template_id: int) -> tuple[ExportPreset, ...]:
    """The presets of a template, by name."""
    with app.session() as session:
        load(session, FormTemplateRow, template_id)
        rows = session.scalars(_of(template_id))
        return tuple(sorted(map(preset_info, rows), key=lambda each: each.name.casefold()))


def get_preset(app: Application, preset_id: int) -> ExportPreset:
    """One of them.

    Raises:
        NotFoundError: There is none of that id.
    """
    with app.session() as session:
        return preset_info(load(session, ExportPresetRow, preset_id))


def named_preset(app: Application, template_id: int, name: str) -> ExportPreset:
    """The preset of a template that is called so.

    Raises:
        NotFoundError: There is none; the message names those there are.
    """
    presets = list_presets(app, template_id)
    for preset in presets:
        if preset.name.casefold() == name.strip().casefold():
            return preset
    known = ", ".join(f"“{preset.name}”" for preset in presets) or "none"
    raise NotFoundError(f"The template has no preset “{name}”; there are: {known}")


def save_preset(
    app: Application,
    template_id: int,
    name: str,
    export_format: str,
    choice: ExportChoice,
    user_id: int = LOCAL_USER_ID,
) -> ExportPreset:
    """Keep a choice under a name of its own.

    Days are not kept: they are of the forms of one day, and a preset is for the next ones.

    Raises:
        UserError: The name is empty or too long, or the choice does not suit the template.
        ConflictError: Another preset of the template is called so.
    """
    name = _clean(name)
    with app.session() as session:
        load(session, FormTemplateRow, template_id)
        _require_fitting(session, template_id, export_format, choice)
        if len(session.scalars(_of(template_id)).all()) >= MOST_PRESETS:
            raise UserError(f"A template has at most {MOST_PRESETS} presets; delete one first.")
        row = ExportPresetRow(
            template_id=template_id, name=name, format=export_format, choice=_kept(choice)
        )
        session.add(row)
        _flush(session, name)
        _record(session, "create", row, user_id)
        return preset_info(row)


def change_preset(
    app: Application,
    preset_id: int,
    export_format: str,
    choice: ExportChoice,
    user_id: int = LOCAL_USER_ID,
) -> ExportPreset:
    """Keep another choice under the name of a preset.

    Raises:
        UserError: The choice does not suit the template.
    """
    with app.session() as session:
        row = load(session, ExportPresetRow, preset_id)
        _require_fitting(session, row.template_id, export_format, choice)
        row.format, row.choice = export_format, _kept(choice)
        _record(session, "change", row, user_id)
        return preset_info(row)


def rename_preset(
    app: Application, preset_id: int, name: str, user_id: int = LOCAL_USER_ID
) -> ExportPreset:
    """Call a preset otherwise.

    Raises:
        UserError: The name is empty or too long.
        ConflictError: Another preset of the template is called so.
    """
    with app.session() as session:
        row = load(session, ExportPresetRow, preset_id)
        row.name = _clean(name)
        _flush(session, row.name)
        _record(session, "change", row, user_id)
        return preset_info(row)


def set_default(
    app: Application, preset_id: int, is_default: bool, user_id: int = LOCAL_USER_ID
) -> ExportPreset:
    """Have exports of the template begin with this preset, instead of another one; or no more."""
    with app.session() as session:
        row = load(session, ExportPresetRow, preset_id)
        session.execute(
            update(ExportPresetRow)
            .where(ExportPresetRow.template_id == row.template_id, ExportPresetRow.is_default)
            .values(is_default=False)
        )
        row.is_default = is_default
        session.flush()
        _record(session, "change", row, user_id)
        return preset_info(row)


def delete_preset(app: Application, preset_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Delete a preset; exports that were made with it stay."""
    with app.session() as session:
        row = load(session, ExportPresetRow, preset_id)
        _record(session, "delete", row, user_id)
        session.delete(row)


def _of(template_id: int) -> Select[ExportPresetRow]:
    return select(ExportPresetRow).where(ExportPresetRow.template_id == template_id)


def _clean(name: str) -> str:
    name = " ".join(printable(name).split())
    if not name:
        raise UserError("Give the preset a name, such as “For accounting”.")
    if len(name) > LONGEST_NAME:
        raise UserError(f"A preset's name has at most {LONGEST_NAME} characters.")
    return name


def _require_fitting(
    session: Session, template_id: int, export_format: str, choice: ExportChoice
) -> None:
    if export_format not in tuple(FORMATS):
        raise UserError(f"Exports are written as {', '.join(FORMATS)}, not {export_format}.")
    chosen_fields(fields_of_template(session, template_id), choice)


def _kept(choice: ExportChoice) -> object:
    return replace(choice, since=None, until=None, template_id=None).to_json()


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise ConflictError(
            f"There is a preset “{name}” already; choose another name, or change that one."
        ) from None


def _record(session: Session, verb: str, row: ExportPresetRow, user_id: int) -> None:
    project_id = load(session, FormTemplateRow, row.template_id).project_id
    record_event(
        session, verb, "export_preset", row.id, user_id, project_id=project_id, name=row.name
    )
