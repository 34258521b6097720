"""One figure of one line: in words, with its n and interval, and as a small picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from forms_app.services.dto.figures import Average, Figures, Share
from forms_app.web.formatting import NO_BREAK_SPACE, count, decimal_mark

NONE = "–"
PERCENT, SECONDS = f"{NO_BREAK_SPACE}%", f"{NO_BREAK_SPACE}s"
# What arithmetic leaves of a zero.
SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one line.

    Args:
        text: With its unit; a dash where nothing was counted.
        basis: What it was counted over, and the interval of an estimate; empty where that is said
            by the text.
        value: The same as a number, for charts.
        span: What a picture of it reaches over: from 0 for a count of all, the interval of an
            estimate; None for no picture.
    """

    text: str = NONE
    basis: str = ""
    value: float | None = None
    span: tuple[float, float] | None = None


def number(value: float) -> str:
    """As fine as it says something: `<0.01`, `0.83`, `8.3`, `83.0`, `1 204`; 0 only where true."""
    if value >= 99.95:
        return count(round(value))
    if value < SMALLEST:
        return "0"
    if value < 0.005:
        return "<" + _decimal(0.01, 2)
    return _decimal(value, 1 if value >= 0.995 else 2)


def per_cent(value: float) -> str:
    """0.934 as `93.4 %`; 0 and 100 % only where true."""
    if value in (0, 1):
        return f"{100 * value:.0f}{PERCENT}"
    return _decimal(min(99.9, max(0.1, 100 * value)), 1) + PERCENT


def _decimal(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", decimal_mark())


def _of(share: Share) -> str:
    return _("%(part)s of %(whole)s", part=count(share.part), whole=count(share.n))


def _n(number_of: int) -> str:
    return f"n{NO_BREAK_SPACE}{count(number_of)}"


def rate(share: Share) -> Cell:
    """A share of all, in per cent."""
    if share.value is None:
        return Cell()
    return Cell(per_cent(share.value), _of(share), 100 * share.value, (0, 100 * share.value))


def per_1000(share: Share) -> Cell:
    """A share of all, of a thousand."""
    if share.value is None:
        return Cell()
    value = 1000 * share.value
    return Cell(number(value), _of(share), value, (0, value))


def estimated(share: Share, whole: int, words: Callable[[float], str], unit: str) -> Cell:
    """A share of a sample, with its interval of `whole`; `words` writes the share."""
    if share.value is None or share.interval is None:
        return Cell()
    low, high = (whole * bound for bound in share.interval)
    between = f"{number(low)}–{number(high)}{unit}"
    return Cell(words(share.value), f"{between} · {_of(share)}", whole * share.value, (low, high))


def average(measured: Average, unit: str) -> Cell:
    """The median, which a few long ones do not move, above the mean."""
    if measured.mean is None or measured.median is None:
        return Cell()
    median, mean = f"{number(measured.median)}{unit}", f"{number(measured.mean)}{unit}"
    basis = _("mean %(mean)s", mean=mean)
    return Cell(median, f"{basis} · {_n(measured.n)}", measured.median)


def answers(line: Figures) -> Cell:
    """How many there are."""
    return Cell(count(line.answers), "", line.answers)


def pace(line: Figures) -> Cell:
    """Fields an hour."""
    fields = line.fields_per_hour
    if fields is None:
        return Cell()
    return Cell(count(round(fields)), _n(line.seconds.n), fields)
