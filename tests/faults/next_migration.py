"""A migration that no version of Fieldhand has: what one does to tables that are in use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

import migrations

SCRIPT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "trial", "{head}"
TABLES = ("files", "pages", "submissions", "submission_fields", "decisions")

def upgrade():
    for table in TABLES:
        op.add_column(table, sa.Column("trial", sa.Integer, nullable=False, server_default="0"))
        op.create_index(f"ix_{{table}}_trial", table, ["trial"])

def downgrade():
    for table in TABLES:
        op.drop_index(f"ix_{{table}}_trial", table)
        op.drop_column(table, "trial")
"""


@contextmanager
def migrated_further(engine: Engine) -> Iterator[None]:
    """The database one revision beyond the newest inside the block, and back at its end."""
    with tempfile.TemporaryDirectory() as folder:
        head = migrations.head_revision(engine)
        Path(folder, "trial_next.py").write_text(SCRIPT.format(head=head), encoding="utf-8")
        config = _config(engine, folder)
        command.upgrade(config, "head")
        assert migrations.current_revision(engine) == "trial"
        yield
        command.downgrade(config, head)
        assert migrations.current_revision(engine) == head


def _config(engine: Engine, folder: str) -> Config:
    config = migrations.make_config(engine)
    ours = str(Path(migrations.__file__).parent / "versions")
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join((ours, folder)))
    return config
