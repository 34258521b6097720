"""Pages wait for a person: held and dropped ones, re-scans, placements by hand, missing pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
BEFORE = "state IN ('pending', 'aligned', 'read', 'failed')"
AFTER = "state IN ('pending', 'aligned', 'read', 'failed', 'held', 'dropped')"
STATE_CHECK = "ck_pages_ck_pages_state"
PAGE_COLUMNS = ("worst_residual_px", "checked_at", "placement", "scan_hash", "scan_name", "writing")

COUNT_MISSING = """
UPDATE submissions SET pages_missing = (
    SELECT COUNT(*) FROM template_pages t
    JOIN batches b ON b.version_id = t.version_id
    WHERE b.id = submissions.batch_id AND NOT EXISTS (
        SELECT 1 FROM pages p
        WHERE p.submission_id = submissions.id AND p.template_page = t.number
    )
) WHERE state <> 'reading'
"""


def upgrade() -> None:
    with op.batch_alter_table("pages") as pages:
        pages.add_column(sa.Column("worst_residual_px", sa.Double(), nullable=True))
        pages.add_column(sa.Column("checked_at", TIME, nullable=True))
        pages.add_column(sa.Column("placement", JSON, nullable=True))
        pages.add_column(sa.Column("scan_hash", sa.String(), nullable=True))
        pages.add_column(sa.Column("scan_name", sa.String(), nullable=True))
        pages.add_column(sa.Column("writing", sa.String(), nullable=True))
    _allow(AFTER)
    op.add_column(
        "submissions", sa.Column("absent_pages", JSON, nullable=False, server_default="[]")
    )
    op.add_column(
        "submissions", sa.Column("pages_missing", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(COUNT_MISSING)


def downgrade() -> None:
    """Pages that wait for a person become failed ones, as they were before."""
    op.drop_column("submissions", "pages_missing")
    op.drop_column("submissions", "absent_pages")
    op.execute("UPDATE pages SET state = 'failed' WHERE state IN ('held', 'dropped')")
    with op.batch_alter_table("pages") as pages:
        for name in reversed(PAGE_COLUMNS):
            pages.drop_column(name)
    _allow(BEFORE)


def _allow(states: str) -> None:
    with op.batch_alter_table("pages", recreate="auto") as pages:
        # SQLite's table is rebuilt, and a check is not among what is carried over.
        if op.get_bind().dialect.name != "sqlite":
            pages.drop_constraint(op.f(STATE_CHECK), type_="check")
        pages.create_check_constraint(op.f(STATE_CHECK), states)
