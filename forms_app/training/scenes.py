"""Draws training glyphs: deform, degrade, frame. One sample in, one (28, 28) glyph out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.glyphs import frame_glyph
from forms_app.training import degrade
from forms_app.training.rejects import draw_reject
from forms_app.training.sample_sets import Source, TrainingData
from forms_app.training.strokes import draw_strokes
from forms_app.training.warps import (
    CANVAS_PX,
    ElasticBank,
    make_bank,
    random_linear,
    warp_bitmap,
    warp_strokes,
)

LETTER_SOURCES = ("emnist", "unipen")
"""Where the parts of non-characters and the neighbours come from."""
RAW_SHARE = 0.15
"""Share of samples left as they are in their data set, but for a shift of at most one pixel."""
SCANNED_SOURCE, SCANNED_RAW_SHARE = "forms", 0.5
"""Glyphs of drawn forms have been through a scanner: half are left as they are, the others are
deformed but not degraded again."""
PEN_WIDTH_PX, PEN_SPREAD = 5.6, 0.36
"""Median pen width on the canvas (2.8 px framed) and the spread of its logarithm."""


@dataclass(frozen=True)
class SceneDrawer:
    """Draws samples of the sources with one random generator and one bank of deformations."""

    data: TrainingData
    rng: np.random.Generator
    bank: ElasticBank

    def sample(self, name: str, index: int) -> NDArray[np.uint8]:
        """One augmented (28, 28) uint8 glyph of a source."""
        source = self.data.sources[name]
        is_scanned = name == SCANNED_SOURCE
        raw_share = SCANNED_RAW_SHARE if is_scanned else RAW_SHARE
        if self.rng.random() < raw_share and source.bitmaps.shape[1] == 28:
            return self._shifted(source.bitmaps[index])
        canvas = self.canvas(source, index)
        glyph = frame_glyph(canvas if is_scanned else self._degraded(canvas))
        if self.rng.random() < 0.25:
            glyph = degrade.jitter_frame(glyph, self.rng)
        return glyph

    def reject(self) -> NDArray[np.uint8]:
        """One (28, 28) uint8 non-character."""
        rng = self.rng
        if rng.random() < 0.07 and len(self.data.reject_marks):
            mark = self.data.reject_marks[rng.integers(len(self.data.reject_marks))]
            drawn = warp_bitmap(mark, random_linear(rng), self.bank, rng)
        else:
            drawn = draw_reject(self._any_canvas(), self._any_canvas(), rng)
        if rng.random() < 0.3:
            soft = cv2.GaussianBlur(drawn, (0, 0), float(rng.uniform(0.4, 1.5)))
            drawn = soft.astype(np.uint8, copy=False)
        return frame_glyph(drawn)

    def canvas(self, source: Source, index: int) -> NDArray[np.uint8]:
        """The deformed sample on a (64, 64) canvas, drawn from strokes where there are any."""
        linear = random_linear(self.rng)
        if source.strokes is None or source.stroke_index is None:
            return warp_bitmap(source.bitmaps[index], linear, self.bank, self.rng)
        strokes = source.strokes.strokes_of(int(source.stroke_index[index]))
        canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
        width = float(np.clip(PEN_WIDTH_PX * np.exp(self.rng.normal() * PEN_SPREAD), 2.0, 11.5))
        pressure = None
        if self.rng.random() < 0.3:
            pressure = np.exp(self.rng.normal(0, 0.25, 6)).astype(np.float32)
        draw_strokes(warp_strokes(strokes, linear, self.bank, self.rng), canvas, width, pressure)
        return canvas

    def _any_canvas(self) -> NDArray[np.uint8]:
        names = [name for name in LETTER_SOURCES if name in self.data.sources]
        names = names or sorted(self.data.sources)
        source = self.data.sources[names[int(self.rng.integers(len(names)))]]
        return self.canvas(source, int(self.rng.integers(len(source))))

    def _shifted(self, glyph: NDArray[np.uint8]) -> NDArray[np.uint8]:
        down, right = self.rng.integers(-1, 2, 2)
        return np.roll(glyph, (down, right), (0, 1))

    def _degraded(self, canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
        rng, dice = self.rng, self.rng.random(7)
        if dice[0] < 0.25:
            canvas = degrade.change_stroke(canvas, rng)
        if dice[1] < 0.06:
            canvas = degrade.add_box_lines(canvas, rng)
        if dice[2] < 0.04:
            canvas = degrade.add_neighbour(canvas, self._any_canvas(), rng)
        if dice[3] < 0.03:
            canvas = degrade.add_specks(canvas, rng)
        if dice[4] < 0.08:
            canvas = degrade.patchy_ink(canvas, rng)
        if dice[5] < 0.20:
            canvas = degrade.to_one_bit(canvas, rng)
        elif dice[6] < 0.20:
            canvas = degrade.blur_and_noise(canvas, rng)
        return canvas


def make_drawer(data: TrainingData, seed: int) -> SceneDrawer:
    """A drawer with its own random generator."""
    rng = np.random.default_rng(seed)
    return SceneDrawer(data, rng, make_bank(rng))
