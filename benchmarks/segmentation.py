"""How well drawn fields are cropped and cut into characters, without any classifier.

    python -m benchmarks.segmentation [--count 300] [--seed 1] [--glyphs SET.npz] [--worst DIR]

A character counts as found when one glyph is its ink: the framed images correlate by 0.8 or more.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from pathlib import Path

import cv2
import numpy as np

from forms_app.reading.comb_segmentation import segment_comb
from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.line_segmentation import segment_line
from forms_app.reading.marks import read_marks
from forms_app.reading.signatures import read_signature
from forms_app.reading.types import FieldCrop, Glyph, InkState
from forms_app.training.synthesis.handwriting import Hands, load_hands
from tests.reading.drawn_fields import (
    DrawnField,
    draw_choice,
    draw_comb,
    draw_line,
    draw_signature_field,
)
from tests.reading.drawn_look import random_look

FOUND = 0.8
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARKS = ("cross", "tick", "fill", "dash", "dot")


def main() -> None:
    options = _options()
    rng = np.random.default_rng(options.seed)
    hands = load_hands(options.glyphs)
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    worst: list[tuple[float, str, np.ndarray]] = []
    for _ in range(options.count):
        look = random_look(rng)
        _comb(look, hands, rng, tallies, worst)
        _line(look, hands, rng, tallies, worst)
        _choice(look, rng, tallies, worst)
        _signature(look, rng, tallies)
    for name, tally in tallies.items():
        for key in sorted(k for k in tally if not k.startswith("n ")):
            of = tally["n " + key]
            print(f"{name:10} {key:28} {tally[key] / of:8.4f}  of {of}")
    if options.worst:
        _save_worst(worst, options.worst)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--glyphs", type=Path, help="write with this glyph set (.npz)")
    parser.add_argument("--worst", type=Path, help="save pictures of the worst fields here")
    return parser.parse_args()


def _add(tally: Counter[str], key: str, value: float, of: float = 1) -> None:
    tally[key] += value
    tally["n " + key] += of


def _random_text(rng: np.random.Generator, blanks: float) -> str:
    alphabet = list(DIGITS if rng.random() < 0.5 else LETTERS)
    length = int(rng.integers(3, 14))
    return "".join(
        " " if rng.random() < blanks else str(rng.choice(alphabet)) for _ in range(length)
    )


def _comb(look, hands: Hands, rng, tallies, worst) -> None:
    drawn = draw_comb(_random_text(rng, 0.3), look, rng, hands)
    tally = tallies["comb"]
    crop = _timed_crop(drawn, tally)
    started = time.process_time()
    found = segment_comb(crop)
    _add(tally, "ms to segment a comb", 1e3 * (time.process_time() - started))
    states = [s is InkState.WRITTEN for s in found.cell_states]
    truth = [c != " " for c in drawn.text]
    for said, true in zip(states, truth, strict=True):
        _add(tally, "written cell seen" if true else "empty cell seen", said == true)
    glyphs = {g.start: g for g in found.glyphs}
    scores = [
        _likeness(glyphs[cell], mask) if cell in glyphs else 0.0
        for cell, mask in zip(drawn.cells, drawn.truth_in_crop(crop), strict=True)
    ]
    for score, where in zip(scores, _surroundings(drawn, crop), strict=True):
        _add(tally, "character found", score >= FOUND)
        _add(tally, f"character found: {where}", score >= FOUND)
        _add(tally, "mean likeness", score)
    right = states == truth and min(scores, default=1.0) >= FOUND
    _add(tally, "whole field right", right)
    _ink_quality(drawn, crop, tally)
    wrong = sum(a != b for a, b in zip(states, truth, strict=True))
    badness = 1 - min(scores, default=1.0) + wrong
    worst.append((badness, f"comb {look.style}", _picture(drawn, crop, found.glyphs)))


def _surroundings(drawn: DrawnField, crop: FieldCrop) -> list[str]:
    """For each character whether it touches another, lies along print (15 % of it), or is clear."""
    masks = drawn.truth_in_crop(crop)
    printed = cv2.dilate(crop.printed, np.ones((3, 3), np.uint8)) > 40
    found = []
    for index, mask in enumerate(masks):
        others = np.any([m for i, m in enumerate(masks) if i != index] or [mask & False], axis=0)
        near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        if (others & near).any():
            found.append("touching")
        elif (mask & printed).sum() > 0.15 * mask.sum():
            found.append("along print")
        else:
            found.append("clear")
    return found


def _line(look, hands: Hands, rng, tallies, worst) -> None:
    spacing = float(rng.choice([0.16, 0.08, 0.0]))
    text = _random_text(rng, 0.0)[:8]
    drawn = draw_line(text, look, rng, hands, spacing)
    tally = tallies["line"]
    crop = _timed_crop(drawn, tally)
    started = time.process_time()
    found = segment_line(crop)
    _add(tally, "ms to segment a line", 1e3 * (time.process_time() - started))
    masks = drawn.truth_in_crop(crop)
    path = _best_cover(found.glyphs, masks)
    key = f"true cut in lattice ({spacing})"
    _add(tally, key, path)
    _add(tally, "glyphs per character", len(found.glyphs), len(text))
    count = _most_probable_count(found.glyphs, found.node_count)
    _add(tally, f"count right by priors ({spacing})", count == len(text))
    worst.append((0.9 * (1 - path), f"line {spacing}", _picture(drawn, crop, found.glyphs)))


def _best_cover(glyphs: tuple[Glyph, ...], masks: list[np.ndarray]) -> bool:
    """Whether one path of the lattice has a glyph for each character."""
    node = 0
    for mask in masks:
        fits = [g for g in glyphs if g.start == node and _likeness(g, mask) >= FOUND]
        if not fits:
            return False
        node = max(fits, key=lambda g: _likeness(g, mask)).end
    return node == max((g.end for g in glyphs), default=0)


def _most_probable_count(glyphs: tuple[Glyph, ...], node_count: int) -> int:
    best = {0: (0.0, 0)}
    for glyph in sorted(glyphs, key=lambda g: g.start):
        score, count = best[glyph.start]
        score += glyph.log_prior
        if glyph.end not in best or score > best[glyph.end][0]:
            best[glyph.end] = (score, count + 1)
    return best[node_count - 1][1] if node_count - 1 in best else -1


def _choice(look, rng, tallies, worst) -> None:
    count = int(rng.integers(2, 5))
    marks = [""] * count
    marks[int(rng.integers(count))] = str(rng.choice(MARKS))
    if rng.random() < 0.25:
        marks = [""] * count
    empty = [i for i, m in enumerate(marks) if not m]
    struck = -1
    if len(empty) < count and empty and rng.random() < 0.3 and "fill" not in marks:
        struck = int(rng.choice(empty))
        marks[struck] = "scribble"
    shape = str(rng.choice(["square", "circle", "brackets"]))
    drawn = draw_choice(marks, look, rng, shape)
    crop = _timed_crop(drawn, tallies["marks"])
    found = read_marks(crop)
    tally = tallies["marks"]
    right = True
    for index, (mark, said) in enumerate(zip(marks, found, strict=True)):
        chosen = bool(mark) and index != struck
        ok = (said.probability >= 0.5) == chosen
        right &= ok
        _add(tally, f"box right: {mark or 'empty'}", ok)
    _add(tally, "whole field right", right)
    worst.append((0.8 * (1 - right), f"choice {marks}", _picture(drawn, crop, ())))


def _signature(look, rng, tallies) -> None:
    signed = bool(rng.random() < 0.5)
    crop = draw_signature_field(signed, look, rng).crop()
    said = read_signature(crop).probability >= 0.5
    _add(tallies["signature"], "signed" if signed else "not signed", said == signed)


def _timed_crop(drawn: DrawnField, tally: Counter[str]) -> FieldCrop:
    started = time.process_time()
    crop = drawn.crop()
    ms = 1e3 * (time.process_time() - started)
    _add(tally, "ms to crop 100,000 px", ms, crop.ink.size / 1e5)
    return crop


def _ink_quality(drawn: DrawnField, crop: FieldCrop, tally: Counter[str]) -> None:
    truth = np.zeros(crop.ink.shape, bool)
    for mask in drawn.truth_in_crop(crop):
        truth |= mask
    ink = crop.ink > 60
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    _add(tally, "ink kept", float((ink & truth).sum()), max(1.0, float(truth.sum())))
    _add(tally, "ink that is writing", float((ink & near).sum()), max(1.0, float(ink.sum())))


def _likeness(glyph: Glyph, truth: np.ndarray) -> float:
    """Correlation (-1 to 1) of the glyph with the framed true character, both a little blurred."""
    true = frame_glyph(truth.astype(np.uint8) * 255)
    blurred = [cv2.GaussianBlur(i, (0, 0), 1.2).astype(float) for i in (true, glyph.image)]
    return float(np.nan_to_num(np.corrcoef(blurred[0].ravel(), blurred[1].ravel())[0, 1]))


def _picture(drawn: DrawnField, crop: FieldCrop, glyphs: tuple[Glyph, ...]) -> np.ndarray:
    rows = [crop.grey, 255 - crop.ink]
    picture = cv2.cvtColor(np.vstack(rows), cv2.COLOR_GRAY2BGR)
    height = crop.grey.shape[0]
    for glyph in glyphs:
        box = glyph.box.shifted(0, height)
        cv2.rectangle(
            picture, (int(box.x), int(box.y)), (int(box.right), int(box.bottom)), (0, 0, 255), 1
        )
    return picture


def _save_worst(worst: list[tuple[float, str, np.ndarray]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("comb", "line", "choice"):
        mine = sorted((w for w in worst if w[1].startswith(kind)), key=lambda w: -w[0])[:14]
        width = max(w[2].shape[1] for w in mine)
        rows = []
        for badness, name, picture in mine:
            wide = np.pad(
                picture,
                ((22, 4), (0, width - picture.shape[1]), (0, 0)),
                constant_values=210,
            )
            text = f"{name} {badness:.2f}"
            cv2.putText(wide, text, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (200, 0, 0), 1)
            rows.append(wide)
        cv2.imwrite(str(folder / f"{kind}.png"), np.vstack(rows))


if __name__ == "__main__":
    main()
