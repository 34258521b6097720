"""What changed between two versions of a template, field by field, in words.

Works on definitions as they are kept, so that a draft need not be complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from forms_app.reading.geometry import Box, bounding_box

Definition = Mapping[str, Any]
Field = Mapping[str, Any]

UNNOTICED_PX = 1.0
"""Boxes that differ by less lie in the same place."""
SAME_PLACE = 0.8
"""Overlap of two boxes, over their union, from which a new name means a renamed field."""
LONGEST_VALUE = 60

_WORDS = {
    "label": "label",
    "kind": "kind",
    "required": "required",
    "second_key": "keyed by two people",
    "sensitive": "hidden from some",
    "layout": "layout",
    "min_length": "shortest",
    "max_length": "longest",
    "pattern": "pattern",
    "range": "range",
    "check": "check digit",
    "format": "format",
    "case": "case",
}


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field; `details` says what changed, one phrase each. A field that moved and changed
    otherwise too is `changed`."""

    name: str
    label: str
    change: Change
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that changed; `rules`, with the code on the page, are phrases about the rest."""

    fields: tuple[FieldDifference, ...]
    rules: tuple[str, ...]
    order_changed: bool

    def of(self, name: str) -> FieldDifference | None:
        """The difference of one field of the new version."""
        return next((d for d in self.fields if d.name == name and d.change != Change.REMOVED), None)


def differences(old: Definition, new: Definition) -> Differences:
    """From an older definition to a newer one."""
    before, after = _by_name(old), _by_name(new)
    gone = [name for name in before if name not in after]
    renamed = {name: _renamed_from(after[name], [before[n] for n in gone])
               for name in after if name not in before}  # fmt: skip
    kept = {was for was in renamed.values() if was is not None}
    found: list[FieldDifference] = []
    for name, field in after.items():
        was = name if name in before else renamed[name]
        if was is None:
            found.append(_whole(field, Change.ADDED))
        else:
            found.extend(_compared(before[was], field))
    found += [_whole(before[name], Change.REMOVED) for name in gone if name not in kept]
    return Differences(tuple(found), tuple(_rules(old, new)), _order_changed(before, after))


def _by_name(definition: Definition) -> dict[str, Field]:
    return {str(field.get("name", "")): field for field in definition.get("fields", ())}


def _renamed_from(field: Field, gone: Sequence[Field]) -> str | None:
    """The name of a field that is gone and lay in the same place."""
    for was in gone:
        one, other = _extent(was), _extent(field)
        if one is None or other is None or was.get("page", 1) != field.get("page", 1):
            continue
        shared = one.overlap(other)
        if shared > SAME_PLACE * (one.area + other.area - shared):
            return str(was.get("name", ""))
    return None


def _whole(field: Field, change: Change) -> FieldDifference:
    return FieldDifference(str(field.get("name", "")), _label(field), change)


def _compared(old: Field, new: Field) -> Iterator[FieldDifference]:
    moved, changed = list(_moves(old, new)), list(_changes(old, new))
    if moved or changed:
        change = Change.CHANGED if changed else Change.MOVED
        yield FieldDifference(str(new.get("name", "")), _label(new), change, tuple(changed + moved))


def _label(field: Field) -> str:
    return str(field.get("label") or field.get("name") or "no name")


def _changes(old: Field, new: Field) -> Iterator[str]:
    if old.get("name") != new.get("name"):
        yield f"renamed from {old.get('name')}"
    for key, word in _WORDS.items():
        was, now = old.get(key), new.get(key)
        if (was or None) != (now or None):
            yield _from_to(word, was, now)
    yield from _cells(old.get("cells"), new.get("cells"))
    yield from _listed("value", old.get("values"), new.get("values"))
    yield from _options(old.get("options") or (), new.get("options") or ())


def _from_to(word: str, was: object, now: object) -> str:
    if isinstance(was, bool) or isinstance(now, bool):
        return f"now {word}" if now else f"no longer {word}"
    if was in (None, ""):
        return f"{word} {_shown(now)} (none before)"
    if now in (None, ""):
        return f"no {word} any more (was {_shown(was)})"
    return f"{word} {_shown(now)} (was {_shown(was)})"


def _shown(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = " to ".join("any" if part is None else str(part) for part in value)
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _cells(was: object, now: object) -> Iterator[str]:
    one, other = (len(c) if isinstance(c, Sequence) else c for c in (was, now))
    if one != other:
        yield _from_to("cells", one, other)


def _listed(what: str, was: object, now: object) -> Iterator[str]:
    """Lists of values by what came and went; the name of a file as a whole."""
    if isinstance(was, str) or isinstance(now, str):
        if was != now:
            yield _from_to(f"{what}s", was, now)
        return
    one, other = (list(v) if isinstance(v, Sequence) else [] for v in (was, now))
    came = [str(v) for v in other if v not in one]
    went = [str(v) for v in one if v not in other]
    if came:
        yield f"{len(came)} {what}{'s' if len(came) > 1 else ''} more: {_shown(', '.join(came))}"
    if went:
        yield f"{len(went)} {what}{'s' if len(went) > 1 else ''} less: {_shown(', '.join(went))}"


def _options(was: Sequence[Field], now: Sequence[Field]) -> Iterator[str]:
    one, other = ([str(o.get("value")) for o in options] for options in (was, now))
    yield from _listed("option", one, other)
    labels = {str(o.get("value")): o.get("label") or "" for o in was}
    for option in now:
        value, label = str(option.get("value")), option.get("label") or ""
        if value in labels and labels[value] != label:
            yield f"label of option {value}: {label or 'none'} (was {labels[value] or 'none'})"


def _moves(old: Field, new: Field) -> Iterator[str]:
    if old.get("page", 1) != new.get("page", 1):
        yield f"on page {new.get('page', 1)} (was {old.get('page', 1)})"
    one, other = _extent(old), _extent(new)
    if one is None or other is None:
        return
    dx, dy = other.x - one.x, other.y - one.y
    if max(abs(dx), abs(dy)) > UNNOTICED_PX:
        ways = [(dx, "right" if dx > 0 else "left"), (dy, "down" if dy > 0 else "up")]
        yield "moved " + " and ".join(f"{abs(d):.0f} px {way}" for d, way in ways if abs(d) >= 0.5)
    wider, higher = other.width - one.width, other.height - one.height
    if max(abs(wider), abs(higher)) > UNNOTICED_PX:
        yield (
            f"{other.width:.0f} by {other.height:.0f} px large "
            f"(was {one.width:.0f} by {one.height:.0f})"
        )
    elif max(abs(dx), abs(dy)) <= UNNOTICED_PX and _parts(old) != _parts(new):
        yield "its cells or options lie elsewhere"


def _parts(field: Field) -> list[list[float]]:
    cells = field.get("cells")
    boxes = list(cells) if isinstance(cells, list) else []
    boxes += [option.get("box") for option in field.get("options") or ()]
    return [[round(float(v)) for v in box] for box in boxes if _is_box(box)]


def _extent(field: Field) -> Box | None:
    boxes = [Box(*box) for box in (*_parts(field), field.get("box")) if _is_box(box)]
    return bounding_box(boxes) if boxes else None


def _is_box(box: object) -> TypeGuard[Sequence[float]]:
    return (
        isinstance(box, Sequence) and len(box) == 4 and all(isinstance(v, int | float) for v in box)
    )


def _rules(old: Definition, new: Definition) -> Iterator[str]:
    before, after = ({r.get("name"): r for r in d.get("rules", ())} for d in (old, new))
    for name, rule in after.items():
        if name not in before:
            yield f"rule '{name}' added"
        elif rule != before[name]:
            yield f"rule '{name}' changed"
    yield from (f"rule '{name}' removed" for name in before if name not in after)
    was, now = (d.get("code") or "" for d in (old, new))
    if was != now and not (was and now):
        yield f"code on the page '{was or now}' {'removed' if was else 'added'}"
    elif was != now:
        yield f"code on the page '{now}' (was '{was}')"


def _order_changed(before: Mapping[str, Field], after: Mapping[str, Field]) -> bool:
    one, other = [n for n in before if n in after], [n for n in after if n in before]
    return one != other
