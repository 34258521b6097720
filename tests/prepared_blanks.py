"""Blanks of the same pixels are prepared once per process, whichever test asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import pytest

from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from forms_app.services import blanks, dry_run, template_health
from forms_app.templating import blanks as template_blanks

# A reference of an A4 page at 300 dpi holds some 10 MB.
MOST_KEPT = 16


def prepared_once(number: int, blank: GreyImage) -> PageReference:
    """As `prepare_reference`; what it gives is never changed by those who have it."""
    return _prepared(number, blank.shape, blank.dtype.str, blank.tobytes())


@lru_cache(maxsize=MOST_KEPT)
def _prepared(number: int, shape: tuple[int, ...], kind: str, pixels: bytes) -> PageReference:
    return prepare_reference(number, np.frombuffer(pixels, kind).reshape(shape).copy())


@contextmanager
def blanks_prepared_once() -> Iterator[None]:
    """Services and templating share the prepared blanks of all tests meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (blanks, dry_run, template_health, template_blanks):
            patch.setattr(module, "prepare_reference", prepared_once)
        yield
