"""Making the large database: rows by INSERT … SELECT, without indexes, which are built at the end.

That is what PostgreSQL's manual advises for filling a database. Everything that is dropped is
made again from PostgreSQL's own text, and checks all rows then. It goes on where it was stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, inspect, text

from benchmarks.large_database import rows
from benchmarks.large_database.shape import FILE_FORMS, Part, Shape
from benchmarks.large_database.template import prepare
from forms_app.services.application import Application

CHUNK_FORMS = 10_000
IN_PARALLEL = 2
# A table that is there while the database is not complete.
DROPPED, DONE = "large_dropped", "large_done"
_LISTED = ", ".join(f"'{table}'" for table in rows.TABLES)
# Primary keys and unique constraints come first, foreign keys last: they refer to the others.
_REMEMBER = f"""
CREATE TABLE {DROPPED} AS
SELECT row_number() OVER (ORDER BY strpos('puixcf', kind), relation, name) AS place, *
FROM (SELECT contype::text AS kind, conrelid::regclass::text AS relation, conname::text AS name,
             format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                    pg_get_constraintdef(oid)) AS definition
      FROM pg_constraint
      WHERE (conrelid::regclass::text IN ({_LISTED}) AND contype <> 'n')
         OR (confrelid <> 0 AND confrelid::regclass::text IN ({_LISTED}))
      UNION ALL
      SELECT 'i', tablename, indexname, indexdef FROM pg_indexes
      WHERE tablename IN ({_LISTED})
        AND indexname NOT IN (SELECT conname FROM pg_constraint)) found
"""


class Builder:
    """Fills an empty, migrated database.

    Args:
        app: Wired to it.
        shape: How large it is to be.
        seconds: Begins nothing new after so many.
    """

    def __init__(self, app: Application, shape: Shape, seconds: float = 1e9) -> None:
        self._app, self._shape, self._engine = app, shape, app.engine
        self._end = time.monotonic() + seconds

    def build(self) -> bool:
        """Whether it is complete now."""
        if not inspect(self._engine).has_table(DONE):
            self._prepare()
        with ThreadPoolExecutor(IN_PARALLEL) as pool:
            list(pool.map(self._fill, self._chunks()))
        self._step("failed pages", rows.FAILED_PAGES)
        return self._restore() and self._finish()

    def _prepare(self) -> None:
        prepare(self._app, self._shape.fields)
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_REMEMBER)
            connection.exec_driver_sql(f"CREATE TABLE {DONE} (step text PRIMARY KEY)")
            _drop_all(connection)
            for part in self._shape.parts:
                _add_batch(connection, part, self._shape)

    def _chunks(self) -> Iterator[tuple[int, int]]:
        for first in range(1, self._shape.forms + 1, CHUNK_FORMS):
            yield first, min(first + CHUNK_FORMS - 1, self._shape.forms)

    def _fill(self, chunk: tuple[int, int]) -> None:
        for number, statement in enumerate(rows.OF_FORMS):
            self._step(f"{number} of forms {chunk}", statement, first=chunk[0], last=chunk[1])

    def _step(self, name: str, statement: str, **more: int) -> None:
        """Do it unless it was done or time is up; the note of it is in the same transaction."""
        if not self._has_time():
            return
        with self._engine.begin() as connection:
            noted = connection.execute(
                text(f"INSERT INTO {DONE} VALUES (:name) ON CONFLICT DO NOTHING"), {"name": name}
            )
            if noted.rowcount:
                _run(connection, statement, rows.parameters(self._shape) | more)

    def _restore(self) -> bool:
        """Make indexes and constraints again, one by one; whether all are there."""
        while self._has_time():
            with self._engine.begin() as connection:
                found = connection.exec_driver_sql(
                    f"DELETE FROM {DROPPED} WHERE place = (SELECT min(place) FROM {DROPPED})"
                    " RETURNING definition"
                ).scalar()
                if found is None:
                    return True
                connection.exec_driver_sql(found.replace("%", "%%"))
        return False

    def _finish(self) -> bool:
        with self._engine.begin() as connection:
            for table in rows.TABLES:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for table in (*rows.TABLES, "batches"):
                connection.exec_driver_sql(
                    f"SELECT setval('{table}_id_seq', (SELECT coalesce(max(id), 1) FROM {table}))"
                )
            connection.exec_driver_sql(f"DROP TABLE {DROPPED}, {DONE}")
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Also what lets PostgreSQL look into an index alone where that holds all it needs.
            connection.exec_driver_sql("VACUUM (ANALYZE)")
        return True

    def _has_time(self) -> bool:
        return time.monotonic() < self._end


def _run(connection: Connection, statement: str, known: dict[str, object]) -> None:
    asked = text(statement)
    names = asked.compile().params
    connection.execute(asked, {name: known[name] for name in names})


def _drop_all(connection: Connection) -> None:
    """Whatever would be kept up row by row. A primary key takes the foreign keys to it along."""
    found = connection.exec_driver_sql(f"SELECT * FROM {DROPPED} ORDER BY place DESC").all()
    for row in found:
        if row.kind == "i":
            connection.exec_driver_sql(f"DROP INDEX {row.name}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE {row.relation} DROP CONSTRAINT {row.name}")
    for table in rows.TABLES:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def _add_batch(connection: Connection, part: Part, shape: Shape) -> None:
    known = rows.parameters(shape) | {
        "batch_id": part.batch_id,
        "s": part.first,
        "first_file": (part.first - 1) // FILE_FORMS + 1,
        "last_file": part.last // FILE_FORMS,
    }
    for statement in (rows.BATCHES, rows.BATCH_VERSIONS, rows.FILES):
        _run(connection, statement, known)
