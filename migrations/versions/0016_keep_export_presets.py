"""Exports remember what was chosen, over one batch or many; choices are kept under a name.

An export of several batches names none by itself (`export_batches` has them). Those are forgotten
by a downgrade, as are exports in formats that earlier versions do not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)

OLD_FORMATS = "'csv', 'json', 'jsonl', 'xlsx'"
FORMATS = f"{OLD_FORMATS}, 'parquet', 'pdf', 'crops'"
BATCH_REQUIRED, BATCH_OPTIONAL = "batch_id INTEGER NOT NULL", "batch_id INTEGER"
NEW_COLUMNS = (
    "project_id INTEGER DEFAULT 1 NOT NULL",
    "template_id INTEGER",
    "choice JSON",
    "rows_so_far INTEGER DEFAULT 0 NOT NULL",
    "rows_expected INTEGER",
)
REFERENCES = (
    "CONSTRAINT fk_exports_project_id FOREIGN KEY(project_id)"
    " REFERENCES projects (id) ON DELETE RESTRICT",
    "CONSTRAINT fk_exports_template_id FOREIGN KEY(template_id)"
    " REFERENCES form_templates (id) ON DELETE CASCADE",
)


def upgrade() -> None:
    if _is_sqlite():
        _rebuild(_widened)
    else:
        _widen_in_place()
    op.create_index("ix_exports_template_id", "exports", ["template_id"])
    op.execute(
        "UPDATE exports SET project_id ="
        " (SELECT project_id FROM batches WHERE batches.id = exports.batch_id)"
    )
    _create_export_batches()
    _create_presets()


def downgrade() -> None:
    op.drop_table("export_presets")
    op.drop_table("export_batches")
    op.drop_index("ix_exports_template_id", "exports")
    op.execute(f"DELETE FROM exports WHERE batch_id IS NULL OR format NOT IN ({OLD_FORMATS})")
    if _is_sqlite():
        _rebuild(_narrowed)
    else:
        _narrow_in_place()


def _create_export_batches() -> None:
    op.create_table(
        "export_batches",
        sa.Column("export_id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("export_id", "batch_id", name="pk_export_batches"),
        sa.ForeignKeyConstraint(
            ["export_id"], ["exports.id"], name="fk_export_batches_export_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_export_batches_batch_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_export_batches_batch_id", "export_batches", ["batch_id"])


def _create_presets() -> None:
    op.create_table(
        "export_presets",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("choice", JSON, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export_presets"),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["form_templates.id"],
            name="fk_export_presets_template_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("template_id", "name", name="uq_export_presets_template_id_name"),
        sa.CheckConstraint(f"format IN ({FORMATS})", name="ck_export_presets_format"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_export_presets_default",
        "export_presets",
        ["template_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _widened(body: str) -> str:
    body = body.replace(BATCH_REQUIRED, BATCH_OPTIONAL).replace(OLD_FORMATS, FORMATS)
    columns = ", ".join(NEW_COLUMNS)
    body = re.sub(r"(\brule_breaks INTEGER),", rf"\1, {columns},", body)
    return f"{body[: body.rindex(')')].rstrip()}, {', '.join(REFERENCES)})"


def _narrowed(body: str) -> str:
    for part in (*NEW_COLUMNS, *REFERENCES):
        body = body.replace(f", {part}", "")
    return body.replace(BATCH_OPTIONAL, BATCH_REQUIRED).replace(FORMATS, OLD_FORMATS)


def _rebuild(change: Callable[[str], str]) -> None:
    """SQLite: from the table's own text, all or nothing; nothing refers to exports."""
    connection = op.get_bind()
    connection.exec_driver_sql("SAVEPOINT rebuilding")
    statements = connection.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'exports' AND sql IS NOT NULL"
    ).all()
    made = next(sql for kind, sql in statements if kind == "table")
    body = change(made[made.index("(") : made.rindex(")")].rstrip() + ")")
    connection.exec_driver_sql(f"CREATE TABLE rebuilt_exports {body}")
    was, becomes = (
        {row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")}
        for name in ("exports", "rebuilt_exports")
    )
    columns = ", ".join(sorted(was & becomes))
    connection.exec_driver_sql(
        f"INSERT INTO rebuilt_exports ({columns}) SELECT {columns} FROM exports"
    )
    # Ids of rows that are deleted by now are not given again.
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'rebuilt_exports'")
    connection.exec_driver_sql(
        "INSERT INTO sqlite_sequence"
        " SELECT 'rebuilt_exports', seq FROM sqlite_sequence WHERE name = 'exports'"
    )
    connection.exec_driver_sql("DROP TABLE exports")
    connection.exec_driver_sql("ALTER TABLE rebuilt_exports RENAME TO exports")
    for kind, sql in statements:
        if kind != "table":
            connection.exec_driver_sql(sql)


def _widen_in_place() -> None:
    op.alter_column("exports", "batch_id", nullable=True)
    op.alter_column("exports", "size", type_=sa.BigInteger())
    for column in (
        sa.Column("project_id", KEY, nullable=False, server_default="1"),
        sa.Column("template_id", KEY, nullable=True),
        sa.Column("choice", JSON, nullable=True),
        sa.Column("rows_so_far", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rows_expected", sa.Integer(), nullable=True),
    ):
        op.add_column("exports", column)
    for reference in REFERENCES:
        op.execute(f"ALTER TABLE exports ADD {reference}")
    _check_formats(FORMATS)


def _narrow_in_place() -> None:
    _check_formats(OLD_FORMATS)
    for column in ("rows_expected", "rows_so_far", "choice", "template_id", "project_id"):
        op.drop_column("exports", column)
    op.alter_column("exports", "size", type_=sa.Integer())
    op.alter_column("exports", "batch_id", nullable=False)


def _check_formats(formats: str) -> None:
    op.execute("ALTER TABLE exports DROP CONSTRAINT IF EXISTS ck_exports_ck_exports_format")
    op.execute("ALTER TABLE exports DROP CONSTRAINT IF EXISTS ck_exports_format")
    op.execute(
        f"ALTER TABLE exports ADD CONSTRAINT ck_exports_format CHECK (format IN ({formats}))"
    )
