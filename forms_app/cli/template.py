"""`fieldhand template`: detect, check, import and export form template files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forms_app.cli.applications import chosen_project, opened_application, project_option
from forms_app.errors import NotFoundError, TemplateError, UserError

if TYPE_CHECKING:
    from forms_app.reading.form_template import FormTemplate
    from forms_app.reading.types import GreyImage
    from forms_app.services.application import Application
    from forms_app.services.dto.templates import TemplateSummary, TemplateVersion
    from forms_app.templating.findings import Finding

EXIT_SOME_FAILED = 3

_data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of the embedded database.  [default: the platform's data folder]",
)


@click.group(name="template")
def command() -> None:
    """Detect, check, import and export form template files."""


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--quick", is_flag=True, help="Leave out laying worn copies of each blank onto the template."
)
def check(paths: tuple[Path, ...], quick: bool) -> None:
    """Say everything that is wrong with template files, and what would spoil their readings."""
    from forms_app.templating.blanks import load_blanks
    from forms_app.templating.template_archive import opened_template
    from forms_app.templating.template_file import load_template

    failed = False
    for path in paths:
        try:
            with opened_template(path) as opened:
                template = load_template(opened)
                blanks = load_blanks(template, opened.parent)
        except TemplateError as error:
            failed = True
            for problem in error.problems:
                click.echo(f"{path}: {problem}", err=True)
            continue
        findings = _findings(template, blanks, quick)
        must_change = any(finding.severity == "must" for finding in findings)
        failed = failed or must_change
        pages, fields = len(template.pages), len(template.fields)
        verdict = "must be changed" if must_change else "fine"
        click.echo(f"{path}: {verdict}. '{template.name}', {pages} pages, {fields} fields")
        for finding in findings:
            where = f"field '{finding.field}': " if finding.field else ""
            click.echo(f"  {finding.severity}: {where}{finding.message} {finding.advice}")
    if failed:
        sys.exit(EXIT_SOME_FAILED)


@command.command(name="import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--publish", "publishes", is_flag=True, help="Publish it at once.")
@click.option("--name", help="Call it so.  [default: the name in the file]")
@click.option(
    "--version-of",
    "existing",
    metavar="TEMPLATE",
    help="Make it the next version of this template (name or number), under its name.",
)
@project_option
@_data_option
def import_(
    path: Path,
    publishes: bool,
    name: str | None,
    existing: str | None,
    project: str | None,
    data: Path | None,
) -> None:
    """Bring a template file and its blanks into the database as a draft.

    Where a template has its name already, it becomes one of its own with a number after the name;
    with --publish you have to say by --name or --version-of which it is to be.
    """
    from forms_app.services.templates import publish
    from forms_app.templating.template_archive import opened_template
    from forms_app.templating.template_file import load_template, read_definition

    if name is not None and existing is not None:
        raise click.UsageError("A version keeps the template's name: give --name or --version-of.")
    with opened_template(path) as opened:
        load_template(opened)
        definition = read_definition(opened)
        files = {name: _file_bytes(opened.parent / name) for name in _named_files(definition)}
    if name is not None:
        definition = definition | {"name": name}
    with opened_application(data) as app:
        project_id = chosen_project(app, project)
        version = _imported(app, definition, files, existing, publishes, project_id)
        if publishes:
            version = publish(app, version.id)
    click.echo(
        f"Imported '{version.name}' as template {version.template_id}, version {version.number}, "
        f"{version.state}."
    )


@command.command()
@click.argument("name")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: the template's name with .fieldhand.zip]",
)
@project_option
@_data_option
def export(name: str, output: Path | None, project: str | None, data: Path | None) -> None:
    """Write a template (by name or number) and its blanks as one file.

    The published version, or the draft where none is published yet.
    """
    from forms_app.services.template_files import export_template
    from forms_app.templating.template_archive import ENDING

    with opened_application(data) as app:
        found = _template_called(app, name, chosen_project(app, project))
        content = export_template(app, found.published_version_id or found.version_id)
    path = output or Path(f"{_file_name(found.name)}{ENDING}")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"The output {path} cannot be written: {error.strerror}.") from error
    click.echo(f"Wrote {path}")


def _imported(
    app: Application,
    definition: dict[str, Any],
    files: dict[str, bytes],
    existing: str | None,
    publishes: bool,
    project_id: int,
) -> TemplateVersion:
    """A draft: the next version of the template called `existing`, else a template of its own."""
    from forms_app.services.template_imports import import_as_version, import_beside

    if existing is not None:
        template_id = _template_called(app, existing, project_id).id
        return import_as_version(app, template_id, definition, files)
    if publishes:
        _require_free_name(app, definition["name"], project_id)
    imported = import_beside(app, definition, files, project_id=project_id)
    if imported.namesake is not None:
        click.echo(_said_of_namesake(imported.namesake, imported.version.name), err=True)
    return imported.version


def _template_called(app: Application, name: str, project_id: int) -> TemplateSummary:
    """The template of a project with this name or number.

    Raises:
        NotFoundError: There is none.
        UserError: Several have the name.
    """
    from forms_app.services.templates import list_templates

    found = [t for t in list_templates(app, project_id) if name in {t.name, str(t.id)}]
    if not found:
        raise NotFoundError(f"There is no template '{name}'.")
    if len(found) > 1:
        numbers = ", ".join(str(t.id) for t in found)
        raise UserError(f"Several templates are named '{name}'; give a number: {numbers}.")
    return found[0]


def _require_free_name(app: Application, name: str, project_id: int) -> None:
    """Nothing is published beside a template of the same name unless that is asked for.

    Raises:
        UserError: The name is taken.
    """
    from forms_app.services.template_imports import namesake_of

    namesake = namesake_of(app, name, project_id)
    if namesake is not None:
        raise UserError(
            f"There is a template '{namesake.name}' already (number {namesake.id}), and nothing "
            f"was imported. Give --version-of {namesake.id} to publish this as its next version, "
            "or --name with another name if it is another form."
        )


def _said_of_namesake(namesake: TemplateSummary, name: str) -> str:
    return (
        f"There is a template '{namesake.name}' already (number {namesake.id}), so this one is "
        f"called '{name}'. If it is the same form, delete this draft and import it with "
        f"--version-of {namesake.id}: pages of two published templates of one form wait for a "
        "person."
    )


def _findings(
    template: FormTemplate, blanks: Sequence[GreyImage], quick: bool
) -> tuple[Finding, ...]:
    """What the health check says; the registration's test of itself takes seconds for a page."""
    from forms_app.reading.registration import prepare_reference
    from forms_app.templating.findings import most_severe_first
    from forms_app.templating.health import quick_findings
    from forms_app.templating.health_print import page_print
    from forms_app.templating.health_registration import registration_findings

    found = quick_findings(template, [page_print(blank) for blank in blanks])
    if quick:
        return found
    references = [prepare_reference(number, blank) for number, blank in enumerate(blanks, start=1)]
    with click.progressbar(length=1, label="Laying worn copies", file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        found += registration_findings(references, template.fields, show)
    return most_severe_first(found)


@command.command()
@click.argument("blank", type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Template file to write; name it into the blank's folder.  [default: the screen]",
)
def detect(blank: Path, output: Path | None) -> None:
    """Propose a template from a blank form: its fields with kinds, names and labels."""
    from forms_app.reading.errors import ReadingError
    from forms_app.templating.blank_detection import detect_template
    from forms_app.templating.label_reading import INSTALL_COMMAND

    try:
        found = detect_template(_file_bytes(blank), blank.name)
    except ReadingError as error:
        raise TemplateError(error.message) from error
    text = json.dumps(found.definition, indent=1, ensure_ascii=False)
    if output is None:
        click.echo(text)
    else:
        try:
            output.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise UserError(f"The output {output} cannot be written: {error.strerror}.") from error
    pages, fields = len(found.definition["pages"]), len(found.definition["fields"])
    click.echo(f"{blank}: {fields} fields on {pages} pages; look them over before use", err=True)
    if found.unread_pages:
        click.echo(
            f"No label could be read on page {', '.join(map(str, found.unread_pages))}: it is a "
            "picture, and the text recogniser is not installed. So its fields are called field_1, "
            "field_2, ... and all places to write are of kind text. Give the form's PDF where it "
            f"holds text, or run {INSTALL_COMMAND} and detect again.",
            err=True,
        )


def _named_files(definition: dict[str, Any]) -> Iterator[str]:
    """Names of the blanks and value lists of a checked definition."""
    yield from dict.fromkeys(page["image"] for page in definition["pages"])
    for field in definition["fields"]:
        if isinstance(field.get("values"), str):
            yield field["values"]


def _file_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TemplateError(f"The file {path} cannot be read: {error.strerror}.") from error


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_ " else "_" for c in name).strip() or "template"
