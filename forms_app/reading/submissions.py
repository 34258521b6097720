"""A file of scanned pages -> filled forms: pages are grouped in file order, failures are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier
from forms_app.reading.confidence import missing_page
from forms_app.reading.cross_rules import with_rules
from forms_app.reading.errors import PageError, ReadingError
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.intake import IntakeLimits, open_pages
from forms_app.reading.pipeline import read_pages
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference
from forms_app.reading.types import AlignedPage, FieldReading, PageReading

_PAGES_TOGETHER = 8


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
    data: bytes,
    source: str,
    template: FormTemplate,
    references: Sequence[PageReference],
    classifier: Classifier,
    policy: ReviewPolicy | None = None,
    limits: IntakeLimits | None = None,
) -> FileReading:
    """Read every filled form of a file; what fails is recorded, never raised.

    Args:
        data: the file's bytes.
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
    groups = group_pages([page.placement.template_page for page in read])
    submissions = tuple(
        _submission(source, number, [read[i] for i in group], template)
        for number, group in enumerate(groups, start=1)
    )
    return FileReading(submissions, tuple(failures))


def group_pages(template_pages: Sequence[int]) -> list[list[int]]:
    """Which pages make up one submission.

    Args:
        template_pages: the template page of each page of a file, in file order.

    Returns:
        Lists of positions; a page begins a new submission when its place in the current one is
        taken, so the pages of a form may be in any order.
    """
    groups: list[list[int]] = []
    taken: set[int] = set()
    for position, template_page in enumerate(template_pages):
        if not groups or template_page in taken:
            groups.append([])
            taken = set()
        groups[-1].append(position)
        taken.add(template_page)
    return groups


def complete_fields(
    template: FormTemplate, read: Mapping[str, FieldReading]
) -> tuple[FieldReading, ...]:
    """A reading for every field in the template's order; those not read are on missing pages."""
    return tuple(read.get(field.name) or missing_page(field) for field in template.fields)


def _aligned_pages(
    data: bytes,
    source: str,
    template: FormTemplate,
    references: Sequence[PageReference],
    limits: IntakeLimits | None,
    failures: list[PageFailure],
) -> Iterator[tuple[int, AlignedPage]]:
    """(page number, aligned page) of every page that can be laid onto the template."""
    number: int | None = None
    try:
        for page in open_pages(data, source, limits or IntakeLimits()):
            number = page.number
            try:
                yield number, align_onto_template(page.grey, references, template.fields)
            except PageError as error:
                failures.append(PageFailure(source, number, error.code, error.message))
    except ReadingError as error:
        after = None if number is None else number + 1
        failures.append(PageFailure(source, after, error.code, error.message))


def _placement(number: int, page: AlignedPage) -> PagePlacement:
    return PagePlacement(number, page.template_page, page.residual_px, page.quarter_turns)


def _submission(
    source: str, number: int, pages: Sequence[_ReadPage], template: FormTemplate
) -> SubmissionReading:
    read = {field.name: field for page in pages for field in page.reading.fields}
    placements = tuple(page.placement for page in pages)
    fields = with_rules(template, complete_fields(template, read))
    return SubmissionReading(source, number, placements, fields)
