"""What may have been written in a field: readings of its lattice, weighed by its constraints.

Readings that satisfy the field count in full, others little: people break rules, seldom.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from forms_app.reading.beliefs import Beliefs
from forms_app.reading.constraints import check_value, normalise
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.grammars import AnyText, grammar_of, is_constrained
from forms_app.reading.lattice import Lattice, Written, log_total, search
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
MOST_CANDIDATES = 8
"""Of one field that are looked at and kept."""
# Search depth: free, where the grammar knows what is valid, where only whole values can be judged.
_FREE_WIDTH = 12
_LETTERS_WIDTH = 48
_GRAMMAR_WIDTH = 32
_WHOLE_VALUE_WIDTH = 128
_KEEPS_SPACES = frozenset({FieldKind.TEXT, FieldKind.LETTERS})
Reading = tuple[Written, str, bool]
"""What is written, its value, and whether that satisfies the field."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a field may hold.

    Attributes:
        value: canonical, as the field's kind has it.
        weight: its share of everything that could have been written, 0..1.
        written: the most likely way in which it is written.
        is_valid: whether it satisfies the field.
    """

    value: str
    weight: float
    written: Written
    is_valid: bool


def find_candidates(field: FormField, lattice: Lattice, beliefs: Beliefs) -> list[Candidate]:
    """All values found, best first; a weight is a share of all that could have been written."""
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
    merged: dict[str, Candidate] = {}
    for written, value, ok in readings:
        weight = math.exp(written.log_mass - total) * (1.0 if ok else breaks) / norm
        known = merged.get(value)
        if known is None:
            merged[value] = Candidate(value, weight, written, ok)
        else:
            best = max(known.written, written, key=lambda w: w.log_mass)
            merged[value] = Candidate(value, known.weight + weight, best, ok)
    return sorted(merged.values(), key=lambda c: -c.weight)


def _readings(field: FormField, lattice: Lattice, beliefs: Beliefs) -> list[Reading]:
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
    others = (_judged(field, w) for w in free[:MOST_CANDIDATES] if w.text and w.text not in texts)
    return found + [reading for reading in others if reading[1] not in values]


def _weight_of_breaking(field: FormField) -> float:
    if field.constraints.values:
        return _UNLISTED_WEIGHT
    return _NO_DATE_WEIGHT if field.kind is FieldKind.DATE else _INVALID_WEIGHT


def _by_word_habit(field: FormField, readings: list[Reading]) -> list[Reading]:
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


def _judged(field: FormField, written: Written) -> Reading:
    """What is written, its value, and whether that satisfies the field."""
    value = normalise(field, written.text)
    return written, value, bool(value) and not check_value(field, value)
