"""Whoever writes the drawn photographs: shipped hands, or people of UNIPEN by their pen strokes."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from forms_app.training.synthesis.handwriting import InkPatch, Writer

LEAST_LABEL_P = 0.5
"""Of the strokes written with: a doubtful label would falsify the truth."""


class People(Protocol):
    """Whoever writes."""

    def pick(self, rng: np.random.Generator) -> Writer: ...


class StrokePeople:
    """Writers of UNIPEN's training part, drawn from their pen strokes."""

    def __init__(self, path: Path) -> None:
        self._people: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        with np.load(path.with_name("unipen_train.npz")) as data:
            sure = data["label_p"] > LEAST_LABEL_P
        with gzip.open(path, "rt") as lines:
            for line, is_sure in zip(lines, sure, strict=True):
                row = json.loads(line)
                if is_sure:
                    self._people[row["w"]][row["l"]].append(row["s"])

    def pick(self, rng: np.random.Generator) -> StrokeWriter:
        names = list(self._people)
        return StrokeWriter(self._people[names[int(rng.integers(len(names)))]])

    def pick_for(self, text: str, rng: np.random.Generator) -> StrokeWriter:
        """Someone who wrote all of these characters."""
        while not all(map((writer := self.pick(rng)).can_write, text)):
            continue
        return writer


class StrokeWriter:
    """One person; `height` and `top` by the letterforms, as the strokes have lost their place."""

    def __init__(self, strokes: dict[str, list[Any]]) -> None:
        self._strokes = strokes

    def can_write(self, character: str) -> bool:
        return character in self._strokes

    def strokes(self, character: str, rng: np.random.Generator) -> list[Any]:
        """One of the ways this person wrote the character: strokes of [x, y]."""
        known = self._strokes[character]
        chosen: list[Any] = known[int(rng.integers(len(known)))]
        return chosen

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch:
        strokes = [np.array(s, np.float64) for s in self.strokes(character, rng)]
        every = np.vstack(strokes)
        low, size = every.min(0), np.ptp(every, axis=0)
        top, bottom = _place(character)
        scale = 96 * (bottom - top) / max(size[1], 0.35 * size[0], 1.0)
        pen = round(96 * 0.09)
        canvas = np.zeros(
            (round(size[1] * scale) + 2 * pen, round(size[0] * scale) + 2 * pen), np.uint8
        )
        for stroke in strokes:
            points = np.round(((stroke - low) * scale + pen) * 16).astype(np.int32)
            cv2.polylines(canvas, [points], False, 255, pen, cv2.LINE_AA, 4)
        return InkPatch(canvas, top, bottom - top)


def _place(character: str) -> tuple[float, float]:
    if character in "gpqyj":
        return (0.0 if character == "j" else 0.35), 1.3
    return (0.35 if character in "acemnorsuvwxz" else 0.0), 1.0


def pick_for(people: People, pool: str, rng: np.random.Generator) -> Writer:
    """Someone who writes most of the characters."""
    while True:
        writer = people.pick(rng)
        if sum(map(writer.can_write, set(pool))) > 0.6 * len(set(pool)):
            return writer
