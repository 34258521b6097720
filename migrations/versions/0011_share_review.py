"""Review as work of many people: leases, reservations, notes, second keys, samples, seeded errors,
glyph checks.

Decisions say what was seen and what they took; fields say what they wait for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)

OF_NOTHING = "outcome = 'missing_page' OR (outcome = 'read' AND value IS NULL)"
DECISION_COLUMNS = ("note", "model_id", "read_as", "mode", "keystrokes", "duration_ms")


def upgrade() -> None:
    op.add_column(
        "submission_fields",
        sa.Column("stage", sa.String(), nullable=False, server_default="review"),
    )
    op.add_column("users", sa.Column("preferences", JSON, nullable=True))
    op.create_index(
        "ix_readings_of_nothing",
        "readings",
        ["id"],
        sqlite_where=sa.text(OF_NOTHING),
        postgresql_where=sa.text(OF_NOTHING),
    )
    # So pages call whoever has not said who they are.
    _rename_local("local", "Somebody")
    _describe_decisions()
    _create_leases()
    _create_reservations()
    _create_notes()
    _create_second_keys()
    _create_samples()
    _create_seeded_errors()
    _create_glyph_checks()


def downgrade() -> None:
    for table in (
        "glyph_checks",
        "seeded_errors",
        "quality_samples",
        "second_keys",
        "review_notes",
        "batch_reservations",
        "field_leases",
    ):
        op.drop_table(table)
    _rename_local("Somebody", "local")
    op.drop_index("ix_decisions_created_at", "decisions")
    for column in DECISION_COLUMNS:
        op.drop_column("decisions", column)
    op.drop_index("ix_readings_of_nothing", "readings")
    op.drop_column("users", "preferences")
    op.drop_column("submission_fields", "stage")


def _rename_local(before: str, after: str) -> None:
    users = sa.table("users", sa.column("id", KEY), sa.column("name", sa.String()))
    op.execute(sa.update(users).where(users.c.id == 1, users.c.name == before).values(name=after))


def _describe_decisions() -> None:
    op.add_column("decisions", sa.Column("note", sa.String(), nullable=True))
    op.add_column("decisions", sa.Column("model_id", sa.String(), nullable=True))
    op.add_column("decisions", sa.Column("read_as", JSON, nullable=True))
    op.add_column("decisions", sa.Column("mode", sa.String(), nullable=True))
    op.add_column("decisions", sa.Column("keystrokes", sa.Integer(), nullable=True))
    op.add_column("decisions", sa.Column("duration_ms", sa.Integer(), nullable=True))
    op.create_index("ix_decisions_created_at", "decisions", ["created_at"])


def _id() -> sa.Column[int]:
    return sa.Column("id", KEY, autoincrement=True, nullable=False)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, KEY, nullable=nullable)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIME, nullable=nullable)


def _refers(table: str, column: str, to: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def _of_form(table: str) -> tuple[sa.ForeignKeyConstraint, sa.PrimaryKeyConstraint]:
    """What all tables have that hang on a filled form."""
    return (
        _refers(table, "submission_id", "submissions", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _create_leases() -> None:
    table = "field_leases"
    op.create_table(
        table,
        _id(),
        _whole("submission_id"),
        _whole("batch_id"),
        _text("field_name"),
        _whole("user_id"),
        _text("window"),
        _text("mode"),
        _at("seated_at"),
        _at("claimed_at"),
        _at("expires_at"),
        *_of_form(table),
        _refers(table, "batch_id", "batches", "CASCADE"),
        _refers(table, "user_id", "users", "CASCADE"),
        sa.UniqueConstraint(
            "submission_id", "field_name", name="uq_field_leases_submission_id_field_name"
        ),
    )
    op.create_index("ix_field_leases_batch_id_expires_at", table, ["batch_id", "expires_at"])
    op.create_index("ix_field_leases_user_id_window", table, ["user_id", "window"])


def _create_reservations() -> None:
    table = "batch_reservations"
    op.create_table(
        table,
        _id(),
        _whole("batch_id"),
        _whole("user_id"),
        _whole("reserved_by", nullable=True),
        _at("created_at"),
        _refers(table, "batch_id", "batches", "CASCADE"),
        _refers(table, "user_id", "users", "CASCADE"),
        _refers(table, "reserved_by", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("batch_id", name=f"uq_{table}_batch_id"),
    )


def _create_notes() -> None:
    table = "review_notes"
    op.create_table(
        table,
        _id(),
        _whole("submission_id"),
        _whole("batch_id"),
        _text("field_name", nullable=True),
        _text("kind"),
        _whole("user_id"),
        _text("text"),
        _at("created_at"),
        _whole("resolved_by", nullable=True),
        _at("resolved_at", nullable=True),
        _text("answer", nullable=True),
        *_of_form(table),
        _refers(table, "batch_id", "batches", "CASCADE"),
        _refers(table, "user_id", "users", "RESTRICT"),
        _refers(table, "resolved_by", "users", "SET NULL"),
        sa.CheckConstraint("kind IN ('refer', 'return', 'misaligned')", name="kind"),
    )
    op.create_index("ix_review_notes_batch_id_kind", table, ["batch_id", "kind", "resolved_at"])
    op.create_index(
        "ix_review_notes_submission_id_field_name", table, ["submission_id", "field_name"]
    )


def _create_second_keys() -> None:
    table = "second_keys"
    op.create_table(
        table,
        _id(),
        _whole("submission_id"),
        _text("field_name"),
        _whole("user_id"),
        _whole("decision_id"),
        _text("action"),
        sa.Column("value", JSON, nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("keystrokes", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        _at("created_at"),
        *_of_form(table),
        _refers(table, "user_id", "users", "RESTRICT"),
        _refers(table, "decision_id", "decisions", "CASCADE"),
    )
    op.create_index(
        "ix_second_keys_submission_id_field_name", table, ["submission_id", "field_name"]
    )


def _create_samples() -> None:
    table = "quality_samples"
    op.create_table(
        table,
        _id(),
        _whole("submission_id"),
        _whole("batch_id"),
        _text("field_name"),
        _at("drawn_at"),
        sa.Column("read_as", JSON, nullable=True),
        _whole("user_id", nullable=True),
        _text("action", nullable=True),
        sa.Column("value", JSON, nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        _at("checked_at", nullable=True),
        *_of_form(table),
        _refers(table, "batch_id", "batches", "CASCADE"),
        _refers(table, "user_id", "users", "SET NULL"),
        sa.UniqueConstraint(
            "submission_id", "field_name", name="uq_quality_samples_submission_id_field_name"
        ),
    )
    op.create_index("ix_quality_samples_batch_id_agrees", table, ["batch_id", "agrees"])


def _create_seeded_errors() -> None:
    table = "seeded_errors"
    op.create_table(
        table,
        _id(),
        _whole("submission_id"),
        _whole("batch_id"),
        _text("field_name"),
        _whole("user_id"),
        _text("token"),
        sa.Column("truth", JSON, nullable=True),
        sa.Column("shown", JSON, nullable=True),
        _text("action", nullable=True),
        sa.Column("answer", JSON, nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=True),
        _at("created_at"),
        _at("answered_at", nullable=True),
        *_of_form(table),
        _refers(table, "batch_id", "batches", "CASCADE"),
        _refers(table, "user_id", "users", "RESTRICT"),
        sa.UniqueConstraint("token", name="uq_seeded_errors_token"),
    )
    op.create_index("ix_seeded_errors_batch_id", table, ["batch_id"])
    op.create_index(
        "ix_seeded_errors_submission_id_field_name", table, ["submission_id", "field_name"]
    )
    op.create_index("ix_seeded_errors_user_id", table, ["user_id", "missed"])


def _create_glyph_checks() -> None:
    table = "glyph_checks"
    op.create_table(
        table,
        _id(),
        _whole("submission_id"),
        _whole("batch_id"),
        _text("field_name"),
        _whole("model_version_id"),
        sa.Column("place", sa.Integer(), nullable=False),
        _text("character"),
        _whole("user_id"),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        _at("created_at"),
        *_of_form(table),
        _refers(table, "batch_id", "batches", "CASCADE"),
        _refers(table, "model_version_id", "model_versions", "CASCADE"),
        _refers(table, "user_id", "users", "RESTRICT"),
        sa.UniqueConstraint(
            "submission_id",
            "field_name",
            "model_version_id",
            "place",
            name="uq_glyph_checks_submission_id_field_name_model_version_id_place",
        ),
    )
    op.create_index("ix_glyph_checks_batch_id_character", table, ["batch_id", "character"])
