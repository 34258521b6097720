"""A batch that three people have worked through in two weeks, for the pages of figures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from forms_app.reading.types import FieldReading, Outcome
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.base import utc_now
from tests import factories, figure_rows

FORMS, DAYS = 18, 14
PEOPLE = {"Amira": (3.0, 0.2), "Ben": (5.0, 0.05), "Deniz": (8.0, 0.1)}
"""Seconds for a field, and how many of the seeded errors go through."""

HARD = {"surname": 0.4, "given_name": 0.3, "weight": 0.35, "drug_code": 0.3, "born": 0.2}
DOUBT, SEEDED, SAMPLED, WRONG_IN_SAMPLE, AGREES = 0.06, 0.06, 0.15, 0.02, 0.94


def work_through(app: Application, version: TemplateVersion) -> int:
    """Read and review it; returns the batch's id."""
    batch = batches.create_batch(app, version.id, "February")
    ids = [figure_rows.person(app, name) for name in PEOPLE]
    draw = random.Random(28)
    fields = version.definition["fields"]
    for number in range(FORMS):
        at = utc_now() - timedelta(days=DAYS * (1 - number / FORMS))
        readings = [_reading(field, draw) for field in fields]
        form = factories.make_submission(app, batch.id, readings, f"{number + 1:03}.png")
        figure_rows.came_in(app, form, at)
        for reading in readings:
            _work_on(app, form, reading, ids, at, draw)
    return batch.id


def _reading(field: dict[str, object], draw: random.Random) -> FieldReading:
    name = str(field["name"])
    if field["kind"] == "image":
        return factories.reading(name, None, 0.0, needs_review=True)
    if field["kind"] in ("mark", "signature"):
        return factories.reading(name, True, 0.99)
    if field["kind"] in ("choice", "choices"):
        return factories.reading(name, None, 0.99, outcome=Outcome.BLANK)
    is_doubtful = draw.random() < HARD.get(name, DOUBT)
    return factories.reading(name, "2471", 0.6 if is_doubtful else 0.99, is_doubtful)


def _work_on(
    app: Application,
    form: int,
    reading: FieldReading,
    people: Sequence[int],
    at: datetime,
    draw: random.Random,
) -> None:
    who = draw.choice(people)
    pace_s, misses = list(PEOPLE.values())[people.index(who)]
    if reading.needs_review:
        value = reading.value if draw.random() < 0.6 and reading.value else "2477"
        took_ms = int(1000 * pace_s * draw.lognormvariate(0, 0.5))
        keys = draw.randint(1, 3 if value == reading.value else 9)
        first = figure_rows.decided(app, form, reading.name, value, who, keys, took_ms, at)
        if reading.name in HARD:
            other = draw.choice([each for each in people if each != who])
            figure_rows.keyed_again(app, first, other, draw.random() < AGREES, 8, 2 * took_ms, at)
    elif draw.random() < SAMPLED:
        agrees = draw.random() > WRONG_IN_SAMPLE
        figure_rows.sampled(app, form, reading.name, agrees, who, at)
    if draw.random() < SEEDED:
        figure_rows.seeded(app, form, reading.name, who, draw.random() < misses, at)
