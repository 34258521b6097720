"""Characters as pen strokes for tests, in a box of height 1, and real ones where data are there."""

from __future__ import annotations

import gzip
import json

import numpy as np

from tests.shared_data import shared_data_dir

Stroke = list[tuple[float, float]]

SEVEN: list[Stroke] = [[(0.0, 0.02), (0.6, 0.0), (0.45, 0.4), (0.25, 1.0)]]
STROKES: dict[str, list[Stroke]] = {
    "1": [[(0.1, 0.2), (0.3, 0.0), (0.3, 1.0)]],
    "2": [
        [(0.05, 0.25), (0.2, 0.04), (0.42, 0.03), (0.55, 0.2), (0.45, 0.48), (0.0, 1.0), (0.6, 1.0)]
    ],
    "4": [[(0.35, 0.0), (0.0, 0.62), (0.65, 0.62)], [(0.48, 0.3), (0.46, 1.0)]],
    "7": SEVEN,
    "L": [[(0.05, 0.0), (0.03, 1.0), (0.55, 0.98)]],
    "X": [[(0.0, 0.0), (0.6, 1.0)], [(0.6, 0.0), (0.0, 1.0)]],
}
STEPS = 12
LEAST_LABEL_P = 0.9


def placed(strokes: list[Stroke], x: float, y: float, height: float) -> list[Stroke]:
    """The strokes at a place and size, with points as dense as a pen reports them."""
    return [_dense([(x + height * px, y + height * py) for px, py in stroke]) for stroke in strokes]


def _dense(stroke: Stroke) -> Stroke:
    corners = np.array(stroke)
    at = np.linspace(0, len(corners) - 1, STEPS * (len(corners) - 1) + 1)
    known = np.arange(len(corners))
    xs, ys = (np.interp(at, known, corners[:, i]) for i in (0, 1))
    return [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]


def real_strokes(text: str) -> list[list[Stroke]]:
    """One UNIPEN writer's strokes for each character, in a box of height 1.

    Skips the test where the shared data are missing, see `shared_data_dir`.
    """
    people: dict[str, dict[str, list[Stroke]]] = {}
    folder = shared_data_dir()
    with np.load(folder / "unipen_train.npz") as data:
        sure = data["label_p"] > LEAST_LABEL_P
    with gzip.open(folder / "unipen_train_strokes.jsonl.gz", "rt") as lines:
        for line, is_sure in zip(lines, sure, strict=True):
            # The label stands first; decoding every line would take half a minute.
            if not (is_sure and line[6] in text):
                continue
            row = json.loads(line)
            if row["l"] in text:
                person = people.setdefault(row["w"], {})
                person.setdefault(row["l"], row["s"])
                if len(person) == len(set(text)):
                    return [_unit(person[character]) for character in text]
    raise AssertionError(f"nobody wrote all of {text!r}")


def _unit(strokes: list[Stroke]) -> list[Stroke]:
    every = np.vstack([np.array(stroke, float) for stroke in strokes])
    low, high = every.min(0), every.max(0)
    scale = max(high[1] - low[1], 0.6 * (high[0] - low[0]), 1.0)
    return [
        [(float((x - low[0]) / scale), float((y - low[1]) / scale)) for x, y in s] for s in strokes
    ]
