"""How figures are counted: in few statements, and by days of UTC in any time zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

from forms_app.services.application import Application
from forms_app.store.figure_groups import By, Extent
from forms_app.store.figures import count_all, count_groups
from tests import factories, figure_rows


@contextmanager
def _counted_statements(app: Application) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(app.engine, "before_cursor_execute", note)
    yield seen
    event.remove(app.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("by", [each for each in By if each != By.TOTAL])
def test_few_statements_are_enough(app: Application, by: By) -> None:
    for number in range(3):
        batch = factories.make_batch(app)
        form = factories.make_submission(app, batch.id, name=f"{number}.png")
        figure_rows.decided(app, form, "number", "1", keystrokes=number, duration_ms=100)
    with _counted_statements(app) as seen, app.session() as session:
        groups = count_groups(session, by, Extent())
        assert len(seen) == 8 - (by == By.OPERATOR)
        total = count_all(session, by, Extent(), groups)
        assert len(seen) == (15 if by == By.OPERATOR else 10)
        assert total == count_groups(session, By.TOTAL, Extent())[()]


def test_days_are_of_utc(any_app: Application) -> None:
    form = factories.make_submission(any_app, factories.make_batch(any_app).id)
    figure_rows.came_in(any_app, form, datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    with any_app.session() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET TIME ZONE 'Asia/Tokyo'"))
        groups = count_groups(session, By.DAY, Extent(since=datetime(2026, 3, 1, tzinfo=UTC)))
    assert {key: counts.fields for key, counts in groups.items()} == {("2026-03-01",): 3}
