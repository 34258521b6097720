"""Whether a template's fields are read with the confidence they used to be.

A new scanner, worn copies, another edition of the form or another group of writers show here
before anybody complains: the recent forms of a template are less sure, or go to people more
often, than those before them.

Forms are compared, not fields: the fields of one form share writer and scan and are no independent
trials. Of each form counts its mean confidence and the share of its fields that went to a person;
the two windows' means are compared by Welch's z (difference over its standard error). Files of one
batch resemble one another too, so that z overstates somewhat: an alert wants a large difference
beside it.

It looks at the newest `SCOPE_FORMS` forms of the site, and in each template at enough of them for
`RECENT_FIELDS` and `HISTORY_FIELDS`: a bounded number of rows, by their keys.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from forms_app.reading.types import Outcome
from forms_app.services.application import Application
from forms_app.store.models import (
    BatchRow,
    FormTemplateRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateFieldRow,
    TemplateVersionRow,
)
from forms_app.store.states import SubmissionState

SCOPE_FORMS = 20_000
RECENT_FIELDS = 500
HISTORY_FIELDS = 4_000
LEAST_FORMS = 30
"""Of either window; with fewer, nothing is said: z would follow chance more than its name says."""
MOST_TEMPLATES = 50
AT_ONCE = 500
LEAST_ERROR = 0.002
"""Forms that are all alike, as those of a test, would make every difference infinitely sure."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some forms of a template. `deviation`s are between forms; confidences and shares 0..1."""

    forms: int
    fields: int
    confidence: float
    confidence_deviation: float
    review_rate: float
    review_rate_deviation: float


@dataclass(frozen=True, slots=True)
class Drift:
    """A template's recent forms beside those before them.

    z is in standard errors: below -3, confidence has fallen by more than chance explains; above 3,
    the review rate has risen.
    """

    template_id: int
    name: str
    recent: Window
    history: Window

    @property
    def confidence_z(self) -> float:
        """How far the recent mean confidence lies above the history's."""
        recent, history = self.recent, self.history
        error = _error(
            (recent.confidence_deviation, recent.forms),
            (history.confidence_deviation, history.forms),
        )
        return (recent.confidence - history.confidence) / error

    @property
    def review_rate_z(self) -> float:
        """How far the recent review rate lies above the history's."""
        recent, history = self.recent, self.history
        error = _error(
            (recent.review_rate_deviation, recent.forms),
            (history.review_rate_deviation, history.forms),
        )
        return (recent.review_rate - history.review_rate) / error


@dataclass(frozen=True, slots=True)
class _Form:
    fields: int
    confidence: float
    review_rate: float


def find_drifts(app: Application) -> list[Drift]:
    """Every template that was lately read, and read often enough to tell; by number."""
    with app.session() as session:
        chosen = _recent_forms(session)
        names, field_counts = _about_templates(session, list(chosen))
        windows = {
            template: _split(forms, field_counts.get(template, 1))
            for template, forms in chosen.items()
        }
        wanted = [form for recent, before in windows.values() for form in (*recent, *before)]
        read = _read_forms(session, wanted)
    found = []
    for template, (recent, before) in sorted(windows.items()):
        ours, history = ([read[i] for i in ids if i in read] for ids in (recent, before))
        if min(len(ours), len(history)) >= LEAST_FORMS:
            found.append(Drift(template, names[template], _window(ours), _window(history)))
    return found


def _recent_forms(session: Session) -> dict[int, list[int]]:
    """Template → its forms among the newest of the site, the newest first."""
    newest = (
        select(SubmissionRow.id, SubmissionRow.version_id, SubmissionRow.batch_id)
        .where(SubmissionRow.state != SubmissionState.READING)
        .order_by(SubmissionRow.id.desc())
        .limit(SCOPE_FORMS)
        .subquery()
    )
    rows = session.execute(
        select(newest.c.id, TemplateVersionRow.template_id)
        .join(BatchRow, BatchRow.id == newest.c.batch_id)
        .join(
            TemplateVersionRow,
            TemplateVersionRow.id == func.coalesce(newest.c.version_id, BatchRow.version_id),
        )
        .order_by(newest.c.id.desc())
    )
    found: dict[int, list[int]] = defaultdict(list)
    for form_id, template_id in rows:
        found[template_id].append(form_id)
    busiest = sorted(found, key=lambda template: -len(found[template]))[:MOST_TEMPLATES]
    return {template: found[template] for template in busiest}


def _about_templates(
    session: Session, template_ids: Sequence[int]
) -> tuple[dict[int, str], dict[int, int]]:
    """Names, and how many fields the versions have at most."""
    named = select(FormTemplateRow.id, FormTemplateRow.name)
    names: dict[int, str] = dict(
        session.execute(named.where(FormTemplateRow.id.in_(template_ids))).all()
    )
    counts = session.execute(
        select(TemplateVersionRow.template_id, func.count(TemplateFieldRow.id))
        .join(TemplateFieldRow, TemplateFieldRow.version_id == TemplateVersionRow.id)
        .where(TemplateVersionRow.template_id.in_(template_ids))
        .group_by(TemplateVersionRow.id, TemplateVersionRow.template_id)
    )
    most: dict[int, int] = {}
    for template, number in counts:
        most[template] = max(number, most.get(template, 1))
    return names, most


def _split(forms: Sequence[int], fields: int) -> tuple[Sequence[int], Sequence[int]]:
    """The recent forms and those before, newest first."""
    recent = max(LEAST_FORMS, math.ceil(RECENT_FIELDS / fields))
    history = max(LEAST_FORMS, math.ceil(HISTORY_FIELDS / fields))
    return forms[:recent], forms[recent : recent + history]


def _read_forms(session: Session, form_ids: Sequence[int]) -> dict[int, _Form]:
    """What the machine last said of each form's fields; pages that are not there say nothing."""
    found = {}
    for start in range(0, len(form_ids), AT_ONCE):
        rows = session.execute(
            select(
                SubmissionFieldRow.submission_id,
                func.count(),
                func.avg(ReadingRow.confidence),
                func.avg(case((SubmissionFieldRow.flagged, 1.0), else_=0.0)),
            )
            .join(ReadingRow, ReadingRow.id == SubmissionFieldRow.reading_id)
            .where(
                SubmissionFieldRow.submission_id.in_(form_ids[start : start + AT_ONCE]),
                ReadingRow.outcome != Outcome.MISSING_PAGE.value,
            )
            .group_by(SubmissionFieldRow.submission_id)
        )
        for form, fields, confidence, share in rows:
            found[form] = _Form(fields, float(confidence), float(share))
    return found


def _window(forms: Sequence[_Form]) -> Window:
    confidence, confidence_deviation = _mean([form.confidence for form in forms])
    review_rate, review_rate_deviation = _mean([form.review_rate for form in forms])
    return Window(
        forms=len(forms),
        fields=sum(form.fields for form in forms),
        confidence=confidence,
        confidence_deviation=confidence_deviation,
        review_rate=review_rate,
        review_rate_deviation=review_rate_deviation,
    )


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample deviation of at least two values."""
    mean = math.fsum(values) / len(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    return mean, math.sqrt(squares / (len(values) - 1))


def _error(*windows: tuple[float, int]) -> float:
    return max(LEAST_ERROR, math.sqrt(sum(dev**2 / forms for dev, forms in windows)))
