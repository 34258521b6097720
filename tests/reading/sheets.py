"""Drawn form blanks and scans of them with a known place for every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import GreyImage

WORDS = (
    *("surname", "first name", "date of birth", "address", "telephone", "remarks", "clinic"),
    *("number", "region", "sex", "weight", "height", "amount paid", "signature", "officer"),
    *("visit", "reason", "district", "household", "members", "income", "none", "please write"),
    *("in capitals", "one letter per box", "do not cross", "the lines", "office use only"),
)


def draw_blank(seed: int, height: int = 3508, width: int = 2480) -> GreyImage:
    """A form: a title, questions with combs, tick boxes and lines; other seeds, other forms."""
    return _drawn(seed, height, width).copy()


@lru_cache(maxsize=8)
def _drawn(seed: int, height: int, width: int) -> GreyImage:
    generator = np.random.default_rng(seed)
    page = np.full((height, width), 255, np.uint8)
    unit = height / 3508
    _write(page, f"Form {seed}: " + _phrase(generator, 3), (200, 200), 2.4, unit)
    y = 360.0
    while y < 3200:
        _write(page, _phrase(generator, int(generator.integers(2, 6))), (180, y), 1.1, unit)
        _draw_answer(page, generator, y + 30, unit)
        y += float(generator.integers(150, 260))
    return page


def table_of_cells(height: int, width: int) -> GreyImage:
    """A title over nothing but equal cells, 31 px wide: any looks like the next."""
    page = np.full((height, width), 255, np.uint8)
    for y in range(250, 1600, 45):
        for x in range(100, 1100, 31):
            cv2.rectangle(page, (x, y), (x + 31, y + 35), 0, 1)
    title = (100, 150)
    cv2.putText(page, "Register of names", title, cv2.FONT_HERSHEY_SIMPLEX, 1.8, 0, 3)
    return page


def _phrase(generator: np.random.Generator, count: int) -> str:
    return " ".join(generator.choice(WORDS, count))


def _write(
    page: GreyImage, text: str, place: tuple[float, float], size: float, unit: float
) -> None:
    origin = (round(place[0] * unit), round(place[1] * unit))
    thickness = max(1, round(2.5 * size * unit))
    cv2.putText(
        page, text, origin, cv2.FONT_HERSHEY_SIMPLEX, size * 1.3 * unit, 0, thickness, cv2.LINE_AA
    )


def _draw_answer(page: GreyImage, generator: np.random.Generator, y: float, unit: float) -> None:
    kind, x = generator.integers(3), float(generator.integers(180, 900))
    if kind == 0:
        for cell in range(int(generator.integers(5, 20))):
            _rectangle(page, x + 62 * cell, y, 62, 70, unit)
    elif kind == 1:
        for option in range(int(generator.integers(2, 5))):
            _rectangle(page, x + 330 * option, y, 44, 44, unit)
            _write(page, _phrase(generator, 1), (x + 330 * option + 60, y + 38), 0.8, unit)
    else:
        _rectangle(page, x, y, float(generator.integers(500, 1300)), 80, unit)


def _rectangle(
    page: GreyImage, x: float, y: float, width: float, height: float, unit: float
) -> None:
    corners = ((round(x * unit), round(y * unit)),
               (round((x + width) * unit), round((y + height) * unit)))  # fmt: skip
    cv2.rectangle(page, *corners, 0, max(1, round(3 * unit)), cv2.LINE_8)


def scribble(page: GreyImage, seed: int, strokes: int = 120) -> GreyImage:
    """The page with pen strokes all over it, as a filled form has."""
    generator = np.random.default_rng(seed)
    written = page.copy()
    height, width = page.shape
    for _ in range(strokes):
        start = generator.uniform((0.08, 0.1), (0.9, 0.93)) * (width, height)
        steps = generator.normal(0, 0.006 * height, (12, 2)).cumsum(axis=0)
        path = np.round(start + steps).astype(np.int32)
        cv2.polylines(written, [path], False, 40, max(2, height // 700), cv2.LINE_AA)
    return written


@dataclass(frozen=True, slots=True)
class Handling:
    """How a sheet was treated: whole-page map, then a smooth curl, then the scanner.

    Lengths are shares of the template's long side. `fill` is the share of the scan's sides that
    the sheet fills; around it lies a table as dark as `background`.
    """

    angle_deg: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    perspective: float = 0.0
    curl: float = 0.0
    feed: float = 0.0
    noise: float = 4.0
    blur_px: float = 0.7
    one_bit: bool = False
    shading: float = 0.0
    seed: int = 0
    fill: float = 1.0
    background: int = 255

    @property
    def magnification(self) -> float:
        """Scan pixels for each pixel of the template."""
        return self.scale * self.fill


def scan_sheet(blank: GreyImage, handling: Handling) -> GreyImage:
    """Scans a sheet onto a canvas of its size times the scale; see `place_on_scan`."""
    height, width = blank.shape
    size = (round(width * handling.scale), round(height * handling.scale))
    backward = _backward_map(blank.shape, size, handling)
    sharp = blank if handling.scale >= 1 else cv2.GaussianBlur(blank, (0, 0), 0.4 / handling.scale)
    warped = cv2.remap(
        sharp,
        backward,
        None,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=handling.background,
    )
    return _sensed(warped, handling)


def typical_handling(seed: int, curl: float = 20 / 3508) -> Handling:
    """A flat-bed or feeder scan: a little skew, curl of up to `curl`, feeder slip."""
    generator = np.random.default_rng(seed)
    return Handling(
        angle_deg=float(generator.uniform(-3, 3)),
        scale=float(generator.uniform(0.97, 1.03)),
        shift=(float(generator.uniform(-0.01, 0.01)), float(generator.uniform(-0.01, 0.01))),
        perspective=float(generator.uniform(-0.01, 0.01)),
        curl=curl * float(generator.uniform(0.5, 1)),
        feed=float(generator.uniform(0, 2 / 3508)),
        one_bit=bool(generator.random() < 0.3),
        seed=seed,
    )


def typical_photo(seed: int, curl: float = 20 / 3508) -> Handling:
    """A photograph on a dark table: in perspective, bent by up to `curl`, shaded, a little soft."""
    generator = np.random.default_rng(seed + 5000)
    return Handling(
        angle_deg=float(generator.uniform(-6, 6)),
        scale=float(generator.uniform(0.8, 1.1)),
        perspective=float(generator.uniform(-0.15, 0.15)),
        curl=curl * float(generator.uniform(0.3, 1)),
        noise=float(generator.uniform(3, 7)),
        blur_px=float(generator.uniform(0.7, 1.6)),
        shading=float(generator.uniform(0, 0.4)),
        seed=seed,
        fill=float(generator.uniform(0.82, 0.93)),
        background=int(generator.integers(30, 110)),
    )


def place_on_scan(
    points: NDArray[np.float64], shape: tuple[int, ...], handling: Handling
) -> NDArray[np.float64]:
    """Where points `(N, 2)` of the template lie in the scan, exactly."""
    bent = points + _bend(points, shape, handling)
    return _project(_sheet_matrix(shape, handling), bent)


def _sheet_matrix(shape: tuple[int, ...], handling: Handling) -> NDArray[np.float64]:
    height, width = shape[:2]
    long_side, (cx, cy) = max(height, width), (width / 2, height / 2)
    angle = np.radians(handling.angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    to_middle = np.array([[1, 0, -cx], [0, 1, -cy], [0, 0, 1]])
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    tilt = np.eye(3)
    tilt[2, :2] = handling.perspective / long_side, 0.6 * handling.perspective / long_side
    dx, dy = (share * long_side for share in handling.shift)
    back = np.array([[1, 0, cx + dx], [0, 1, cy + dy], [0, 0, 1]])
    size = np.diag([handling.magnification, handling.magnification, 1.0])
    beside = (1 - handling.fill) / 2 * handling.scale
    table = np.array([[1, 0, beside * width], [0, 1, beside * height], [0, 0, 1]])
    return table @ size @ back @ tilt @ turn @ to_middle


def _bend(
    points: NDArray[np.float64], shape: tuple[int, ...], handling: Handling
) -> NDArray[np.float64]:
    """Curl: three slow waves each way, together at most `curl`; feed: the feeder's slip."""
    long_side = max(shape)
    generator = np.random.default_rng(handling.seed + 1000)
    unit = points / long_side
    moved = np.zeros_like(points)
    for axis in (0, 1):
        for _ in range(3):
            frequency = generator.uniform(-1.2, 1.2, 2)
            phase = generator.uniform(0, 2 * np.pi)
            moved[:, axis] += np.sin(2 * np.pi * unit @ frequency + phase) / 3
    moved *= handling.curl * long_side
    slip = np.sin(2 * np.pi * 4 * unit[:, 1] + generator.uniform(0, 6))
    moved[:, 1] += handling.feed * long_side * slip
    return moved


