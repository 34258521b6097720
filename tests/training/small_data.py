"""A data folder of a few hundred samples, cut from the shared data, for runs of seconds."""

from __future__ import annotations

import gzip
import shutil
from itertools import islice
from pathlib import Path

import numpy as np

from tests.shared_data import shared_data_dir

FOR_PEOPLE = 20_000
"""So many hold people of each of the benchmark's sets who wrote enough characters."""


def make_small_data(folder: Path, count: int = 600) -> Path:
    """Writes the first and some later samples of each training set; returns the folder."""
    shared = shared_data_dir()
    for name in ("emnist_train", "emnist_byclass_test", "chars74k"):
        _cut(shared / f"{name}.npz", folder / f"{name}.npz", count)
    for name in ("unipen_train", "unipen_symbols"):
        _cut(shared / f"{name}.npz", folder / f"{name}.npz", count, head=True)
        strokes = f"{name}_strokes.jsonl.gz"
        with gzip.open(shared / strokes, "rt") as lines, gzip.open(folder / strokes, "wt") as out:
            out.writelines(islice(lines, count))
    shutil.copy(shared / "chars74k_strokes.json.gz", folder)
    (folder / "fonts").mkdir()
    for font in ("kalam.ttf", "patrick-hand.ttf"):
        shutil.copy(shared / "fonts" / font, folder / "fonts" / font)
    return folder


def _cut(source: Path, target: Path, count: int, head: bool = False) -> None:
    with np.load(source) as data:
        arrays = {name: data[name] for name in data.files}
    total = len(arrays["labels"])
    chosen = np.arange(min(count, total)) if head else np.linspace(0, total - 1, count).astype(int)
    np.savez(target, **{name: values[chosen] for name, values in arrays.items()})
