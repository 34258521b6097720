"""Alembic migrations, run from code: no `alembic.ini`, so an installed wheel works alike."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def make_config(engine: Engine) -> Config:
    """Alembic's configuration for the database behind `engine`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to `revision`; does nothing when it is already there."""
    command.upgrade(_moving(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision` (`base`: empty)."""
    command.downgrade(_moving(engine), revision)


def _moving(engine: Engine) -> Config:
    """For a command that goes from one revision to another."""
    config = make_config(engine)
    config.attributes["moves"] = True
    return config


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None before the first."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def all_revisions(engine: Engine) -> frozenset[str]:
    """Every revision that this version of Fieldhand knows."""
    scripts = ScriptDirectory.from_config(make_config(engine)).walk_revisions()
    return frozenset(script.revision for script in scripts)


def head_revision(engine: Engine) -> str:
    """The newest revision that this version of Fieldhand knows."""
    head = ScriptDirectory.from_config(make_config(engine)).get_current_head()
    assert head is not None
    return head


def known_revisions(engine: Engine) -> frozenset[str]:
    """Every revision that this version of Fieldhand can bring up to its own."""
    script = ScriptDirectory.from_config(make_config(engine))
    return frozenset(revision.revision for revision in script.walk_revisions())