def _project(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return mapped[:, :2] / mapped[:, 2:]


def _backward_map(
    shape: tuple[int, ...], size: tuple[int, int], handling: Handling, step: int = 8
) -> NDArray[np.float32]:
    """For every scan pixel the template point it shows, `(H, W, 2)`."""
    xs, ys = (np.arange(-1, -(-side // step) + 1) * step + (step - 1) / 2 for side in size)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1)
    flat = _project(np.linalg.inv(_sheet_matrix(shape, handling)), grid.reshape(-1, 2))
    points = flat.copy()
    for _ in range(6):
        points = flat - _bend(points, shape, handling)
    small = points.reshape(grid.shape).astype(np.float32)
    full = cv2.resize(small, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
    return full[step : step + size[1], step : step + size[0]]


def _sensed(image: GreyImage, handling: Handling) -> GreyImage:
    """What the scanner makes of it: blur, uneven light, noise, perhaps one bit."""
    generator = np.random.default_rng(handling.seed + 2000)
    seen = image.astype(np.float32)
    if handling.blur_px > 0:
        seen = cv2.GaussianBlur(seen, (0, 0), handling.blur_px)
    if handling.shading > 0:
        ramp = np.linspace(1, 1 - handling.shading, image.shape[1], dtype=np.float32)
        seen *= ramp
    if handling.noise > 0:
        tile = generator.normal(0, handling.noise, (512, 512)).astype(np.float32)
        repeats = (image.shape[0] // 512 + 1, image.shape[1] // 512 + 1)
        seen += np.tile(tile, repeats)[: image.shape[0], : image.shape[1]]
    if handling.one_bit:
        seen = np.where(seen > 150, 255.0, 0.0)
    return np.clip(seen, 0, 255).astype(np.uint8)
