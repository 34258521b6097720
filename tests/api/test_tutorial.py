"""The commands of docs/api.md, as a reader would type them, against a real `fieldhand serve`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import REPOSITORY, Serve

PAGE = REPOSITORY / "docs" / "api.md"
LIMIT_S = 240


@pytest.mark.redis
def test_the_commands_of_the_manual_work(tmp_path: Path) -> None:
    commands = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    # A reader sees a command that fails; a script has to be told.
    script = "\n".join(["set -euo pipefail", *commands])
    with Serve(tmp_path / "data", workers=1) as serve:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=os.environ
            | {
                "FIELDHAND": serve.url,
                "FIELDHAND_DATA_DIR": str(serve.data_dir),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "PYTHONPATH": str(REPOSITORY),
            },
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    assert done.returncode == 0, done.stderr + done.stdout
    lines = done.stdout.splitlines()
    assert '"published"' in lines
    assert '"confirmed"' in lines
    [surname] = [line for line in lines if line.startswith("surname\t")]
    assert surname.split("\t")[1] in ("accepted", "open")
    assert "surname" in lines[-1]
