"""Damaged files into every decoder until the time is over; what `tests/security` tries in short.

    python -m benchmarks.fuzz --minutes 10

Files that let anything but an error of ours out are kept in `--keep`, and the command fails.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import secrets
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.security.decoders import decoders
from tests.security.fuzzing import FuzzError, try_damaged

AT_ONCE = 200


def main() -> int:
    """1 where a decoder failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="to repeat a run")
    parser.add_argument("--only", choices=decoders(), help="one decoder")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    given = parser.parse_args()
    names = [given.only] if given.only else list(decoders())
    print(f"seed {given.seed}", flush=True)
    tried, failed = _run(names, 60 * given.minutes, random.Random(given.seed), given.keep)
    for name in names:
        print(f"{name:<14} {tried[name]:>9,} files, {failed[name]} failures")
    return int(failed.total() > 0)


def _run(
    names: list[str], seconds: float, chance: random.Random, keep: Path
) -> tuple[Counter[str], Counter[str]]:
    """How many files each decoder was given, and how many of them it failed on."""
    tried, failed = Counter[str](), Counter[str]()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for name in names:
            tried[name] += AT_ONCE
            with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
                try:
                    try_damaged(name, AT_ONCE, chance, Path(folder))
                except FuzzError as error:
                    failed[name] += 1
                    traceback.print_exception(error)
                    _keep(error, keep)
    return tried, failed


def _keep(error: FuzzError, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(error.data).hexdigest()[:16]
    path.write_bytes(error.data)
    print(f"kept as {path}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
