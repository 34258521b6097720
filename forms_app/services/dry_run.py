"""Dry run: filled samples read with a draft, before it is published; nothing joins a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms_app.errors import UserError
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.cross_rules import with_rules
from forms_app.reading.errors import PageError, ReadingError
from forms_app.reading.features import resized_to
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.grouping import PageSign, group_pages
from forms_app.reading.pipeline import read_pages
from forms_app.reading.policy import policy_for
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import AlignedPage, FieldReading, GreyImage, Value
from forms_app.services.application import Application
from forms_app.services.definitions import usable_template
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.images import decode_grey, encode_png, intake_limits, scan_opener
from forms_app.services.job_work import JobWork
from forms_app.services.loading import load
from forms_app.services.template_jobs import request_job
from forms_app.store.models import TemplateVersionRow
from forms_app.store.reading_json import value_to_json
from forms_app.store.states import JobKind

MOST_PAGES = 24
MOST_SYNTHETIC = 10
SHOWN_LONG_SIDE_PX = 1754
"""Pictures are looked at on a screen, not read again: 150 dpi of A4 will do."""


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """A form that was filled by a machine: the file of each page, and the true value of fields."""

    name: str
    pages: tuple[bytes, ...]
    truth: Mapping[str, Value]


SampleDrawer = Callable[[FormTemplate, Sequence[GreyImage], int, int], Iterable[DrawnSample]]
"""Fills so many forms, from a seed: `(template, blanks, count, seed)`."""


@dataclass(frozen=True, slots=True)
class _Sample:
    name: str
    files: tuple[bytes, ...]
    truth: Mapping[str, Value] | None


@dataclass(slots=True)
class _Tried:
    """What was found so far, as the result shows it."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0

    @property
    def count(self) -> int:
        return len(self.pages) + len(self.refused)


def request_dry_run(
    app: Application, version_id: int, uploads: Sequence[tuple[str, bytes]], synthetic: int = 0
) -> TemplateJob:
    """Have filled samples read with a version as it is saved now.

    Args:
        uploads: Scans or photographs of filled forms, by name; or none, and
        synthetic: how many forms to fill by machine instead.

    Raises:
        UserError: There is nothing to read, or no field to read it with.
    """
    if not uploads and not 1 <= synthetic <= MOST_SYNTHETIC:
        raise UserError("Choose one or more filled forms to try.")
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        if not usable_template(version).fields:
            raise UserError("There is no complete field yet; draw at least one, then try again.")
        revision = version.revision
    request = {"synthetic": 0 if uploads else synthetic, "revision": revision}
    return request_job(app, JobKind.DRY_RUN, version_id, request, uploads)


def do_dry_run(work: JobWork, draw_samples: SampleDrawer) -> dict[str, Any]:
    """The worker's part: readings by page, and refused pages with their reasons."""
    assert work.version_id is not None
    with work.app.session() as session:
        version = load(session, TemplateVersionRow, work.version_id)
        template, hashes = usable_template(version), [p.blank_hash for p in version.pages]
    blanks = [decode_grey(work.app.files.get(key)) for key in hashes]
    references = [prepare_reference(number, blank) for number, blank in enumerate(blanks, start=1)]
    trier = _Trier(work, template, references)
    samples = list(_samples(work, template, blanks, draw_samples))
    for done, sample in enumerate(samples):
        work.step(done, len(samples))
        trier.read(sample)
    work.step(len(samples), len(samples))
    tried = trier.tried
    return {"pages": tried.pages, "refused": tried.refused, "left_out": tried.left_out}


def _samples(
    work: JobWork,
    template: FormTemplate,
    blanks: Sequence[GreyImage],
    draw_samples: SampleDrawer,
) -> Iterator[_Sample]:
    for name, key in work.uploads:
        yield _Sample(name, (work.app.files.get(key),), None)
    count = work.request["synthetic"]
    if count:
        for drawn in draw_samples(template, blanks, count, work.lease.row_id):
            yield _Sample(drawn.name, drawn.pages, drawn.truth)


@dataclass(slots=True)
class _Trier:
    """Reads sample after sample with one template."""

    work: JobWork
    template: FormTemplate
    references: Sequence[PageReference]
    tried: _Tried = field(default_factory=_Tried)

    def read(self, sample: _Sample) -> None:
        """All pages of a sample: laid onto the template, read together, rules checked by form."""
        laid = list(self._laid(sample))
        aligned = [page for _, page in laid]
        classifier = self.work.app.live_classifier()
        policy = policy_for(self.work.app.settings.review_below)
        readings = read_pages(aligned, self.template, self.references, classifier, policy)
        signs = [PageSign(0, page.template_page, len(self.references)) for page in aligned]
        for group in group_pages(signs).groups:
            checked = with_rules(self.template, [f for i in group for f in readings[i].fields])
            fields = {reading.name: reading for reading in checked}
            for i in group:
                names = [f.name for f in readings[i].fields]
                number, page = laid[i]
                self._add(sample, number, page, [fields[name] for name in names])

    def _laid(self, sample: _Sample) -> Iterator[tuple[int, AlignedPage]]:
        number, settings = 0, self.work.app.settings
        limits, opener = intake_limits(settings), scan_opener(settings)
        for data in sample.files:
            try:
                pages = opener.count_pages(data, sample.name, limits)
                for source in opener.open_pages(data, sample.name, limits, with_colours=True):
                    number += 1
                    if self.tried.count + number > MOST_PAGES:
                        self.tried.left_out += pages - source.number + 1
                        break
                    try:
                        yield (
                            number,
                            align_onto_template(
                                source.grey, self.references, self.template.fields, source.chroma
                            ),
                        )
                    except PageError as error:
                        self._refuse(sample, number, error, source.grey)
            except ReadingError as error:
                self._refuse(sample, number + 1, error, None)

    def _add(
        self, sample: _Sample, number: int, page: AlignedPage, fields: Sequence[FieldReading]
    ) -> None:
        truth = sample.truth
        self.tried.pages.append(
            {
                "source": sample.name,
                "number": number,
                "template_page": page.template_page,
                "residual_px": round(page.residual_px, 2),
                "picture": self._keep(sample, page.grey),
                "fields": [_field_json(reading, truth) for reading in fields],
            }
        )

    def _refuse(
        self, sample: _Sample, number: int, error: ReadingError, grey: GreyImage | None
    ) -> None:
        self.tried.refused.append(
            {
                "source": sample.name,
                "number": number,
                "message": error.message,
                "picture": None if grey is None else self._keep(sample, grey),
            }
        )

    def _keep(self, sample: _Sample, grey: GreyImage) -> int:
        long_side_px = min(SHOWN_LONG_SIDE_PX, max(grey.shape))
        return self.work.keep_page(sample.name, encode_png(resized_to(grey, long_side_px)))


def _field_json(reading: FieldReading, truth: Mapping[str, Value] | None) -> dict[str, Any]:
    found = {
        "name": reading.name,
        "value": value_to_json(reading.value),
        "outcome": str(reading.outcome),
        "confidence": round(float(reading.confidence), 4),
        "needs_review": bool(reading.needs_review),
        "reasons": list(reading.reasons),
    }
    if truth is not None:
        written = truth.get(reading.name)
        found["written"] = value_to_json(written)
        found["is_right"] = (written or None) == (reading.value or None)
    return found
