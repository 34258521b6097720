"""Drawn ones and sevens are what they claim to be, whatever the generator's state."""

from __future__ import annotations

import numpy as np

from forms_app.training.config import CHARACTERS
from forms_app.training.continental import continental


def test_ones_and_sevens_differ_by_the_angle_of_their_first_stroke() -> None:
    source = continental(CHARACTERS, np.random.default_rng(3))
    assert source.strokes is not None and len(source) == len(source.strokes)
    angles: dict[str, list[float]] = {"1": [], "7": []}
    for index in range(len(source)):
        stroke = source.strokes.strokes_of(index)[0]
        apex = int(np.argmax(np.where(stroke[:, 1] < stroke[:, 1].max() - 0.5, stroke[:, 0], -9)))
        first, last = stroke[max(apex - 1, 0)] - stroke[apex], stroke[-1] - stroke[apex]
        cosine = first @ last / (np.linalg.norm(first) * np.linalg.norm(last) + 1e-9)
        angles[CHARACTERS[source.classes[index]]].append(float(np.degrees(np.arccos(cosine))))
    assert np.median(angles["1"]) < 60 < np.median(angles["7"])


def test_every_drawing_holds_ink_and_has_the_class_of_its_figure() -> None:
    source = continental("17", np.random.default_rng(1))
    assert set(source.classes.tolist()) == {0, 1}
    assert source.bitmaps.shape[1:] == (28, 28)
    assert source.bitmaps.reshape(len(source), -1).max(1).min() == 255
