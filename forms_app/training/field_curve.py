"""The risk curve as a picture: error among accepted fields against the share that is reviewed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 170, 24, 52
SERIES = {
    "written": ("all written", "#1d4ed8"),
    "combs": ("combs", "#0f766e"),
    "lines": ("lines", "#b45309"),
    "all": ("all fields", "#6b7280"),
}
MOST_REVIEW, STEPS = 0.8, 4
NICE = (1, 2, 2.5, 5, 10)


def draw_curve(curves: Mapping[str, Mapping[str, Any]]) -> str:
    """An SVG of `field_figures.curve_figures` by group.

    The least confident are reviewed first. The band is the 95 % Wilson interval of all written
    fields, the dots what the shipped policy does.
    """
    shown = {name: curves[name] for name in SERIES if name in curves}
    top = max((row["error"] for c in shown.values() for row in c["by_confidence"]), default=0.01)
    frame = _Frame(STEPS * _nice(max(0.002, top) / STEPS))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            *frame.axes(),
            *_band(frame, shown),
            *_lines(frame, shown),
            "</svg>\n",
        )
    )


class _Frame:
    """Shares on the page: review from left to right, error upwards to `top`."""

    def __init__(self, top: float) -> None:
        self.top = top

    def x(self, review: float) -> float:
        return round(LEFT + review / MOST_REVIEW * (WIDTH - LEFT - RIGHT), 1)

    def y(self, error: float) -> float:
        share = min(1.0, error / self.top)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def axes(self) -> Iterator[str]:
        for step in range(STEPS + 1):
            review, error = step * MOST_REVIEW / STEPS, step * self.top / STEPS
            x, y = self.x(review), self.y(error)
            yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#e5e7eb" fill="none"/>'
            yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{error:.1%}</text>'
            below = HEIGHT - BOTTOM + 18
            yield f'<text x="{x}" y="{below}" text-anchor="middle">{review:.0%}</text>'
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield (
            f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">fields reviewed by a '
            "person</text>"
        )
        yield f'<text x="8" y="{TOP - 8}">wrong among the fields accepted unseen</text>'


def _nice(least: float) -> float:
    """The smallest round number that is not less: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in NICE if n * power >= 0.999999 * least)


def _band(frame: _Frame, shown: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if "written" in shown:
        rows = shown["written"]["by_confidence"]
        low = [(frame.x(r["review"]), frame.y(r["interval95"][0])) for r in rows]
        high = [(frame.x(r["review"]), frame.y(r["interval95"][1])) for r in rows]
        outline = _points([*low, *reversed(high)])
        yield f'<polygon points="{outline}" fill="#1d4ed8" fill-opacity="0.12"/>'


def _lines(frame: _Frame, shown: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for place, (name, curve) in enumerate(shown.items()):
        title, colour = SERIES[name]
        points = _points(
            [(frame.x(r["review"]), frame.y(r["error"])) for r in curve["by_confidence"]]
        )
        yield f'<polyline points="{points}" stroke="{colour}" stroke-width="2" fill="none"/>'
        review = 1 - curve["policy"]["accepted_share"]
        if review <= MOST_REVIEW:
            dot = (frame.x(review), frame.y(curve["policy"]["error"]))
            yield f'<circle cx="{dot[0]}" cy="{dot[1]}" r="4" fill="{colour}"/>'
        y = TOP + 16 + 20 * place
        x = WIDTH - RIGHT + 14
        yield f'<rect x="{x}" y="{y - 9}" width="14" height="4" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="{y - 2}">{title}</text>'


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
