"""Draws photographs of handwriting on all kinds of paper, with the truth about each character."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.own_people import People, pick_for
from forms_app.reading.character_sets import CharacterSet
from forms_app.reading.glyphs import stroke_width_px
from forms_app.training.synthesis.handwriting import InkPatch, Writer

Array = NDArray[np.float32]
Colour = tuple[int, int, int]
WIDTH_PX, HEIGHT_PX = 1600, 1200
LATIN = "abcdefghijklmnopqrstuvwxyz"
POOLS = {
    CharacterSet.DIGITS: "0123456789",
    CharacterSet.UPPER: LATIN.upper(),
    CharacterSet.LETTERS: LATIN + LATIN.upper() + "ijij",
    CharacterSet.ALNUM: LATIN + LATIN.upper() + "0123456789" * 2,
    CharacterSet.ALL: "0123456789" * 2 + LATIN + "ij:=%+?!",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper and what is written on it with; colours are RGB.

    `ruling`: "", "lined" or "squared". `pens` are line widths in cap heights. `light` is how much
    darker the darkest corner is; `shadow` the darkness of a cast shadow with an edge.
    """

    paper: tuple[Colour, ...]
    ink: tuple[Colour, ...]
    ruling: str = ""
    rule: tuple[Colour, ...] = ((150, 175, 215), (165, 165, 170))
    pens: tuple[float, float] = (0.06, 0.12)
    light: float = 0.15
    shadow: float = 0.0
    grain: float = 4.0
    patchy: float = 0.0
    desk: bool = False
    tilt_deg: float = 1.5


