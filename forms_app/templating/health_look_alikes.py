"""Health check: published templates so like this one that their pages may be mixed up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms_app.reading.errors import PageError
from forms_app.reading.look_alikes import own_print_of
from forms_app.reading.references import PageReference
from forms_app.reading.registration import align_page
from forms_app.templating.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """A blank page of another template, and what people call that."""

    reference: PageReference
    template: str


def look_alike_findings(page: PageReference, others: Sequence[PublishedPage]) -> Iterator[Finding]:
    """Lays a blank and those of other templates onto one another (about 0.5 s for each).

    Args:
        page: of the template that is checked.
        others: those that it may resemble.
    """
    for other in others:
        if not (_is_laid(page, other.reference) or _is_laid(other.reference, page)):
            continue
        own = own_print_of(page, other.reference)
        yield _partly_alike(page, other) if own is None or own.tells else _alike(page, other)


def _is_laid(page: PageReference, reference: PageReference) -> bool:
    try:
        align_page(page.grey, reference)
    except PageError:
        return False
    return True


def _alike(page: PageReference, other: PublishedPage) -> Finding:
    return Finding(
        Severity.SHOULD,
        "same_as_published",
        f"Page {page.number} carries the same print as page {other.reference.number} of the "
        f"published template “{other.template}”: in a batch that takes both, every page waits for "
        "a person to say which it is.",
        "Archive the one that is not in use, print a code on the forms that names the template, or "
        "keep them in separate batches.",
        page=page.number,
    )


def _partly_alike(page: PageReference, other: PublishedPage) -> Finding:
    return Finding(
        Severity.NOTE,
        "like_published",
        f"Page {page.number} is much like page {other.reference.number} of the published template "
        f"“{other.template}”: a batch that takes only one of them takes pages of the other for its "
        "own.",
        "Choose both for batches in which they may lie mixed, archive the one that is not in use, "
        "or print a code on the forms that names the template.",
        page=page.number,
    )
