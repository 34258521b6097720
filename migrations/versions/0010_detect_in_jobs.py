"""Looking for the fields of a blank is work around a template like the others."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Connection, text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = "kind IN ('registration', 'dry_run', 'blank', 'detection')"
BEFORE = "kind IN ('registration', 'dry_run', 'blank')"
KIND_CHECK = "ck_template_jobs_ck_template_jobs_kind"


def upgrade() -> None:
    # Blanks in the making say more of themselves now; what was found before could not be shown.
    op.execute("DELETE FROM template_jobs WHERE kind = 'blank'")
    _change(BEFORE, KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM template_jobs WHERE kind = 'detection'")
    _change(KINDS, BEFORE)


def _change(was: str, to: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(op.get_bind(), was, to)
        return
    op.drop_constraint(op.f(KIND_CHECK), "template_jobs", type_="check")
    op.create_check_constraint(op.f(KIND_CHECK), "template_jobs", to)


def _rebuild(connection: Connection, was: str, to: str) -> None:
    """Make the table anew from its own text, as 0009 does, and keep the highest id ever given."""
    statements = connection.execute(
        text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'template_jobs' AND sql > ''")
    ).all()
    made = next(sql for kind, sql in statements if kind == "table")
    if was not in made:
        raise RuntimeError("The table template_jobs is not as the earlier migrations made it.")
    last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'template_jobs'"))
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    connection.exec_driver_sql("SAVEPOINT rebuilding")  # It is left open, so all is one commit.
    body = made[made.index("(") :].replace(was, to)
    connection.exec_driver_sql(f"CREATE TABLE rebuilt_template_jobs {body}")
    connection.exec_driver_sql("INSERT INTO rebuilt_template_jobs SELECT * FROM template_jobs")
    connection.exec_driver_sql("DROP TABLE template_jobs")
    connection.exec_driver_sql("ALTER TABLE rebuilt_template_jobs RENAME TO template_jobs")
    for sql in [sql for kind, sql in statements if kind != "table"]:
        connection.exec_driver_sql(sql)
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'template_jobs'")
    connection.execute(
        text("INSERT INTO sqlite_sequence VALUES ('template_jobs', :last)"), {"last": last or 0}
    )
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
