"""How a drawn field is printed, written on and scanned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COMB_STYLES = ("boxes", "separate", "open", "dotted", "light", "guides")


@dataclass(frozen=True, slots=True)
class Look:
    """How the form is printed, written on and scanned.

    `pen` is the darkness of the ink (0 to 1); `shift_px` how far print lies from the blank;
    `thicker_px` how much thicker (or thinner) the scan shows the print.
    """

    style: str = "boxes"
    line_px: int = 3
    line_grey: int = 0
    cell_width: int = 60
    cell_height: int = 76
    pen: float = 0.9
    size: float = 0.68
    sloppiness: float = 0.04
    shift_px: float = 0.0
    bend_px: float = 0.0
    thicker_px: int = 0
    blur: float = 0.5
    noise: float = 2.0
    shading: float = 0.0
    bleed: float = 0.0
    jpeg: int = 0
    one_bit: bool = False


def random_look(rng: np.random.Generator) -> Look:
    """A form, pen and scanner as they come."""
    style = str(rng.choice(COMB_STYLES))
    dark_pen, pencil = rng.uniform(0.75, 1.0), rng.uniform(0.35, 0.75)
    one_bit = bool(rng.random() < 0.2)
    return Look(
        style=style,
        line_px=int(rng.integers(1, 6)),
        line_grey=int(rng.integers(150, 205)) if style == "light" else int(rng.integers(0, 110)),
        cell_width=int(rng.integers(46, 76)),
        cell_height=int(rng.integers(60, 96)),
        pen=float(pencil if rng.random() < 0.25 and not one_bit else dark_pen),
        size=float(rng.uniform(0.55, 0.85)),
        sloppiness=float(rng.uniform(0.02, 0.12)),
        shift_px=float(rng.uniform(0, 2.0)),
        bend_px=float(rng.uniform(0, 1.5)),
        thicker_px=int(rng.integers(-1, 2)),
        blur=float(rng.uniform(0.2, 1.2)),
        noise=float(rng.uniform(0, 9)),
        shading=float(rng.choice([0.0, rng.uniform(0, 0.35)])),
        bleed=float(rng.choice([0.0, rng.uniform(0, 0.15)])),
        jpeg=int(rng.choice([0, rng.integers(40, 90)])),
        one_bit=one_bit,
    )
