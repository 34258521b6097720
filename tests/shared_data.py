"""Where the handwriting data of the project lie; tests that need them ask here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_data_dir() -> Path:
    """The folder `shared/data` beside the checkout, or the one named by FIELDHAND_SHARED.

    Without it a test is skipped on a developer's machine and fails in CI (variable CI set).
    """
    named = os.environ.get("FIELDHAND_SHARED")
    root = Path(__file__).resolve().parent.parent
    shared = Path(named) if named else root.parent / "shared"
    folder = shared / "data" if (shared / "data").is_dir() else shared
    if not (folder / "emnist_byclass_test.npz").exists():
        reason = f"handwriting data not found in {folder}; set FIELDHAND_SHARED to their folder"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
