"""Migrations only add, so that the version before goes on working while it is being replaced."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import migrations

TAKING_AWAY = {"drop_column", "drop_table", "rename_table", "drop_constraint"}
# What the version before wrote would be of no project, or outside the chain: it has to be stopped
# first (docs/operations.md).
NOT_ROLLING = {"0014_divide_into_projects", "0015_chain_audit"}
FILES = sorted((Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))


def calls_of_upgrade(source: str) -> list[ast.Call]:
    """Every call in the function `upgrade`."""
    [upgrade] = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    ]
    return [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def faults(source: str) -> list[str]:
    """What the version before could not live with."""
    found = []
    for call in calls_of_upgrade(source):
        if name_of(call) in TAKING_AWAY:
            found.append(ast.unparse(call))
        if name_of(call) == "add_column":
            found += [ast.unparse(inner) for inner in call.args if is_demanding(inner)]
    return found


def is_demanding(node: ast.expr) -> bool:
    """A column that must be given and has no default."""
    if not isinstance(node, ast.Call) or name_of(node) != "Column":
        return False
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    return given.get("nullable") == "False" and "server_default" not in given


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_only_adds(file: Path) -> None:
    assert file.stem in NOT_ROLLING or faults(file.read_text()) == []


def test_taking_away_is_noticed() -> None:
    dropping = "def upgrade():\n    op.drop_column('files', 'name')"
    demanding = "def upgrade():\n    op.add_column('f', sa.Column('a', sa.Text(), nullable=False))"
    kind = "sa.Column('a', sa.Text(), nullable=False, server_default='')"
    assert faults(dropping) and faults(demanding)
    assert not faults(f"def upgrade():\n    op.add_column('f', {kind})")
