"""How long the figures take over many fields, on SQLite or PostgreSQL.

Fills an empty database with forms of 20 fields, one in eight decided, over a year of 128 batches,
then counts each division of the page of figures.

Run: python -m benchmarks.figures [--forms 50000] [--database postgresql://…] [--plans]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.orm import Session

import migrations
from benchmarks.figure_rows import FIELDS, NOW, tables_of
from forms_app.store.engine import make_engine
from forms_app.store.figure_groups import By, Extent
from forms_app.store.figures import count_groups, statements
from forms_app.store.models import (
    BatchRow,
    DecisionRow,
    FileRow,
    QualitySampleRow,
    ReadingRow,
    SecondKeyRow,
    SeededErrorRow,
    SubmissionFieldRow,
    SubmissionRow,
)

DOUBLINGS = 6
"""Rows are made for one form in 2⁶; the database copies the rest, which is far quicker."""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(options.database or f"sqlite:///{Path(folder) / 'figures.db'}")
        migrations.upgrade(engine)
        _fill(engine, options.forms)
        words = "seconds (of them computing in this process)"
        print(f"{options.forms * FIELDS:,} fields, {engine.dialect.name}; {words}")
        print("| by | all | 30 days | one batch | one template |\n|---|---|---|---|---|")
        for by in By:
            seconds = [_seconds(engine, by, extent) for extent in _extents()]
            print(f"| {by} | " + " | ".join(seconds) + " |")
        if options.plans:
            _show_plans(engine)
        engine.dispose()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=50_000)
    parser.add_argument("--database", help="an empty database; a SQLite file by default")
    parser.add_argument("--plans", action="store_true", help="also how each statement is done")
    return parser.parse_args()


def _extents() -> tuple[Extent, ...]:
    month = Extent(since=NOW - timedelta(days=30))
    return Extent(), month, Extent(batch_id=7), Extent(template_id=2)


def _seconds(engine: Engine, by: By, extent: Extent) -> str:
    """Both clocks: a busy machine stretches the first; a database server's work is only in it."""
    started, computed = time.perf_counter(), time.process_time()
    with Session(engine) as session:
        count_groups(session, by, extent)
    return f"{time.perf_counter() - started:.2f} ({time.process_time() - computed:.2f})"


def _show_plans(engine: Engine) -> None:
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with Session(engine) as session:
        for statement in statements(By.FIELD, Extent()):
            sql = statement.compile(engine, compile_kwargs={"literal_binds": True})
            lines = session.execute(text(f"{explain} {sql}".replace(":", r"\:"))).all()
            print("\n".join(str(line[-1]) for line in lines), end="\n\n")


def _fill(engine: Engine, forms: int) -> None:
    first = forms // 2**DOUBLINGS
    with engine.begin() as connection:
        for kind, rows in tables_of(first):
            connection.execute(insert(kind), rows)
        for doubling in range(DOUBLINGS):
            _double(connection, first * 2**doubling)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _double(connection: Connection, forms: int) -> None:
    """Copy all `forms` with what hangs on them: the copies' ids follow after the last."""
    batches = connection.scalar(select(func.max(BatchRow.id))) or 0
    decisions = connection.scalar(select(func.max(DecisionRow.id))) or 0
    fields = forms * FIELDS
    shifts: dict[str, int | str] = {
        "submission_id": forms,
        "batch_id": batches,
        "file_id": batches,
        "reading_id": fields,
        "decision_id": decisions,
        "token": f"-{forms}",
    }
    ids = {BatchRow: batches, FileRow: batches, SubmissionRow: forms, ReadingRow: fields}
    ids |= {DecisionRow: decisions, SubmissionFieldRow: fields}
    for kind in (*ids, SecondKeyRow, QualitySampleRow, SeededErrorRow):
        own = shifts | ({"id": ids[kind]} if kind in ids else {})
        columns = [c for c in kind.__table__.c if c.name != "id" or kind in ids]
        copies = [column + own[column.name] if column.name in own else column for column in columns]
        connection.execute(insert(kind).from_select(columns, select(*copies)))


if __name__ == "__main__":
    main()
