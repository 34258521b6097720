"""Runs the `fieldhand` command as a user does."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = (sys.executable, "-c", "from forms_app.cli import main; main()")


def fieldhand(*arguments: object, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs one verb; its exit code, standard output and standard error."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