WHITE: tuple[Colour, ...] = ((246, 245, 240), (235, 236, 238), (225, 222, 214))
PENS: tuple[Colour, ...] = ((35, 36, 42), (28, 48, 140), (20, 30, 90), (150, 30, 35))
PAPERS = {
    "white, ballpoint": Paper(WHITE, PENS),
    "white, pencil": Paper(WHITE, ((120, 120, 124), (140, 140, 142)), patchy=0.3),
    "white, felt pen": Paper(
        WHITE, ((20, 20, 20), (190, 30, 40), (20, 110, 60)), pens=(0.16, 0.22)
    ),
    "white, shadow": Paper(WHITE, PENS[:3], light=0.4, shadow=0.45),
    "yellow note": Paper(((250, 232, 110), (244, 214, 90)), PENS),
    "blue paper": Paper(((120, 165, 215), (95, 140, 200)), ((25, 40, 120), (20, 20, 30))),
    "pink paper": Paper(((243, 170, 185),), ((170, 25, 40), (30, 40, 130))),
    "brown paper": Paper(((176, 138, 96), (160, 120, 80)), PENS[:3], grain=9),
    "lined": Paper(WHITE, PENS, "lined"),
    "squared": Paper(WHITE, PENS, "squared"),
    "squared, pencil": Paper(WHITE, ((110, 110, 114),), "squared", patchy=0.2),
    "dark board, chalk": Paper(
        ((38, 62, 50), (45, 47, 50)), ((225, 225, 220), (235, 225, 150)), pens=(0.1, 0.17),
        grain=7, patchy=0.5, light=0.35,
    ),
    "black paper, gel pen": Paper(((30, 30, 33),), ((235, 235, 235), (215, 180, 90))),
    "on a desk": Paper(WHITE, PENS, desk=True, light=0.25, tilt_deg=5),
    "tilted": Paper(WHITE, PENS, tilt_deg=9),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """One written character: `box_px` x, y, width, height of its ink in the picture."""

    character: str
    box_px: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A photograph `(h, w, 3)` uint8 RGB, what it may be read as, and its characters in order."""

    rgb: NDArray[np.uint8]
    characters: CharacterSet
    truth: tuple[Truth, ...]


def draw_sheet(kind: str, people: People, rng: np.random.Generator) -> Sheet:
    """A photograph of a few lines on one kind of paper."""
    paper = PAPERS[kind]
    characters = list(POOLS)[int(rng.choice(5, p=[0.35, 0.2, 0.15, 0.15, 0.15]))]
    cap_px = float(rng.uniform(48, 120))
    writer = pick_for(people, POOLS[characters], rng)
    alpha, truth = _write(writer, POOLS[characters], cap_px, paper, rng)
    colour = _background(paper, cap_px, rng)
    ink = np.array(paper.ink[int(rng.integers(len(paper.ink)))], np.float32)
    share = alpha[..., None] * float(rng.uniform(0.8, 0.97))
    colour = colour * (1 - share) + ink * share
    colour, truth = _photograph(colour, truth, paper, rng)
    return Sheet(colour, characters, tuple(truth))


def _write(
    writer: Writer, pool: str, cap_px: float, paper: Paper, rng: np.random.Generator
) -> tuple[Array, list[Truth]]:
    """Ink coverage (0 to 1) of the lines, and the characters."""
    known = [c for c in pool if writer.can_write(c)]
    alpha = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    truth: list[Truth] = []
    pitch = cap_px * (1.0 + _rule_step(paper) if paper.ruling else rng.uniform(1.9, 2.6))
    baseline = 140 + cap_px
    for _ in range(int(rng.integers(2, 5))):
        x = float(rng.uniform(120, 220))
        for _ in range(int(rng.integers(5, 11))):
            character = str(rng.choice(known))
            patch = writer.draw(character, rng)
            box = _paste(
                alpha, patch, x, baseline + rng.normal(0, 0.03) * cap_px, cap_px, paper, rng
            )
            if box is None:
                break
            truth.append(Truth(character, box))
            x += box[2] + cap_px * rng.uniform(0.2, 0.5)
            if rng.random() < 0.12:
                x += cap_px * 0.7
        baseline += pitch
        if baseline + 0.4 * cap_px > HEIGHT_PX - 60:
            break
    if paper.patchy:
        coarse = rng.uniform(1 - paper.patchy, 1.0, (150, 200)).astype(np.float32)
        alpha *= cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return alpha, truth


def _rule_step(paper: Paper) -> float:
    return 0.9 if paper.ruling == "lined" else 0.75


def _paste(
    alpha: Array, patch: InkPatch, x: float, baseline: float, cap_px: float, paper: Paper,
    rng: np.random.Generator,
) -> tuple[int, int, int, int] | None:  # fmt: skip
    """Draws one character; None where the line is full."""
    height = max(4, round(patch.height * cap_px))
    width = max(4, round(patch.alpha.shape[1] * height / patch.alpha.shape[0]))
    left, top = round(x), round(baseline - cap_px + patch.top * cap_px)
    if left + width > WIDTH_PX - 100 or top < 0 or top + height > HEIGHT_PX:
        return None
    small = cv2.resize(patch.alpha, (width, height), interpolation=cv2.INTER_AREA)
    small = _with_pen(np.asarray(small, np.uint8), rng.uniform(*paper.pens) * cap_px)
    margin = (small.shape[0] - height) // 2
    left, top = left - margin, max(0, top - margin)
    part = alpha[top : top + small.shape[0], left : left + small.shape[1]]
    small = small[: part.shape[0], : part.shape[1]]
    np.maximum(part, small / np.float32(255), out=part)
    inked = cv2.boundingRect((small > 90).astype(np.uint8))
    return left + inked[0], top + inked[1], inked[2], inked[3]


def _with_pen(ink: NDArray[np.uint8], pen_px: float) -> NDArray[np.uint8]:
    """Thickens a character to about this line width."""
    grow = max(0, round((pen_px - stroke_width_px((ink > 127).astype(np.uint8))) / 2))
    padded = cv2.copyMakeBorder(ink, grow, grow, grow, grow, cv2.BORDER_CONSTANT, value=0)
    if not grow:
        return np.asarray(padded, np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    return np.asarray(cv2.dilate(padded, disc), np.uint8)


def _background(paper: Paper, cap_px: float, rng: np.random.Generator) -> Array:
    colour = np.array(paper.paper[int(rng.integers(len(paper.paper)))], np.float32)
    page = np.broadcast_to(colour, (HEIGHT_PX, WIDTH_PX, 3)).copy()
    if paper.ruling:
        rule = paper.rule[int(rng.integers(len(paper.rule)))]
        step = cap_px * (1.0 + _rule_step(paper)) / (1 if paper.ruling == "lined" else 2.5)
        thick = max(1, round(cap_px * rng.uniform(0.015, 0.035)))
        start = 140 + cap_px + rng.normal(0, 0.05) * cap_px
        for i in range(-80, 80):
            y = round(start + i * step)
            cv2.line(page, (0, y), (WIDTH_PX, y), rule, thick, cv2.LINE_AA)
            if paper.ruling == "squared":
                x = round(70 + i * step)
                cv2.line(page, (x, 0), (x, HEIGHT_PX), rule, thick, cv2.LINE_AA)
        if paper.ruling == "lined" and rng.random() < 0.5:
            cv2.line(page, (90, 0), (90, HEIGHT_PX), (225, 130, 140), thick, cv2.LINE_AA)
    return page


def _photograph(
    colour: Array, truth: list[Truth], paper: Paper, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[Truth]]:
    """Camera angle, light, blur, noise, JPEG."""
    matrix = _camera(paper, rng)
    desk = tuple(float(v) for v in rng.uniform(40, 110, 3)) if paper.desk else None
    border = {"borderMode": cv2.BORDER_REPLICATE} if desk is None else {"borderValue": desk}
    moved = cv2.warpPerspective(
        colour, matrix, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR, **border
    )  # type: ignore[call-overload]
    moved = moved * _light(paper, rng)[..., None]
    moved = cv2.GaussianBlur(moved, (0, 0), float(rng.uniform(0.5, 1.3)))
    moved += rng.normal(0, paper.grain, moved.shape[:2])[..., None] + rng.normal(0, 2, moved.shape)
    rgb = np.clip(moved, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(
        ".jpg", rgb[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 93)))
    )
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    return np.ascontiguousarray(back), [Truth(t.character, _moved(t.box_px, matrix)) for t in truth]


def _camera(paper: Paper, rng: np.random.Generator) -> NDArray[np.float64]:
    corners = np.array([[0, 0], [WIDTH_PX, 0], [WIDTH_PX, HEIGHT_PX], [0, HEIGHT_PX]], np.float32)
    centre = np.array([WIDTH_PX / 2, HEIGHT_PX / 2])
    angle = np.deg2rad(rng.uniform(-paper.tilt_deg, paper.tilt_deg))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shrink = 0.82 if paper.desk else 1.0
    moved = (corners - centre) @ turn.T * shrink + centre
    moved += rng.uniform(-1, 1, (4, 2)) * 0.015 * WIDTH_PX
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)


def _light(paper: Paper, rng: np.random.Generator) -> Array:
    coarse = rng.uniform(1 - paper.light, 1.0, (3, 3)).astype(np.float32)
    light = np.asarray(cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC))
    if paper.shadow:
        x, y = rng.uniform(0.25, 0.75, 2) * (WIDTH_PX, HEIGHT_PX)
        slope = rng.uniform(-0.6, 0.6)
        columns, rows = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
        side = (columns - x) + slope * (rows - y)
        light = light * (1 - paper.shadow / (1 + np.exp(-side / rng.uniform(4, 25))))
    return light.astype(np.float32)


def _moved(
    box: tuple[int, int, int, int], matrix: NDArray[np.float64]
) -> tuple[int, int, int, int]:
    x, y, width, height = box
    corners = np.array(
        [[[x, y]], [[x + width, y]], [[x, y + height]], [[x + width, y + height]]], np.float64
    )
    places = cv2.perspectiveTransform(corners, matrix).reshape(-1, 2)
    left, top = places.min(0)
    right, bottom = places.max(0)
    return round(left), round(top), round(right - left), round(bottom - top)
