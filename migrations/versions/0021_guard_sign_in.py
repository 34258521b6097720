"""Sessions, failed tries and links of people who sign in; the local user may do everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_sessions()
    _create_attempts()
    _create_invitations()
    op.execute(sa.text("UPDATE users SET is_admin = :yes WHERE id = 1").bindparams(yes=True))


def downgrade() -> None:
    op.drop_table("invitations")
    op.drop_table("sign_in_attempts")
    op.drop_table("sign_in_sessions")


def _create_sessions() -> None:
    op.create_table(
        "sign_in_sessions",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_sessions"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sign_in_sessions_user_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("key_hash", name="uq_sign_in_sessions_key_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_sessions_user_id", "sign_in_sessions", ["user_id"])
    op.create_index("ix_sign_in_sessions_seen_at", "sign_in_sessions", ["seen_at"])


def _create_attempts() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tried_at", TIME, nullable=False),
        sa.Column("wait_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_tried_at", "sign_in_attempts", ["tried_at"])


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_invitations_user_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invitations_user_id", "invitations", ["user_id"])
