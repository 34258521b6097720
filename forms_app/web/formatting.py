"""How numbers, shares, sizes and times are written on a page (Jinja filters), in its language."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from flask import Flask
from flask_babel import format_datetime, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

THIN_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
SIZE_UNITS = ("bytes", "kB", "MB", "GB", "TB")
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def n_(one: str, many: str) -> tuple[str, str]:
    """Marks words for translation that are looked up later."""
    return one, many


COUNTED = {
    words[0]: words
    for words in (
        n_("copy", "copies"),
        n_("export", "exports"),
        n_("field", "fields"),
        n_("file", "files"),
        n_("form", "forms"),
        n_("page", "pages"),
        n_("piece of work", "pieces of work"),
        n_("place", "places"),
        n_("reviewed field", "reviewed fields"),
        n_("template", "templates"),
    )
}
"""What is counted on the pages: the word for one of it and for many, by the first."""


def count(number: int) -> str:
    """12345 as `12 345`, with a thin space that does not break."""
    return f"{number:,}".replace(",", THIN_SPACE)


def plural(number: int, one: str) -> str:
    """`1 page`, `12 pages`: the number with its word, one of `COUNTED`."""
    return f"{count(number)}{NO_BREAK_SPACE}{ngettext(*COUNTED[one], number)}"


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
        return _("under 1\u00a0%")
    rounded = round(probability * 100)
    return f"{min(99, rounded) if probability < 1 else 100}{NO_BREAK_SPACE}%"


def narrow_share(share: float) -> str:
    """0.0123 as `1.2 %`: for shares that are meant to be small."""
    return f"{100 * share:.1f}{NO_BREAK_SPACE}%".replace(".", decimal_mark())


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
    number = f"{size:.{digits}f}".replace(".", decimal_mark())
    word = _("bytes") if unit == "bytes" else unit
    return f"{number}{NO_BREAK_SPACE}{word}"


def duration(seconds: float) -> str:
    """How long work still takes, no finer than is known: `about 40 s`, `about 3 min`."""
    if seconds <= MINUTE_S - 5:
        value, unit = max(5, 5 * math.ceil(seconds / 5)), "s"
    elif seconds < HOUR_S - MINUTE_S / 2:
        value, unit = max(1, round(seconds / MINUTE_S)), "min"
    else:
        value, unit = max(1, round(seconds / HOUR_S)), "h"
    time = f"{value}{NO_BREAK_SPACE}{unit}"
    return _("about %(time)s", time=time)


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in words; `just now` for the first minute and for clocks that disagree."""
    passed_s = ((now or datetime.now(UTC)) - _in_utc(moment)).total_seconds()
    if passed_s < MINUTE_S:
        return _("just now")
    if passed_s < HOUR_S:
        return _("%(number)s\u00a0min ago", number=int(passed_s // MINUTE_S))
    if passed_s < DAY_S:
        return _("%(number)s\u00a0h ago", number=int(passed_s // HOUR_S))
    days = int(passed_s // DAY_S)
    return _("yesterday") if days == 1 else _("%(number)s\u00a0days ago", number=days)


def absolute(value: datetime) -> str:
    """`2026-03-12 09:30 UTC`, or as dates are written in the language of the page."""
    utc = _in_utc(value)
    locale = get_locale()
    if locale is None or locale.language == "en":
        return utc.strftime("%Y-%m-%d %H:%M UTC")
    return f"{format_datetime(utc, 'short', rebase=False)} UTC"


def moment(value: datetime) -> Markup:
    """A `<time>` element: relative text, the absolute time on hover (`shell.js` makes it local)."""
    utc = _in_utc(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), escape(absolute(utc)), ago(utc)
    )


def install(flask_app: Flask) -> None:
    """Offer the functions above to the pages."""
    flask_app.jinja_env.filters.update(
        count=count,
        plural=plural,
        share=share,
        narrow_share=narrow_share,
        sureness=sureness,
        bar_width=bar_width,
        file_size=file_size,
        duration=duration,
        moment=moment,
    )


def decimal_mark() -> str:
    """What stands between a number's whole and its fraction in the language of the page."""
    locale = get_locale()
    return "." if locale is None else str(locale.number_symbols["latn"]["decimal"])


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
