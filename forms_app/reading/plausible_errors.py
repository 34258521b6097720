"""A wrong value that a field might well have been read as, to see whether people notice.

The recogniser's own runners-up come first, then characters of a similar shape; what breaks the
field's rule is never shown, for the rule would give it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forms_app.reading.constraints import check_value, parse_value
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.types import CharacterReading, Value

# What people and machines take for one another in handwriting.
_SIMILAR = (
    "0OQD", "1I7L", "2Z", "3859", "49", "5S6", "6G0", "8B3", "AH", "CG", "EF", "MN", "PR", "KX",
    "UVY", "VW", "TI", "RK", "JI", "DO", "HN",
)  # fmt: skip
_TRUTH_KINDS = frozenset({FieldKind.MARK, FieldKind.SIGNATURE})

Characters = tuple[CharacterReading, ...]


@dataclass(frozen=True, slots=True)
class Misreading:
    """A wrong `value`, and the characters that it would have been read as."""

    value: Value
    characters: Characters


def misread(field: FormField, truth: Value, characters: Characters) -> Misreading | None:
    """The likeliest wrong value of a field; None where none would pass.

    Args:
        field: what was read.
        truth: its right value.
        characters: as which characters it was read; their places are kept.
    """
    return next(
        (
            found
            for found in _candidates(field, truth, characters)
            if found.value not in (None, truth) and not check_value(field, found.value)
        ),
        None,
    )


def _candidates(field: FormField, truth: Value, characters: Characters) -> Iterator[Misreading]:
    if field.kind in _TRUTH_KINDS and isinstance(truth, bool):
        yield Misreading(not truth, ())
    elif field.options and truth:
        yield from (Misreading(value, ()) for value in _other_options(field, truth))
    elif field.is_written and isinstance(truth, str):
        yield from _other_characters(field, truth, characters)


def _other_options(field: FormField, truth: Value) -> Iterator[Value]:
    """Another box instead; of several one more, else one less."""
    others = [option.value for option in field.options]
    if not isinstance(truth, tuple):
        yield from others
        return
    chosen = set(truth)
    for added in others:
        yield tuple(value for value in others if value in chosen | {added})
    for left in truth[1:]:
        yield tuple(value for value in truth if value != left)


def _other_characters(field: FormField, truth: str, characters: Characters) -> Iterator[Misreading]:
    """One character changed, the most doubtful runner-up first."""
    right = _as_characters(field, truth, characters)
    if right is None:
        return
    for place, value in [*_runners_up(right), *_look_alikes(right)]:
        wrong = (*right[:place], _taken_for(right[place], value), *right[place + 1 :])
        yield Misreading(parse_value(field, _written(wrong)), wrong)


def _as_characters(field: FormField, truth: str, characters: Characters) -> Characters | None:
    """The characters that say `truth`: those read, or corrected one for one."""
    if parse_value(field, _written(characters)) == truth:
        return characters
    if field.kind is FieldKind.DATE or len(truth) != len(characters):
        return None
    right = tuple(
        character if character.value == value else replace(character, value=value)
        for character, value in zip(characters, truth, strict=True)
    )
    return right if parse_value(field, _written(right)) == truth else None


def _runners_up(characters: Characters) -> Sequence[tuple[int, str]]:
    found = [
        (probability, place, value)
        for place, character in enumerate(characters)
        for value, probability in character.alternatives
        if len(value.strip()) == 1 and value.casefold() != character.value.casefold()
    ]
    return [(place, value) for _, place, value in sorted(found, key=lambda each: -each[0])]


def _look_alikes(characters: Characters) -> Iterator[tuple[int, str]]:
    doubtful = sorted(enumerate(characters), key=lambda each: each[1].probability)
    for place, character in doubtful:
        for group in _SIMILAR:
            if character.value.upper() in group and character.value:
                for value in group.replace(character.value.upper(), ""):
                    is_lower = character.value.islower()
                    yield place, value.lower() if is_lower else value


def _taken_for(character: CharacterReading, value: str) -> CharacterReading:
    """The same ink read as `value`, with what it really says as a runner-up."""
    alternatives = tuple(
        (character.value if other == value else other, probability)
        for other, probability in character.alternatives
    )
    return replace(character, value=value, alternatives=alternatives)


def _written(characters: Characters) -> str:
    return "".join(character.value for character in characters)
