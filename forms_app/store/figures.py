"""Counting what the figures are made of: eight statements, whatever is in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from forms_app.store.figure_groups import By, Column, Extent, Source, divided, keys_of
from forms_app.store.figure_sources import (
    ANSWER,
    ANSWERS,
    FIELDS,
    IS_SAMPLE_RIGHT,
    IS_TO_KEY,
    REVIEWED,
    SAMPLES,
    SECOND_KEYS,
    SEEDED,
    Field,
)
from forms_app.store.models import (
    DecisionRow,
    ReadingRow,
    SecondKeyRow,
    SeededErrorRow,
)
from forms_app.store.states import FieldState

# Who looks at one field for longer has turned to something else.
PAUSE_MS = 120_000

Key = tuple[Any, ...]


@dataclass(slots=True)
class Counts:
    """What one group holds; docs/figures.md defines each. Medians are None where nothing counted.

    `fields` were read by the machine, `accepted` of them unseen, `open_fields` still wait.
    `reviewed` have a decision that counts, `corrected` of them another value than was read;
    `keyed` were typed where the machine reads nothing. `answers` are what people have answered,
    of which some counted keystrokes, some their time (at most `PAUSE_MS` each, `pauses` were
    longer).
    """

    fields: int = 0
    accepted: int = 0
    open_fields: int = 0
    reviewed: int = 0
    corrected: int = 0
    keyed: int = 0
    answers: int = 0
    counted_answers: int = 0
    keystrokes: int = 0
    timed_answers: int = 0
    time_ms: int = 0
    pauses: int = 0
    median_keystrokes: float | None = None
    median_ms: float | None = None
    second_keys: int = 0
    second_keys_agree: int = 0
    sampled: int = 0
    sampled_right: int = 0
    seeded: int = 0
    missed: int = 0


SUMS = frozenset(field.name for field in fields(Counts) if not field.name.startswith("median"))


def count_groups(session: Session, by: By, extent: Extent) -> dict[Key, Counts]:
    """The counts of each group in `extent`: what it is divided by → counts. By `total` the one key
    is ()."""
    found: dict[Key, Counts] = defaultdict(Counts)
    for statement in statements(by, extent):
        _take(session, statement, found)
    return dict(found)


def count_all(session: Session, by: By, extent: Extent, groups: dict[Key, Counts]) -> Counts:
    """The counts of all in `extent` together, given its `groups`: sums, but for the medians."""
    if by == By.OPERATOR:
        # Not all of it is somebody's.
        return count_groups(session, By.TOTAL, extent).get((), Counts())
    total = Counts()
    for counts in groups.values():
        for name in SUMS:
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    for statement in medians(By.TOTAL, extent):
        _take(session, statement, {(): total})
    return total


def _take(session: Session, statement: Select[Any], found: dict[Key, Counts]) -> None:
    for row in session.execute(statement):
        values = row._mapping
        counts = found[tuple(values[name] for name in values if name.startswith("key_"))]
        for name, value in values.items():
            if not name.startswith("key_") and value is not None:
                setattr(counts, name, int(value) if name in SUMS else float(value))


def statements(by: By, extent: Extent) -> Iterator[Select[Any]]:
    """Each gives the groups' keys, then columns that are named as `Counts` names them."""
    # Before a person looks, a field is nobody's.
    if by != By.OPERATOR:
        yield _grouped(FIELDS, by, extent, _field_counts())
    yield _grouped(REVIEWED, by, extent, _review_counts())
    yield _grouped(ANSWERS, by, extent, _answer_counts())
    yield from medians(by, extent)
    for source, whole, part, is_part in (
        (SECOND_KEYS, "second_keys", "second_keys_agree", SecondKeyRow.agrees.is_(True)),
        (SAMPLES, "sampled", "sampled_right", IS_SAMPLE_RIGHT),
        (SEEDED, "seeded", "missed", SeededErrorRow.missed.is_(True)),
    ):
        yield _grouped(source, by, extent, _share(whole, part, is_part))


def medians(by: By, extent: Extent) -> Iterator[Select[Any]]:
    """Those of `statements` whose figures are no sums of the groups'."""
    yield _median(by, extent, ANSWER.c.keystrokes, "median_keystrokes")
    yield _median(by, extent, ANSWER.c.duration_ms, "median_ms")


def _grouped(source: Source, by: By, extent: Extent, counts: list[Column]) -> Select[Any]:
    return divided(source, by, extent, *counts).group_by(*keys_of(source, by))


def _share(whole: str, part: str, is_part: ColumnElement[bool]) -> list[Column]:
    return [func.count().label(whole), func.count().filter(is_part).label(part)]


def _field_counts() -> list[Column]:
    return [
        func.count().label("fields"),
        func.count().filter(Field.state == FieldState.ACCEPTED.value).label("accepted"),
        func.count().filter(Field.state == FieldState.OPEN.value).label("open_fields"),
    ]


def _review_counts() -> list[Column]:
    # Decisions from before they kept what was shown are held against the reading of now.
    read_as = case((DecisionRow.model_id.is_not(None), DecisionRow.read_as), else_=ReadingRow.value)
    is_corrected = DecisionRow.value.is_distinct_from(read_as)
    return [
        func.count().filter(~IS_TO_KEY).label("reviewed"),
        func.count().filter(and_(~IS_TO_KEY, is_corrected)).label("corrected"),
        func.count().filter(IS_TO_KEY).label("keyed"),
    ]


def _answer_counts() -> list[Column]:
    took = ANSWER.c.duration_ms
    return [
        func.count().label("answers"),
        func.count(ANSWER.c.keystrokes).label("counted_answers"),
        func.sum(ANSWER.c.keystrokes).label("keystrokes"),
        func.count(took).label("timed_answers"),
        func.sum(case((took > PAUSE_MS, PAUSE_MS), else_=took)).label("time_ms"),
        func.count().filter(took > PAUSE_MS).label("pauses"),
    ]


def _median(by: By, extent: Extent, measure: Column, name: str) -> Select[Any]:
    """The median of an answer's `measure`: the middle row, or the mean of the two middle ones."""
    keys = keys_of(ANSWERS, by)
    place = func.row_number().over(partition_by=keys or None, order_by=measure).label("place")
    whole = func.count().over(partition_by=keys or None).label("whole")
    placed = (
        divided(ANSWERS, by, extent, measure.label("measure"), place, whole)
        .where(measure.is_not(None))
        .subquery("placed")
    )
    groups = [placed.c[f"key_{number}"] for number in range(len(keys))]
    middle = placed.c.place.in_(((placed.c.whole + 1) // 2, (placed.c.whole + 2) // 2))
    median = func.avg(placed.c.measure).label(name)
    return select(*groups, median).where(middle).group_by(*groups)
