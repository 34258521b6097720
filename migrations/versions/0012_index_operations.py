"""What waits, has failed and was read lately is found without a look at every row."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_files_state_id", "files", ["state", "id"]),
    ("ix_pages_state_id", "pages", ["state", "id"]),
    ("ix_pages_read_at", "pages", ["read_at"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(op.f(name), table, columns)


def downgrade() -> None:
    for name, table, _ in INDEXES:
        op.drop_index(op.f(name), table)
