"""Figures of reading and review: how much is automatic, how good it is, what the rest costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.dto.figures import (
    Average,
    FigureLine,
    FigureReport,
    Figures,
    Share,
)
from forms_app.services.loading import load
from forms_app.store.base import utc_now
from forms_app.store.figure_groups import By, Extent
from forms_app.store.figure_names import Named, field_names, names_of
from forms_app.store.figures import Counts, Key, count_all, count_groups
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    BatchRow,
    FormTemplateRow,
    UserRow,
)
from forms_app.store.projects import narrowing

Groups = dict[Key, Counts]


def report(
    app: Application,
    by: By,
    batch_id: int | None = None,
    template_id: int | None = None,
    days: int | None = None,
    now: datetime | None = None,
    project_id: int = MAIN_PROJECT_ID,
) -> FigureReport:
    """The figures of a project in all and divided by day, batch, template, field or operator.

    Days come newest first, batches likewise, templates and operators by name; fields worst first:
    by the lower end of the interval of their corrections, so that one seen twice does not lead.

    Args:
        by: Anything but `total`.
        days: Only those up to today, of UTC; None for all.

    Raises:
        NotFoundError: There is no such batch or form template.
    """
    with app.session() as session:
        since, narrowed = _start(days, now or utc_now()), narrowing(session, project_id)
        extent = Extent(batch_id, template_id, since, narrowed)
        batch = load(session, BatchRow, batch_id) if batch_id is not None else None
        template = load(session, FormTemplateRow, template_id) if template_id is not None else None
        groups = count_groups(session, by, extent)
        return FigureReport(
            by=by,
            total=_figures(count_all(session, by, extent, groups)),
            lines=tuple(_LINES[by](session, groups)),
            batch_name=batch.name if batch else None,
            template_name=template.name if template else None,
        )


def _start(days: int | None, now: datetime) -> datetime | None:
    if days is None:
        return None
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    return datetime.combine(first, time.min, UTC)


def _figures(counts: Counts) -> Figures:
    return Figures(
        automation=Share(counts.accepted, counts.fields),
        open_fields=counts.open_fields,
        corrections=Share(counts.corrected, counts.reviewed),
        keyed=counts.keyed,
        accepted_errors=Share(counts.sampled - counts.sampled_right, counts.sampled),
        answers=counts.answers,
        keystrokes=_average(counts.counted_answers, counts.keystrokes, counts.median_keystrokes),
        seconds=_average(counts.timed_answers, counts.time_ms, counts.median_ms, 1000),
        pauses=counts.pauses,
        second_key=Share(counts.second_keys_agree, counts.second_keys),
        missed=Share(counts.missed, counts.seeded),
    )


def _average(n: int, whole: int, median: float | None, unit: int = 1) -> Average:
    if not n or median is None:
        return Average(0, None, None)
    return Average(n, whole / n / unit, median / unit)


def _days(_session: Session, groups: Groups) -> Iterable[FigureLine]:
    for key in sorted(groups, reverse=True):
        yield FigureLine(key, key[0], _figures(groups[key]))


def _batches(session: Session, groups: Groups) -> Iterable[FigureLine]:
    names = names_of(session, BatchRow, [batch_id for (batch_id,) in groups])
    for key in sorted(_named(groups, names), reverse=True):
        yield FigureLine(key, names[key[0]], _figures(groups[key]))


def _by_name(kind: Named, session: Session, groups: Groups) -> Iterable[FigureLine]:
    names = names_of(session, kind, [row_id for (row_id,) in groups])
    for key in sorted(_named(groups, names), key=lambda key: names[key[0]].casefold()):
        is_local = kind is UserRow and key[0] == LOCAL_USER_ID
        yield FigureLine(key, names[key[0]], _figures(groups[key]), is_local=is_local)


def _fields(session: Session, groups: Groups) -> Iterable[FigureLine]:
    template_ids = {template_id for template_id, _ in groups}
    templates = names_of(session, FormTemplateRow, template_ids)
    names = field_names(session, template_ids)
    lines = []
    for key in _named(groups, templates):
        label, version_id = names.get(key, (key[1], None))
        figures = _figures(groups[key])
        lines.append(FigureLine(key, label, figures, templates[key[0]], version_id))
    return sorted(lines, key=_worst_first)


def _named(groups: Groups, names: dict[int, str]) -> list[Key]:
    """Without those that were deleted between two statements."""
    return [key for key in groups if key[0] in names]


def _worst_first(line: FigureLine) -> tuple[float, str, str]:
    low, _ = line.figures.corrections.interval or (0.0, 0.0)
    return -low, line.of.casefold(), line.name.casefold()


_LINES: dict[By, Callable[[Session, Groups], Iterable[FigureLine]]] = {
    By.DAY: _days,
    By.BATCH: _batches,
    By.TEMPLATE: partial(_by_name, FormTemplateRow),
    By.FIELD: _fields,
    By.OPERATOR: partial(_by_name, UserRow),
}
