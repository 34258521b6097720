"""The house's own rules: style, types and import direction, checked with the tests."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHECKS = {
    "ruff": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
}
PURE = (
    "import sys, forms_app.reading.pipeline, forms_app.templating.template_file;print(*sys.modules)"
)


@pytest.mark.parametrize("name", CHECKS)
def test_check_passes(name: str) -> None:
    result = subprocess.run(
        [sys.executable, *CHECKS[name]], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_pure_parts_load_no_server_and_no_tensorflow() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PURE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())
    assert not loaded & {"flask", "celery", "sqlalchemy", "tensorflow", "keras"}


def test_every_top_level_package_is_shipped() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    include = config["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {"forms_app*", "workers*", "migrations*", "templates*"} == set(include)
