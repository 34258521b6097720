"""Damaged files into a decoder, and what is wrong if it does not answer as it should."""

from __future__ import annotations

import random
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forms_app.errors import FieldhandError
from tests.security.decoders import decoders
from tests.security.guarded import nothing_outside
from tests.security.mutation import damaged


class FuzzError(AssertionError):
    """A decoder let something else out than an error of ours; `data` is what made it."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(f"{name}: {data[:400]!r}")
        self.data = data


def try_damaged(name: str, count: int, chance: random.Random, folder: Path) -> None:
    """So many damaged files into the decoder called `name`, which may write into `folder` alone.

    Raises:
        FuzzError: An error that is not of our tree came out.
        AssertionError: It wrote elsewhere, left something behind, or started something.
    """
    decoder = decoders()[name]
    seeds = decoder.seeds()
    with _temporary_files_in(folder), nothing_outside(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(count):
            data = damaged(seeds, chance)
            try:
                decoder.decode(data)
            except FieldhandError as error:
                assert str(error).strip()
            except Exception as error:
                raise FuzzError(name, data) from error
    assert not list(folder.iterdir())


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
