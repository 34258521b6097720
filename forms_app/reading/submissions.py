"""A file of scanned pages -> filled forms: pages are grouped in file order, failures are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier
from forms_app.reading.confidence import missing_page
from forms_app.reading.cross_rules import with_rules
from forms_app.reading.errors import PageError, PoorRegistrationError, ReadingError
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.grouping import PageSign, group_pages
from forms_app.reading.intake import IntakeLimits, ScanFile, open_pages
from forms_app.reading.pipeline import read_pages
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference
from forms_app.reading.types import AlignedPage, FieldReading, PageReading

_PAGES_TOGETHER = 8
UNSURE_ORDER = "unsure_order"
UNSURE_MESSAGE = (
    "The pages around this one can be sorted into forms in more than one way; put the file's pages "
    "in order."
)


@dataclass(frozen=True, slots=True)
class PagePlacement:
    """Where a page of a file went: `number` in the file, page of the template, how it was laid."""

    number: int
    template_page: int
    residual_px: float
    quarter_turns: int


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A page that could not be read; `number` is None where the whole file could not."""

    source: str
    number: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SubmissionReading:
    """One filled form: `number` counts within its file, `fields` are in the template's order."""

    source: str
    number: int
    pages: tuple[PagePlacement, ...]
    fields: tuple[FieldReading, ...]


@dataclass(frozen=True, slots=True)
class FileReading:
    """Everything read from one file, and what could not be."""

    submissions: tuple[SubmissionReading, ...]
    failures: tuple[PageFailure, ...]


@dataclass(frozen=True, slots=True)
class _ReadPage:
    placement: PagePlacement
    reading: PageReading


def read_file(
    data: ScanFile,
    source: str,
    template: FormTemplate,
    references: Sequence[PageReference],
    classifier: Classifier,
    policy: ReviewPolicy | None = None,
    limits: IntakeLimits | None = None,
) -> FileReading:
    """Read every filled form of a file; what fails is recorded, never raised.

    Args:
        data: the file's bytes, or its path.
        source: its name, for messages.
        template: the form template.
        references: its blank pages.
        classifier: for the glyphs.
        policy: what is accepted unseen; None takes the default.
        limits: of the intake; None takes the default.
    """
    failures: list[PageFailure] = []
    read: list[_ReadPage] = []
    aligned = _aligned_pages(data, source, template, references, limits, failures)
    while together := list(islice(aligned, _PAGES_TOGETHER)):
        pages = [page for _, page in together]
        readings = read_pages(pages, template, references, classifier, policy)
        for (number, page), reading in zip(together, readings, strict=True):
            read.append(_ReadPage(_placement(number, page), reading))
    forms = _sorted_into_forms(source, read, template, failures)
    submissions = tuple(
        _submission(source, number, pages, template) for number, pages in enumerate(forms, start=1)
    )
    return FileReading(submissions, tuple(failures))


def complete_fields(
    template: FormTemplate, read: Mapping[str, FieldReading]
) -> tuple[FieldReading, ...]:
    """A reading for every field in the template's order; those not read are on missing pages."""
    return tuple(read.get(field.name) or missing_page(field) for field in template.fields)


def _aligned_pages(
    data: ScanFile,
    source: str,
    template: FormTemplate,
    references: Sequence[PageReference],
    limits: IntakeLimits | None,
    failures: list[PageFailure],
) -> Iterator[tuple[int, AlignedPage]]:
    """(page number, aligned page) of every page that can be laid onto the template."""
    number: int | None = None
    try:
        for page in open_pages(data, source, limits or IntakeLimits(), with_colours=True):
            number = page.number
            try:
                yield (
                    number,
                    align_onto_template(page.grey, references, template.fields, page.chroma),
                )
            except PageError as error:
                message = error.named(f"“{template.name}”").message
                failures.append(PageFailure(source, number, error.code, message))
    except ReadingError as error:
        after = None if number is None else number + 1
        failures.append(PageFailure(source, after, error.code, error.message))


def _sorted_into_forms(
    source: str, read: Sequence[_ReadPage], template: FormTemplate, failures: list[PageFailure]
) -> list[list[_ReadPage]]:
    """The pages of each form; pages that only a person could sort become failures."""
    by_number: dict[int, _ReadPage | None] = {
        failure.number: None
        for failure in failures
        if failure.number is not None and failure.code == PoorRegistrationError.code
    }
    by_number |= {page.placement.number: page for page in read}
    pages = [by_number[number] for number in sorted(by_number)]
    grouping = group_pages(
        [
            None if page is None else PageSign(0, page.placement.template_page, len(template.pages))
            for page in pages
        ]
    )
    failures.extend(
        PageFailure(source, page.placement.number, UNSURE_ORDER, UNSURE_MESSAGE)
        for place, page in enumerate(pages)
        if page is not None and place in grouping.unsure
    )
    return [
        [page for place in group if (page := pages[place]) is not None]
        for group in grouping.groups
        if grouping.unsure.isdisjoint(group)
    ]


def _placement(number: int, page: AlignedPage) -> PagePlacement:
    return PagePlacement(number, page.template_page, page.residual_px, page.quarter_turns)


def _submission(
    source: str, number: int, pages: Sequence[_ReadPage], template: FormTemplate
) -> SubmissionReading:
    read = {field.name: field for page in pages for field in page.reading.fields}
    placements = tuple(page.placement for page in pages)
    fields = with_rules(template, complete_fields(template, read))
    return SubmissionReading(source, number, placements, fields)
