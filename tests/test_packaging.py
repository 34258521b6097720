"""What `pip install .` carries: every file that the program needs beside its modules."""

from __future__ import annotations

import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("forms_app", "workers", "migrations", "templates")


def packaged_files() -> list[PurePosixPath]:
    """The files of the packages that git knows."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files belong to it")
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [PurePosixPath(line) for line in listed.stdout.splitlines()]


def test_every_data_file_of_the_packages_is_named_in_package_data() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = setuptools["package-data"]["*"]
    left_out = [
        str(path)
        for path in packaged_files()
        if path.suffix != ".py" and not any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert left_out == []
