"""How numbers, shares, sizes and times are written on a page (Jinja filters)."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from flask import Flask
from markupsafe import Markup, escape

THIN_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
SIZE_UNITS = ("bytes", "kB", "MB", "GB", "TB")
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def count(number: int) -> str:
    """12345 as `12 345`, with a thin space that does not break."""
    return f"{number:,}".replace(",", THIN_SPACE)


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 page`, `12 pages`: the number with its word."""
    word = one if number == 1 else (many or f"{one}s")
    return f"{count(number)}{NO_BREAK_SPACE}{word}"


def share(part: int, whole: int) -> str:
    """`part` of `whole` in whole percent; 100 % and 0 % only where they are exactly true."""
    if whole <= 0:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 1:
        rounded = 1
    elif 99 < percent < 100:
        rounded = 99
    else:
        rounded = round(percent)
    return f"{rounded}{NO_BREAK_SPACE}%"


def sureness(probability: float) -> str:
    """0.613 as `61 %`, as `percent` of the review's scripts; 0 and 100 % only where true."""
    if 0 < probability < 0.01:
        return f"under 1{NO_BREAK_SPACE}%"
    rounded = round(probability * 100)
    return f"{min(99, rounded) if probability < 1 else 100}{NO_BREAK_SPACE}%"


def bar_width(part: int, whole: int) -> str:
    """`part` of `whole` as an SVG length (no inline styles under our policy)."""
    return f"{100 * part / whole if whole > 0 else 0:.2f}%"


def file_size(size_bytes: int) -> str:
    """A size in the unit that leaves one to three digits before the point (1 kB = 1000 bytes)."""
    size = float(size_bytes)
    for unit in SIZE_UNITS:
        if size < 999.5 or unit == SIZE_UNITS[-1]:
            break
        size /= 1000
    digits = 1 if unit not in ("bytes", "kB") and size < 9.95 else 0
    return f"{size:.{digits}f}{NO_BREAK_SPACE}{unit}"


def duration(seconds: float) -> str:
    """How long work still takes, no finer than is known: `about 40 s`, `about 3 min`."""
    if seconds <= MINUTE_S - 5:
        value, unit = max(5, 5 * math.ceil(seconds / 5)), "s"
    elif seconds < HOUR_S - MINUTE_S / 2:
        value, unit = max(1, round(seconds / MINUTE_S)), "min"
    else:
        value, unit = max(1, round(seconds / HOUR_S)), "h"
    return f"about {value}{NO_BREAK_SPACE}{unit}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in words; `just now` for the first minute and for clocks that disagree."""
    passed_s = ((now or datetime.now(UTC)) - _in_utc(moment)).total_seconds()
    if passed_s < MINUTE_S:
        return "just now"
    if passed_s < HOUR_S:
        return f"{int(passed_s // MINUTE_S)}{NO_BREAK_SPACE}min ago"
    if passed_s < DAY_S:
        return f"{int(passed_s // HOUR_S)}{NO_BREAK_SPACE}h ago"
    days = int(passed_s // DAY_S)
    return "yesterday" if days == 1 else f"{days}{NO_BREAK_SPACE}days ago"


def moment(value: datetime) -> Markup:
    """A `<time>` element: relative text, the absolute time on hover (`shell.js` makes it local)."""
    utc = _in_utc(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), escape(utc.strftime("%Y-%m-%d %H:%M UTC")), ago(utc)
    )


def install(flask_app: Flask) -> None:
    """Offer the functions above to the pages."""
    flask_app.jinja_env.filters.update(
        count=count,
        plural=plural,
        share=share,
        sureness=sureness,
        bar_width=bar_width,
        file_size=file_size,
        duration=duration,
        moment=moment,
    )


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
