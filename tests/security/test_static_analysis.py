"""What bandit finds in our code, and that each exception says why it is one."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.serving import REPOSITORY

CODE = ("forms_app", "workers")
REASONED = re.compile(r"# nosec B\d{3}  # \w")


def test_bandit_finds_nothing() -> None:
    """With the checks that `pyproject.toml` leaves on; its exit code says whether anything is."""
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *CODE]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout


def test_every_exception_names_its_check_and_a_reason() -> None:
    """Beside it, or in a comment right above where the line has no room."""
    for folder in CODE:
        for path in (REPOSITORY / folder).rglob("*.py"):
            lines = path.read_text("utf-8").splitlines()
            for above, line in zip(["", *lines], lines, strict=False):
                if "# nosec" in line:
                    named = re.search(r"# nosec B\d{3}$", line) and above.strip().startswith("# ")
                    assert named or REASONED.search(line), f"{path}: {line}"
