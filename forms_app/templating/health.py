"""The health check of a template: everything that can be said at once, before it is published.

What takes longer, laying worn copies of the blank onto it, is `health_registration`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_app.reading.form_template import FormTemplate
from forms_app.templating.findings import Finding, most_severe_first
from forms_app.templating.health_constraints import constraint_findings
from forms_app.templating.health_ink import ink_findings
from forms_app.templating.health_overlaps import overlap_findings
from forms_app.templating.health_print import PagePrint, print_findings
from forms_app.templating.health_sizes import page_size_findings, size_findings


def quick_findings(template: FormTemplate, prints: Sequence[PagePrint]) -> tuple[Finding, ...]:
    """What to change on boxes and rules, the most severe first.

    Args:
        template: complete, or the part of a draft that is.
        prints: of its blanks, in page order.
    """
    return most_severe_first(_findings(template, prints))


def _findings(template: FormTemplate, prints: Sequence[PagePrint]) -> Iterator[Finding]:
    for page, printed in zip(template.pages, prints, strict=True):
        fields = template.fields_on(page.number)
        yield from page_size_findings(page)
        yield from overlap_findings(fields)
        yield from ink_findings(fields, printed)
        for field in fields:
            yield from size_findings(field, page)
            yield from print_findings(field, printed)
            yield from constraint_findings(field)
