"""All that a site holds, to compare and to damage."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import MetaData, select

from forms_app.services.application import Application
from forms_app.store.blobs import referenced_blobs

Rows = dict[str, list[tuple[object, ...]]]


def rows_of(app: Application) -> Rows:
    """Everything in the database."""
    tables = MetaData()
    tables.reflect(app.engine)
    with app.session() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for name, table in tables.tables.items()
        }


def keys_of(app: Application) -> set[str]:
    """The keys of all files that rows need."""
    with app.session() as session:
        return referenced_blobs(session)


def damage(folder: Path, key: str) -> None:
    """Change one byte of a file that lies in the folder of a store."""
    path = folder / key[:2] / key[2:4] / key
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
