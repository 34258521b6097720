"""The comparison with the peers as Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from forms_app.intervals import wilson_interval
from forms_app.reading.form_template import FormField
from forms_app.reading.types import FieldCrop

REVIEW_RATES = (0.0, 0.05, 0.15, 0.3)


@dataclass(frozen=True)
class Item:
    """One written field: its crop, what was written (spaces removed), and where it counts."""

    group: str
    field: FormField
    crop: FieldCrop
    truth: str
    text: str


@dataclass(frozen=True)
class Score:
    """One field read by one engine."""

    item: Item
    engine: str
    is_right: bool
    character_errors: int
    confidence: float
    ms: float


def tables(scores: Sequence[Score], names: Sequence[str]) -> Iterator[str]:
    """Markdown: exact by class, then characters, time and error at review rates."""
    groups = list(dict.fromkeys(s.item.group for s in scores))
    yield "| fields exact | n | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 2) + "|"
    for group in groups:
        mine = [s for s in scores if s.item.group == group]
        cells = [_exact([s for s in mine if s.engine == name]) for name in names]
        yield f"| {group} | {len(mine) // len(names):,} | " + " | ".join(cells) + " |"
    yield ""
    drawn = [s for s in scores if not s.item.group.startswith("real")]
    yield "| drawn forms | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    combs = [s for s in drawn if s.item.field.cells]
    lines = [s for s in drawn if not s.item.field.cells]
    rows: list[tuple[str, Callable[[list[Score]], str], list[Score]]] = [
        ("comb characters", _characters, combs),
        ("comb fields exact", _exact, combs),
        ("line fields exact", _exact, lines),
        ("CPU ms a field", _ms, drawn),
    ]
    for title, figure, over in rows:
        cells = [figure([s for s in over if s.engine == name]) for name in names]
        yield f"| {title} | " + " | ".join(cells) + " |"
    for kind, over in (("comb", combs), ("line", lines)):
        for rate in REVIEW_RATES:
            cells = [_risk([s for s in over if s.engine == name], rate) for name in names]
            yield f"| {kind}: wrong of accepted, {rate:.0%} reviewed | " + " | ".join(cells) + " |"


def _exact(scores: list[Score]) -> str:
    return _share(sum(s.is_right for s in scores), len(scores))


def _characters(scores: list[Score]) -> str:
    total = sum(len(s.item.text) for s in scores)
    return _share(total - sum(s.character_errors for s in scores), total)


def _ms(scores: list[Score]) -> str:
    return f"{sum(s.ms for s in scores) / max(1, len(scores)):.1f}"


def _risk(scores: list[Score], rate: float) -> str:
    ranked = sorted(scores, key=lambda s: -s.confidence)
    accepted = ranked[: len(ranked) - round(rate * len(ranked))]
    return _share(sum(not s.is_right for s in accepted), len(accepted))


def _share(count: int, n: int) -> str:
    low, high = wilson_interval(count, n)
    return f"{count / max(1, n):.1%} ({100 * low:.1f}–{100 * high:.1f})"
