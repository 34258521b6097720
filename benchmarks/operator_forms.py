"""Filled forms of the field benchmark in a running Fieldhand, for a scripted operator."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.services import batches, form_lists, template_files, templates, uploads
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.templating.template_file import dump_template
from forms_app.training.field_benchmark import FilledForm, fill_form, layout_of
from forms_app.training.synthesis.people import BenchmarkSet
from forms_app.training.synthesis.values import SampledValue

READ_LIMIT_S = 1_200.0


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one form: what is printed there, and what was truly written."""

    field: FormField
    truth: SampledValue


@dataclass(frozen=True, slots=True)
class Form:
    """A filled form: its number in the benchmark, its fields by their names."""

    number: int
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Work:
    """Batches to go through, and each filled form by its id."""

    batch_ids: tuple[int, ...]
    forms: dict[int, Form]
    refused_pages: int


def load_work(app: Application, data: Path, count: int, all_blind: bool = False) -> Work:
    """Upload the first `count` forms of the bench set and wait until they are read.

    Args:
        all_blind: every field is one that two people key (`second_key`).
    """
    filled = [fill_form(BenchmarkSet.BENCH, data, number) for number in range(count)]
    by_layout: dict[int, list[FilledForm]] = {}
    for form in filled:
        by_layout.setdefault(form.layout, []).append(form)
    batch_ids: list[int] = []
    forms: dict[int, Form] = {}
    refused = 0
    for layout, members in by_layout.items():
        version, fields = _publish(app, layout, all_blind)
        batch = batches.create_batch(app, version.id, f"Layout {layout}, blind {all_blind}")
        for form in members:
            name = f"{form.number}.{'tif' if form.data[:2] in (b'II', b'MM') else 'jpg'}"
            uploads.add_file(app, batch.id, name, io.BytesIO(form.data))
        refused += _wait_until_read(app, batch.id)
        batch_ids.append(batch.id)
        truths = {form.number: form.samples for form in members}
        for submission_id, number in _read_forms(app, batch.id):
            found = {each.name: Field(each, truths[number][each.name]) for each in fields}
            forms[submission_id] = Form(number, found)
    return Work(tuple(batch_ids), forms, refused)


def _publish(
    app: Application, layout: int, all_blind: bool
) -> tuple[TemplateVersion, tuple[FormField, ...]]:
    drawn, _ = layout_of(BenchmarkSet.BENCH, layout)
    template = replace(drawn.template, name=f"{drawn.template.name} {layout} {all_blind}")
    # Nobody but a person reads a picture: it takes both ways of working the same.
    fields = tuple(field for field in template.fields if field.kind is not FieldKind.IMAGE)
    if all_blind:
        fields = tuple(replace(field, second_key=True) for field in fields)
    definition = dump_template(replace(template, fields=fields))
    blank = io.BytesIO()
    Image.fromarray(drawn.reference).save(blank, "PNG")
    images = {page["image"]: blank.getvalue() for page in definition["pages"]}
    draft = template_files.import_template(app, definition, images)
    return templates.publish(app, draft.id), fields


def _wait_until_read(app: Application, batch_id: int) -> int:
    """How many of its pages were refused."""
    deadline = time.monotonic() + READ_LIMIT_S
    while time.monotonic() < deadline:
        summary = batches.get_batch(app, batch_id).summary
        if summary.state not in ("empty", "reading"):
            return summary.pages_failed
        time.sleep(0.5)
    raise TimeoutError(f"Batch {batch_id} was not read within {READ_LIMIT_S} s.")


def _read_forms(app: Application, batch_id: int) -> list[tuple[int, int]]:
    """(submission id, number of the benchmark's form), by the name of the file."""
    forms = form_lists.list_forms(app, batch_id, limit=10_000)
    return [(form.id, int(Path(form.file_name).stem)) for form in forms]
