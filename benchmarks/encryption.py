"""What encryption of stored files costs: the same files through a plain and an encrypted store.

Random bytes, as scans are compressed. Writes, reads and, for the large file, its reading by a
decoder, from a path; in one process, in a folder. Each figure is the median of the rounds, in MB/s
of content.

Run: python -m benchmarks.encryption [--folder FOLDER] [--rounds 5]
"""

from __future__ import annotations

import argparse
import base64
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from forms_app.files import FileStore, open_file_store

SMALL_BYTES, SMALL_COUNT = 300_000, 200
LARGE_BYTES = 100_000_000
KEY = base64.b64encode(bytes(range(32))).decode()


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(f"{'':32}{'plain':>9}{'encrypted':>11}{'ratio':>8}   MB/s")
    works = [(f"{SMALL_COUNT} pages of 0.3 MB", _pages), ("one scan of 100 MB", _scan)]
    for name, work in works:
        rounds = [_both(given.folder, work) for _ in range(given.rounds)]
        for step in rounds[0][0]:
            plain, encrypted = (
                statistics.median(both[kind][step] for both in rounds) for kind in (0, 1)
            )
            print(f"{name + ', ' + step:32}{plain:9.0f}{encrypted:11.0f}{encrypted / plain:8.2f}")


def _both(
    folder: Path, work: Callable[[FileStore], dict[str, float]]
) -> tuple[dict[str, float], dict[str, float]]:
    """MB/s of each step, plain and encrypted, in turn so that both meet the same machine."""
    with tempfile.TemporaryDirectory(dir=folder) as plain:
        first = work(open_file_store(plain))
    with tempfile.TemporaryDirectory(dir=folder) as encrypted:
        return first, work(open_file_store(encrypted, KEY))


def _pages(store: FileStore) -> dict[str, float]:
    contents = [os.urandom(SMALL_BYTES) for _ in range(SMALL_COUNT)]
    keys: list[str] = []
    total = SMALL_BYTES * SMALL_COUNT
    return {
        "write": _rate(total, lambda: keys.extend(map(store.put, contents))),
        "read": _rate(total, lambda: [store.get(key) for key in keys]),
    }


def _scan(store: FileStore) -> dict[str, float]:
    content, keys = os.urandom(LARGE_BYTES), []

    def at_hand() -> None:
        with store.local_path(keys[0]) as path:
            path.read_bytes()

    return {
        "write": _rate(LARGE_BYTES, lambda: keys.append(store.put(content))),
        "read": _rate(LARGE_BYTES, lambda: store.verify(keys[0])),
        "for a decoder": _rate(LARGE_BYTES, at_hand),
    }


def _rate(total_bytes: int, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return total_bytes / 1e6 / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
