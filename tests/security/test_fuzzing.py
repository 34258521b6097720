"""Ten thousand damaged files into every decoder: each is read, or refused in a sentence of ours.

`python -m benchmarks.fuzz --minutes 10` goes on where this ends, with other files.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.security.decoders import decoders
from tests.security.fuzzing import try_damaged

INPUTS = 10_000
SEED = 20261128
_WEIGHTS = sum(decoder.weight for decoder in decoders().values())


@pytest.mark.parametrize("name", decoders())
def test_the_files_that_are_damaged_are_good_ones(name: str) -> None:
    decoder = decoders()[name]
    for seed in decoder.seeds():
        decoder.decode(seed)


@pytest.mark.parametrize("name", decoders())
def test_only_our_own_errors_come_out_and_nothing_is_written_elsewhere(
    name: str, tmp_path: Path
) -> None:
    count = -(-INPUTS * decoders()[name].weight // _WEIGHTS)
    try_damaged(name, count, random.Random(f"{SEED} {name}"), tmp_path)
