"""A version's blanks as the reading code wants them, prepared once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from forms_app.files import FileStore
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.look_alikes import OwnPrint, own_print_of
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.services.application import Application
from forms_app.services.definitions import form_template
from forms_app.services.images import decode_grey
from forms_app.services.loading import load
from forms_app.store.models import TemplateVersionRow

# A reference of an A4 page at 300 dpi holds some 10 MB of pixels and features.
KEPT_REFERENCES = 12
# Some KB each, a MB where forms share little.
KEPT_PAIRS = 64

Blank = tuple[int, str]
"""Number of a template page, and the key of its image."""


@dataclass(frozen=True, slots=True)
class TemplatePlan:
    """A published version without its images: what a transaction can hand out."""

    template: FormTemplate
    blank_hashes: tuple[str, ...]

    @property
    def positions(self) -> dict[str, int]:
        """Each field's place in review and export order."""
        return {field.name: place for place, field in enumerate(self.template.fields)}


def load_plan(session: Session, version_id: int) -> TemplatePlan:
    """The plan of a published version."""
    version = load(session, TemplateVersionRow, version_id)
    return TemplatePlan(
        template=form_template(version),
        blank_hashes=tuple(page.blank_hash for page in version.pages),
    )


def references_of(app: Application, plan: TemplatePlan) -> tuple[PageReference, ...]:
    """The prepared blanks of all pages; about 0.2 s for each that is not kept yet."""
    return tuple(
        reference(app.files, number, blank_hash)
        for number, blank_hash in enumerate(plan.blank_hashes, start=1)
    )


@lru_cache(maxsize=KEPT_REFERENCES)
def reference(files: FileStore, number: int, blank_hash: str) -> PageReference:
    """One prepared blank: page `number` of its template."""
    return prepare_reference(number, decode_grey(files.get(blank_hash)))


@lru_cache(maxsize=KEPT_PAIRS)
def own_print(files: FileStore, first: Blank, second: Blank) -> OwnPrint | None:
    """What tells two blanks apart, see `look_alikes`."""
    return own_print_of(reference(files, *first), reference(files, *second))
