"""Classifier output -> what each glyph may be in this field: alphabet, case, size and place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import (
    SAME_SHAPES,
    allowed_characters,
    place_plausibility,
)
from forms_app.reading.case_habit import favour_case
from forms_app.reading.classifier import Charset
from forms_app.reading.form_template import Case, FieldKind, FormField, Layout
from forms_app.reading.letter_case import resolve_case
from forms_app.reading.neighbours import follow_neighbours
from forms_app.reading.small_marks import recognise_small_marks
from forms_app.reading.types import Glyph, LogProbabilities, Segmentation

# Weight of a character outside the field's alphabet against one inside: how seldom people write a
# letter into a digits field, spread over the many classes that confuse with digits.
_FOREIGN_WEIGHT = 0.005
# A glyph whose likely characters do not fit its size gains at most this factor elsewhere.
_LEAST_PLAUSIBLE = 0.2
_SMALL_AMONG_CAPITALS = 0.1
# Punctuation among text and names is rarer than among the recogniser's training samples.
_PUNCTUATION_WEIGHT = 0.2
# What a bar in a date is a slash with, and a slash a bar, at least.
_SLASH_SHARE = 0.1
_FLOOR = 1e-7

_WORDS = frozenset({FieldKind.TEXT, FieldKind.LETTERS})

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What the glyphs of one field may be.

    `probabilities` `(N, K)` float64 over `characters` (K of them), `rejects` `(N,)`: no character
    of this field; each row and its reject sum to 1. `free` `(N, K')` over `free_characters` is
    the same without the field's alphabet.
    """

    characters: str
    probabilities: _Array
    rejects: _Array
    free_characters: str
    free: _Array


def believe(
    field: FormField,
    segmentation: Segmentation,
    log_probabilities: LogProbabilities,
    charset: Charset,
) -> Beliefs:
    """Apply the field's alphabet and case, and each glyph's size and place.

    Args:
        field: a written field.
        segmentation: its lattice of N glyphs.
        log_probabilities: `(N, K)` from the classifier.
        charset: the K classes, one of them the reject class.
    """
    glyphs = segmentation.glyphs
    known = np.exp(log_probabilities.astype(np.float64))
    characters, columns = _character_columns(charset)
    on_line = field.layout is Layout.LINE
    free = _placed(known[:, columns], glyphs, characters, on_line)
    allowed = allowed_characters(field)
    if field.kind in _WORDS and field.constraints.pattern is None:
        free = _favour_letters(free, characters)
    free = recognise_small_marks(free, glyphs, characters, allowed)
    free = resolve_case(free, glyphs, characters, field)
    if field.kind is FieldKind.TEXT and field.constraints.pattern is None:
        free = follow_neighbours(free, segmentation, characters)
    case = field.constraints.case
    folded_characters, folding = _folding(characters, case, allowed)
    folded = (free if case is None else favour_case(free, characters, case)) @ folding
    inside = np.array([allowed is None or c in allowed for c in folded_characters])
    kept = folded[:, inside]
    mass = kept.sum(1)
    foreign = folded[:, ~inside].sum(1)
    reject = np.clip(1 - free.sum(1), 0, 1)
    # Bayes with a small prior for characters of other alphabets; what they keep counts as reject.
    scale = (mass + foreign) / np.maximum(mass + _FOREIGN_WEIGHT * foreign, _FLOOR)
    admitted = "".join(c for c, keep in zip(folded_characters, inside, strict=True) if keep)
    fits = _most_by_place(glyphs, admitted, on_line)
    probabilities = np.maximum(np.minimum(kept * scale[:, None], fits), _FLOOR)
    if field.kind is FieldKind.DATE and on_line:
        probabilities = _bars_or_slashes(probabilities, admitted)
    total = probabilities.sum(1)
    rejects = np.clip(np.maximum(reject, 1 - total), 0, 1)
    return Beliefs(
        admitted,
        probabilities,
        rejects,
        characters,
        free,
    )


@lru_cache(maxsize=8)
def _character_columns(charset: Charset) -> tuple[str, NDArray[np.int64]]:
    columns = [i for i in range(charset.size) if i != charset.reject_index]
    return "".join(charset.characters[i] for i in columns), np.array(columns)


