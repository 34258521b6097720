"""Projects separate templates, batches and people; people have accounts, memberships and tokens.

Everything that is there belongs to the first project. Whoever had a role keeps it there.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.DateTime(timezone=True)

DIVIDED = ("form_templates", "batches", "template_jobs")
COLUMN = "project_id INTEGER DEFAULT 1 NOT NULL"
OLD_ROLES = ("admin", "editor", "reviewer")
PROJECT_ROLES = ("designer", "operator", "reviewer", "supervisor", "auditor")
ACCOUNT_COLUMNS = (
    "login",
    "password_hash",
    "is_admin",
    "totp_secret",
    "totp_last_step",
    "oidc_issuer",
    "oidc_subject",
    "session_epoch",
    "disabled_at",
    "last_seen_at",
)


def upgrade() -> None:
    _create_projects()
    _refer_to_projects()
    _give_accounts()
    _create_memberships()
    _create_tokens()
    _move_roles()


def downgrade() -> None:
    _move_roles_back()
    op.drop_table("api_tokens")
    op.drop_table("memberships")
    op.drop_index("uq_users_oidc", "users")
    op.drop_index("uq_users_login", "users")
    with op.batch_alter_table("users") as users:
        for column in ACCOUNT_COLUMNS:
            users.drop_column(column)
    _forget_projects()
    op.drop_table("projects")


def _create_projects() -> None:
    projects = op.create_table(
        "projects",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("archived_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
        sqlite_autoincrement=True,
    )
    assert projects is not None
    now = sa.func.current_timestamp()
    op.execute(projects.insert().values(name="Main", created_at=now))


def _refer_to_projects() -> None:
    if _is_sqlite():
        _rebuild_all(lambda table, body: f"({COLUMN}, {body[1:-1]}, {_reference(table)})")
    else:
        for table in DIVIDED:
            column = COLUMN.replace("INTEGER", "BIGINT")
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}, ADD {_reference(table)}")
    for table in DIVIDED:
        op.create_index(f"ix_{table}_project_id_id", table, ["project_id", "id"])


def _forget_projects() -> None:
    for table in DIVIDED:
        op.drop_index(f"ix_{table}_project_id_id", table)
    if _is_sqlite():
        _rebuild_all(_without_project)
    else:
        for table in DIVIDED:
            op.drop_column(table, "project_id")


def _reference(table: str) -> str:
    return (
        f"CONSTRAINT fk_{table}_project_id FOREIGN KEY(project_id)"
        " REFERENCES projects (id) ON DELETE RESTRICT"
    )


def _without_project(table: str, body: str) -> str:
    return body.replace(f"({COLUMN}, ", "(").replace(f", {_reference(table)})", ")")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _rebuild_all(change: Callable[[str, str], str]) -> None:
    """As migration 0009 does it: from the tables' own texts, all or nothing."""
    connection = op.get_bind()
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    connection.exec_driver_sql("SAVEPOINT rebuilding")
    for table in DIVIDED:
        _rebuild(connection, table, change)
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")


def _rebuild(connection: Connection, table: str, change: Callable[[str, str], str]) -> None:
    statements = connection.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
    ).all()
    made = next(sql for kind, sql in statements if kind == "table")
    body = change(table, made[made.index("(") : made.rindex(")")].rstrip() + ")")
    connection.exec_driver_sql(f"CREATE TABLE rebuilt_{table} {body}")
    was, becomes = (
        {row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")}
        for name in (table, f"rebuilt_{table}")
    )
    columns = ", ".join(sorted(was & becomes))
    connection.exec_driver_sql(
        f"INSERT INTO rebuilt_{table} ({columns}) SELECT {columns} FROM {table}"
    )
    # Ids of rows that are deleted by now are not given again.
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (f"rebuilt_{table}",))
    connection.exec_driver_sql(
        "INSERT INTO sqlite_sequence SELECT ?, seq FROM sqlite_sequence WHERE name = ?",
        (f"rebuilt_{table}", table),
    )
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE rebuilt_{table} RENAME TO {table}")
    for kind, sql in statements:
        if kind != "table":
            connection.exec_driver_sql(sql)


def _give_accounts() -> None:
    for column in (
        sa.Column("login", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_last_step", KEY, nullable=True),
        sa.Column("oidc_issuer", sa.String(), nullable=True),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.Column("last_seen_at", TIME, nullable=True),
    ):
        op.add_column("users", column)
    op.create_index("uq_users_login", "users", ["login"], unique=True)
    op.create_index("uq_users_oidc", "users", ["oidc_issuer", "oidc_subject"], unique=True)


def _create_memberships() -> None:
    roles = ", ".join(f"'{role}'" for role in PROJECT_ROLES)
    op.create_table(
        "memberships",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "project_id", "role", name="pk_memberships"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_memberships_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_memberships_project_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(f"role IN ({roles})", name="ck_memberships_role"),
    )
    op.create_index("ix_memberships_project_id", "memberships", ["project_id"])


def _create_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_api_tokens_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_api_tokens_project_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])
    op.create_index("ix_api_tokens_project_id", "api_tokens", ["project_id"])


def _move_roles() -> None:
    op.execute("UPDATE users SET is_admin = (role = 'admin')")
    op.execute(
        "INSERT INTO memberships (user_id, project_id, role)"
        " SELECT id, 1, CASE role WHEN 'editor' THEN 'designer' ELSE 'reviewer' END"
        " FROM users WHERE role <> 'admin'"
    )
    with op.batch_alter_table("users") as users:
        users.drop_constraint("ck_users_role", type_="check")
        users.drop_column("role")


def _move_roles_back() -> None:
    op.add_column(
        "users", sa.Column("role", sa.String(), nullable=False, server_default="reviewer")
    )
    op.execute("UPDATE users SET role = 'admin' WHERE is_admin")
    op.execute(
        "UPDATE users SET role = 'editor' WHERE NOT is_admin AND id IN"
        " (SELECT user_id FROM memberships WHERE role = 'designer')"
    )
    words = ", ".join(f"'{role}'" for role in OLD_ROLES)
    with op.batch_alter_table("users") as users:
        users.alter_column("role", server_default=None)
        users.create_check_constraint("ck_users_role", f"role IN ({words})")
