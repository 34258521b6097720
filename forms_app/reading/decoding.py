"""Log-probabilities and a field's constraints -> n-best values with honest probabilities.

The probability of a value weighs everything that could have been written: readings that satisfy
the field at full weight, readings that do not at a small weight (people break rules, seldom), and
the chance that a glyph is no character at all. So a constraint settles close calls, and a reading
forced against clear ink ends with a low probability.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forms_app.reading.beliefs import Beliefs, believe
from forms_app.reading.classifier import Charset
from forms_app.reading.constraints import check_value, normalise
from forms_app.reading.errors import ShapeError
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.grammars import AnyText, grammar_of, is_constrained
from forms_app.reading.lattice import (
    EMPTY_CELL,
    Edge,
    Lattice,
    Written,
    best_path,
    build_lattice,
    log_total,
    search,
)
from forms_app.reading.types import (
    CharacterReading,
    Decoded,
    InkState,
    LogProbabilities,
    Outcome,
    Segmentation,
)
from forms_app.reading.value_lists import search_list
from forms_app.reading.word_habits import plausibility

# How much less often people write something that breaks the field's rules.
_INVALID_WEIGHT = 0.02
# People seldom write what is no date at all where one is asked for.
_NO_DATE_WEIGHT = 1e-3
# The same beside a value list: what is not on it could be anything, so any one other text is far
# less likely. A value that needs a character against the ink is always reviewed (`doubts`).
_UNLISTED_WEIGHT = 1e-4
# Exponent on the plausibility of a row of letters: neighbouring characters' errors are not
# independent, and names are of every language.
_HABIT = 0.65
_MOST_CANDIDATES = 8
# Search depth: free, where the grammar knows what is valid, where only whole values can be judged.
_FREE_WIDTH = 12
_LETTERS_WIDTH = 48
_GRAMMAR_WIDTH = 32
_WHOLE_VALUE_WIDTH = 128
_LEAST_CANDIDATE = 1e-4
_MOST_ALTERNATIVES = 4
_LEAST_ALTERNATIVE = 0.01
# Mean share of "no character" over the glyphs of the best path from which nothing was read.
_UNREADABLE = 0.7
# Mean probability of the characters read from a line that looks scrawled over: below it the line is
# struck out, above it its characters only touch. Of 22 scrawled lines none came to 0.7.
_LEGIBLE = 0.7
_KEEPS_SPACES = frozenset({FieldKind.TEXT, FieldKind.LETTERS})
_OUTCOMES = {
    InkState.EMPTY: Outcome.BLANK,
    InkState.STRUCK_OUT: Outcome.STRUCK_OUT,
    InkState.UNREADABLE: Outcome.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: str
    weight: float
    written: Written
    is_valid: bool


def decode(
    field: FormField,
    segmentation: Segmentation,
    log_probabilities: LogProbabilities,
    charset: Charset,
) -> Decoded:
    """Read one written field.

    Args:
        field: a field of a written kind.
        segmentation: its lattice with N glyphs.
        log_probabilities: `(N, K)` of these glyphs, in order.
        charset: the K classes.

    Raises:
        ShapeError: the log-probabilities do not fit the glyphs or the charset.
    """
    _require_shape(segmentation, log_probabilities, charset)
    if segmentation.state is not InkState.WRITTEN:
        return _nothing(_OUTCOMES[segmentation.state])
    if not segmentation.glyphs:
        return _nothing(Outcome.UNREADABLE)
    beliefs = believe(field, segmentation, log_probabilities, charset)
    lattice = build_lattice(segmentation)
    candidates = _candidates(field, lattice, beliefs)
    if not candidates:
        return _nothing(Outcome.UNREADABLE)
    return _summary(field, segmentation, lattice, beliefs, candidates)


def _require_shape(
    segmentation: Segmentation, log_probabilities: LogProbabilities, charset: Charset
) -> None:
    expected = (len(segmentation.glyphs), charset.size)
    if log_probabilities.shape != expected:
        raise ShapeError(
            f"log-probabilities have shape {log_probabilities.shape}, expected {expected}"
        )


def _nothing(outcome: Outcome) -> Decoded:
    return Decoded(outcome, "", (), (), satisfied=outcome is not Outcome.UNREADABLE)


def _candidates(field: FormField, lattice: Lattice, beliefs: Beliefs) -> list[_Candidate]:
    """All readings found, their weights relative to everything that could have been written."""
    total = log_total(lattice, beliefs.probabilities.sum(1).tolist())
    if not math.isfinite(total):
        return []
    readings = _by_word_habit(field, _readings(field, lattice, beliefs))
    valid = math.fsum(math.exp(w.log_mass - total) for w, _, ok in readings if ok)
    invalid = math.fsum(math.exp(w.log_mass - total) for w, _, ok in readings if not ok)
    # What the search did not look at is taken to be valid as often as what it found.
    unseen = max(0.0, 1 - valid - invalid)
    breaks = _weight_of_breaking(field)
    unseen_weight = max(breaks, valid / max(valid + invalid, 1e-300))
    norm = valid + breaks * invalid + unseen_weight * unseen
    merged: dict[str, _Candidate] = {}
    for written, value, ok in readings:
        weight = math.exp(written.log_mass - total) * (1.0 if ok else breaks) / norm
        known = merged.get(value)
        if known is None:
            merged[value] = _Candidate(value, weight, written, ok)
        else:
            best = max(known.written, written, key=lambda w: w.log_mass)
            merged[value] = _Candidate(value, known.weight + weight, best, ok)
    return sorted(merged.values(), key=lambda c: -c.weight)


def _readings(
    field: FormField, lattice: Lattice, beliefs: Beliefs
) -> list[tuple[Written, str, bool]]:
    """(what is written, its value, whether it is valid), each text once."""
    characters, probabilities = beliefs.characters, beliefs.probabilities
    spaces = field.kind in _KEEPS_SPACES
    free_width = _LETTERS_WIDTH if field.kind is FieldKind.LETTERS else _FREE_WIDTH
    free = search(lattice, characters, probabilities, AnyText(), spaces, free_width)
    if not is_constrained(field):
        return [(w, normalise(field, w.text), True) for w in free if w.text]
    valid: Iterable[Written]
    if field.constraints.values:
        valid = search_list(lattice, characters, probabilities, field.constraints.values)
    else:
        rule = field.constraints
        width = _WHOLE_VALUE_WIDTH if rule.pattern or rule.check else _GRAMMAR_WIDTH
        spaces = spaces or field.kind is FieldKind.DATE
        valid = search(lattice, characters, probabilities, grammar_of(field), spaces, width)
    found = [reading for w in valid if (reading := _judged(field, w))[2]]
    texts = {written.text for written, _, _ in found}
    values = {value for _, value, _ in found}
    others = (_judged(field, w) for w in free[:_MOST_CANDIDATES] if w.text and w.text not in texts)
    return found + [reading for reading in others if reading[1] not in values]


def _weight_of_breaking(field: FormField) -> float:
    if field.constraints.values:
        return _UNLISTED_WEIGHT
    return _NO_DATE_WEIGHT if field.kind is FieldKind.DATE else _INVALID_WEIGHT


def _by_word_habit(
    field: FormField, readings: list[tuple[Written, str, bool]]
) -> list[tuple[Written, str, bool]]:
    """Readings of a free letters field, weighed by how letters follow one another in words.

    They keep their total: what was not looked at is as likely as before.
    """
    rule = field.constraints
    if field.kind is not FieldKind.LETTERS or rule.values or rule.pattern or len(readings) < 2:
        return readings
    masses = np.array([written.log_mass for written, _, _ in readings])
    weighed = masses + _HABIT * np.array([plausibility(value) for _, value, _ in readings])
    weighed += np.logaddexp.reduce(masses) - np.logaddexp.reduce(weighed)
    return [
        (replace(written, log_mass=float(mass)), value, ok)
        for (written, value, ok), mass in zip(readings, weighed, strict=True)
    ]


def _judged(field: FormField, written: Written) -> tuple[Written, str, bool]:
    """What is written, its value, and whether that satisfies the field."""
    value = normalise(field, written.text)
    return written, value, bool(value) and not check_value(field, value)


def _summary(
    field: FormField,
    segmentation: Segmentation,
    lattice: Lattice,
    beliefs: Beliefs,
    candidates: list[_Candidate],
) -> Decoded:
    best = candidates[0]
    rows = [row for row in best.written.glyphs if row != EMPTY_CELL]
    accepted = float(np.prod(1 - beliefs.rejects[rows]))
    characters = _characters(best.written, segmentation, beliefs)
    if segmentation.is_scrawled and _legibility(characters) < _LEGIBLE:
        return _nothing(Outcome.STRUCK_OUT)
    is_unreadable = float(beliefs.rejects[rows].mean()) > _UNREADABLE
    kept = [c for c in candidates[:_MOST_CANDIDATES] if c.weight * accepted >= _LEAST_CANDIDATE]
    return Decoded(
        outcome=Outcome.UNREADABLE if is_unreadable else Outcome.READ,
        value=best.value,
        candidates=tuple((c.value, c.weight * accepted) for c in kept),
        characters=characters,
        satisfied=best.is_valid,
        problems=() if best.is_valid else check_value(field, best.value),
        unconstrained=_unconstrained(lattice, beliefs),
        reject_probability=1 - accepted,
    )


def _legibility(characters: Sequence[CharacterReading]) -> float:
    """Mean probability of the characters read from ink."""
    return float(np.mean([c.probability for c in characters if c.box is not None]))


def _characters(
    written: Written, segmentation: Segmentation, beliefs: Beliefs
) -> tuple[CharacterReading, ...]:
    return tuple(
        CharacterReading(character, 1.0)
        if row == EMPTY_CELL
        else _character(character, row, segmentation, beliefs)
        for character, row in zip(written.text, written.glyphs, strict=True)
    )


def _character(
    character: str, row: int, segmentation: Segmentation, beliefs: Beliefs
) -> CharacterReading:
    """The glyph's own opinion within the field's alphabet: what a person should look at."""
    glyph = segmentation.glyphs[row]
    likely = {
        beliefs.characters[column]: float(beliefs.probabilities[row, column])
        for column in np.argsort(-beliefs.probabilities[row])[: _MOST_ALTERNATIVES + 2]
    }
    shown = next((c for c in (character, *_other_cases(character)) if c in likely), None)
    probability = likely.pop(shown) if shown is not None else _rare(character, row, beliefs)
    others = [(c, p) for c, p in likely.items() if p >= _LEAST_ALTERNATIVE]
    return CharacterReading(
        value=character,
        probability=min(1.0, probability),
        alternatives=tuple(others[:_MOST_ALTERNATIVES]),
        box=_whole_pixels(glyph.box),
        cell=glyph.start if segmentation.cell_states else None,
    )


def _rare(character: str, row: int, beliefs: Beliefs) -> float:
    """The probability of a character that is not among the likely ones."""
    columns = [
        beliefs.characters.index(c)
        for c in (character, *_other_cases(character))
        if c in beliefs.characters
    ]
    return float(beliefs.probabilities[row, columns].sum()) if columns else 0.0


def _other_cases(character: str) -> tuple[str, ...]:
    return tuple(c for c in (character.upper(), character.lower()) if c != character)


def _whole_pixels(box: Box) -> Box:
    return Box(*(float(round(v)) for v in box.as_list()))


def _unconstrained(lattice: Lattice, beliefs: Beliefs) -> str:
    """What the classifier alone says: the best path, the best character of each glyph."""
    path: tuple[Edge, ...] = best_path(lattice, beliefs.free.max(1).tolist())
    rows = [edge.glyph for edge in path if edge.glyph != EMPTY_CELL]
    return "".join(beliefs.free_characters[i] for i in beliefs.free[rows].argmax(1))