def _favour_letters(probabilities: _Array, characters: str) -> _Array:
    """`(N, K)`: punctuation weighed down; each row keeps its sum."""
    weights = np.array([1.0 if c.isalnum() else _PUNCTUATION_WEIGHT for c in characters])
    weighed = probabilities * weights
    scale = probabilities.sum(1) / np.maximum(weighed.sum(1), _FLOOR)
    return np.asarray(weighed * scale[:, None])


def _placed(
    probabilities: _Array, glyphs: tuple[Glyph, ...], characters: str, on_line: bool
) -> _Array:
    """`(N, K)`: probabilities after size and place; what no character explains is lost."""
    heights = np.array([glyph.relative_height for glyph in glyphs])
    bottoms = np.array([glyph.relative_bottom for glyph in glyphs])
    weighed = probabilities * place_plausibility(characters, heights, bottoms, on_line)
    before = np.maximum(probabilities.sum(1), _FLOOR)
    share = np.maximum(weighed.sum(1) / before, _LEAST_PLAUSIBLE)
    return np.asarray(weighed / share[:, None])


def _bars_or_slashes(probabilities: _Array, characters: str) -> _Array:
    """`(N, K)`: in a date a bar may be a slash; which it is, the format tells. Rows keep their
    sums."""
    one, slash = characters.index("1"), characters.index("/")
    shared = probabilities.copy()
    shared[:, slash] = np.maximum(shared[:, slash], _SLASH_SHARE * shared[:, one])
    shared[:, one] = np.maximum(shared[:, one], _SLASH_SHARE * probabilities[:, slash])
    return np.asarray(shared * (probabilities.sum(1) / shared.sum(1))[:, None])


def _most_by_place(glyphs: tuple[Glyph, ...], characters: str, on_line: bool) -> _Array:
    """`(N, K)`: the most that size and place let a character have, whatever else is ruled out.

    A dash in a digits field is no 1 because nothing else is admitted there.
    """
    heights = np.array([glyph.relative_height for glyph in glyphs])
    bottoms = np.array([glyph.relative_bottom for glyph in glyphs])
    # Plausibility falls to a half at the limits, which are wide.
    return np.minimum(1, 2 * place_plausibility(characters, heights, bottoms, on_line))


@lru_cache(maxsize=32)
def _folding(characters: str, case: Case | None, allowed: str | None) -> tuple[str, _Array]:
    """The characters a field keeps apart, and the `(K, K')` matrix that sums the others into them.

    Both cases of a letter are one where the field wants one case, and shapes that nobody can tell
    apart (a bar, a ring) are read as what the field's alphabet and case admit.
    """
    targets = [_targets(character, case, allowed) for character in characters]
    folded = "".join(dict.fromkeys(c for shares in targets for c in shares))
    matrix = np.zeros((len(characters), len(folded)))
    for row, shares in enumerate(targets):
        for character, share in shares.items():
            matrix[row, folded.index(character)] = share
    return folded, matrix


def _targets(character: str, case: Case | None, allowed: str | None) -> dict[str, float]:
    """What a class of the recogniser stands for in this field, as shares that sum to 1."""

    def is_allowed(c: str) -> bool:
        return _in_case(c, case) == c and (allowed is None or c in allowed)

    folded = _in_case(character, case)
    group = next((shapes for shapes in SAME_SHAPES if character in shapes), "")
    twins = [c for c in group if is_allowed(c)]
    if not twins or is_allowed(character):
        return {folded: 1.0}
    if folded in twins or not is_allowed(folded):
        return {folded: 1.0} if folded in twins else {twin: 1 / len(twins) for twin in twins}
    # A bar among capitals is an I or a 1, seldom an L written small.
    return {folded: _SMALL_AMONG_CAPITALS} | {
        twin: (1 - _SMALL_AMONG_CAPITALS) / len(twins) for twin in twins
    }


def _in_case(character: str, case: Case | None) -> str:
    if case is None:
        return character
    changed = character.upper() if case is Case.UPPER else character.lower()
    return changed if len(changed) == 1 else character
