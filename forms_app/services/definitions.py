"""Between a version's rows and the template file: one place knows how they correspond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forms_app.errors import TemplateError
from forms_app.reading.form_template import FormTemplate
from forms_app.services.dto.templates import TemplatePageInfo, TemplateVersion
from forms_app.store.models import TemplatePageRow, TemplateVersionRow
from forms_app.templating.template_file import FORMAT, parse_template, parse_usable


def empty_definition(name: str) -> dict[str, Any]:
    """What a new draft starts from."""
    return {"format": FORMAT, "name": name, "fields": []}


def image_name(page_number: int) -> str:
    """The file name of a page's blank in an exported template."""
    return f"page-{page_number}.png"


def template_file(definition: dict[str, Any], pages: Sequence[TemplatePageRow]) -> dict[str, Any]:
    """The complete template file of a version, its pages included."""
    return {
        "format": FORMAT,
        "name": definition["name"],
        "pages": [
            {
                "image": image_name(page.number),
                "image_page": 1,
                "width": page.width_px,
                "height": page.height_px,
            }
            for page in pages
        ],
        "fields": definition["fields"],
        **{key: definition[key] for key in ("rules", "code") if definition.get(key)},
    }


def form_template(version: TemplateVersionRow) -> FormTemplate:
    """The version as the reading code wants it.

    Raises:
        TemplateError: The draft is not complete; `problems` says where.
    """
    return parse_template(template_file(version.definition, version.pages))


def usable_template(version: TemplateVersionRow) -> FormTemplate:
    """What of a version is complete: a draft's faulty fields and rules are left out."""
    return parse_usable(template_file(version.definition, version.pages))[0]


def problems_of(version: TemplateVersionRow) -> tuple[str, ...]:
    """What hinders publishing, one sentence each."""
    if not version.definition["fields"]:
        return ("The template has no field yet; draw at least one.",)
    try:
        form_template(version)
    except TemplateError as error:
        return error.problems
    return ()


def version_info(version: TemplateVersionRow) -> TemplateVersion:
    """A version as services hand it out."""
    return TemplateVersion(
        id=version.id,
        template_id=version.template_id,
        name=version.name,
        number=version.number,
        state=version.state,
        revision=version.revision,
        pages=tuple(
            TemplatePageInfo(
                number=page.number,
                width_px=page.width_px,
                height_px=page.height_px,
                blank_key=page.blank_hash,
                source_name=page.source_name,
            )
            for page in version.pages
        ),
        definition=version.definition,
        problems=problems_of(version),
        updated_at=version.updated_at,
        published_at=version.published_at,
    )
