"""Alembic's entry: runs the migrations in one transaction, one process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from forms_app.store import views
from forms_app.store.models import Base

# Any constant: processes that migrate the same PostgreSQL queue up behind it.
ADVISORY_LOCK = 0x66686E64


def _is_elsewhere() -> bool:
    """Whether anything will be changed: views stand in the way of that alone."""
    return context.get_context().get_current_revision() != context.get_revision_argument()


with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    if connection.dialect.name == "sqlite":
        # A table that is rebuilt is dropped, and references to its rows would be set to NULL.
        # SQLite hears this only outside of a transaction.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        if context.config.attributes.get("moves") and _is_elsewhere():
            views.drop_all(connection)
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
