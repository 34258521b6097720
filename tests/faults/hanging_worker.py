"""Fieldhand's worker, but work on pages of files called `hangs…` never ends, within C.

`python -m celery -A tests.faults.hanging_worker worker`: a lock of the C library is taken twice,
with Python's own lock held, as by a library that deadlocks. Neither a signal handler nor an
exception gets through to that.
"""

from __future__ import annotations

import ctypes
from typing import Any

from forms_app.services import alignment
from workers.app import celery

__all__ = ["celery"]

# All zeros are PTHREAD_MUTEX_INITIALIZER on Linux; no implementation needs more bytes.
_lock = ctypes.create_string_buffer(256)
_load_job = alignment._load_job


def _load_or_hang(*arguments: Any) -> Any:
    job = _load_job(*arguments)
    if job.file_name.startswith("hangs"):
        for _ in range(2):
            ctypes.PyDLL(None).pthread_mutex_lock(_lock)
    return job


alignment._load_job = _load_or_hang
