"""The health check of a version: quick findings at once, the registration's test in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from forms_app.files import FileStore
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.services.application import Application
from forms_app.services.batch_templates import CandidatePage, newest_published, pages_of_versions
from forms_app.services.blanks import reference
from forms_app.services.definitions import problems_of, usable_template
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.images import decode_grey
from forms_app.services.job_work import JobWork
from forms_app.services.loading import load
from forms_app.services.page_candidates import ranked
from forms_app.services.template_jobs import latest_job, request_job
from forms_app.services.template_names import names_of_versions
from forms_app.store.models import TemplateVersionRow
from forms_app.store.states import JobKind
from forms_app.templating.findings import Finding, Severity, most_severe_first
from forms_app.templating.health import quick_findings
from forms_app.templating.health_look_alikes import PublishedPage, look_alike_findings
from forms_app.templating.health_print import PagePrint, page_print
from forms_app.templating.health_registration import registration_findings, registration_steps

KEPT_PRINTS = 24


def quick_health(app: Application, version_id: int) -> tuple[Finding, ...]:
    """What can be said at once of a version; about 0.2 s for a new page.

    Boxes and rules that are complete are looked at, and what hinders publishing is named.
    """
    with app.session() as session:
        problems = problems_of(load(session, TemplateVersionRow, version_id))
    template, hashes = _plan(app, version_id)
    found = quick_findings(template, [_print(app.files, key) for key in hashes])
    return most_severe_first([*found, *map(_hindrance, problems)])


def _hindrance(problem: str) -> Finding:
    """`problem` says what to do itself."""
    return Finding(Severity.MUST, "hinders_publishing", problem, "Publishing waits for it.")


def registration_test(app: Application, version_id: int, anew: bool = False) -> TemplateJob:
    """The registration's test of itself on a version: the last one, or one that begins now.

    Args:
        anew: Test again though there is a result, as after fields were moved.
    """
    known = None if anew else latest_job(app, JobKind.REGISTRATION, version_id)
    if known is not None:
        return known
    with app.session() as session:
        revision = load(session, TemplateVersionRow, version_id).revision
    return request_job(app, JobKind.REGISTRATION, version_id, {"revision": revision})


def do_registration_test(work: JobWork) -> dict[str, Any]:
    """The worker's part of `registration_test`: its findings as plain data.

    Each page is also offered to the published templates that it resembles.
    """
    assert work.version_id is not None
    template, hashes = _plan(work.app, work.version_id)
    references = [
        prepare_reference(number, decode_grey(work.app.files.get(key)))
        for number, key in enumerate(hashes, start=1)
    ]
    others = _other_templates(work.app, work.version_id)
    more = len(references) if others else 0
    found = [
        *registration_findings(
            references, template.fields, lambda done, total: work.step(done, total + more)
        )
    ]
    total = registration_steps(references) + more
    for done, page in enumerate(references[:more], start=total - more + 1):
        found += look_alike_findings(page, _resembled(work.app, page, others))
        work.step(done, total)
    return {"findings": [asdict(finding) for finding in most_severe_first(found)]}


def _other_templates(app: Application, version_id: int) -> list[CandidatePage]:
    """The pages of all other published templates of its project."""
    with app.session() as session:
        own = load(session, TemplateVersionRow, version_id).template
        pages = pages_of_versions(session, newest_published(session, own.project_id))
        return [page for page in pages if page.template_id != own.id]


def _resembled(
    app: Application, page: PageReference, others: Sequence[CandidatePage]
) -> list[PublishedPage]:
    """Those pages that share features with this one, prepared."""
    near = ranked(app, others, page.view.features)
    with app.session() as session:
        names = names_of_versions(session, {each.version_id for each in near})
    return [
        PublishedPage(reference(app.files, each.number, each.blank_hash), names[each.version_id])
        for each in near
    ]


def _plan(app: Application, version_id: int) -> tuple[FormTemplate, tuple[str, ...]]:
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        return usable_template(version), tuple(page.blank_hash for page in version.pages)


@lru_cache(maxsize=KEPT_PRINTS)
def _print(files: FileStore, blank_hash: str) -> PagePrint:
    return page_print(decode_grey(files.get(blank_hash)))
