"""Classifier output -> what each glyph may be in this field: alphabet, case, size and place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import (
    SAME_HEIGHT,
    SAME_SHAPE,
    SAME_SHAPES,
    TALL,
    X_HEIGHT,
    X_HEIGHT_SHARE,
    allowed_characters,
    place_plausibility,
)
from forms_app.reading.case_habit import favour_case
from forms_app.reading.classifier import Charset
from forms_app.reading.form_template import Case, FieldKind, FormField, Layout
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
_FLOOR = 1e-7
# Added to both sides of a neighbour's letter or digit: no neighbour decides alone.
_UNSURE = 0.05

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
    free = _placed(known[:, columns], known[:, charset.reject_index], glyphs, characters)
    allowed = allowed_characters(field)
    if field.kind in _WORDS and field.constraints.pattern is None:
        free = _favour_letters(free, characters)
    free = recognise_small_marks(free, glyphs, characters, allowed)
    free = _resolve_case(free, glyphs, characters, field)
    if field.kind is FieldKind.TEXT and field.constraints.pattern is None:
        free = _follow_neighbours(free, segmentation, characters)
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
    fits = _most_by_place(glyphs, admitted)
    probabilities = np.maximum(np.minimum(kept * scale[:, None], fits), _FLOOR)
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
    probabilities: _Array, reject: _Array, glyphs: tuple[Glyph, ...], characters: str
) -> _Array:
    """`(N, K)`: probabilities after size and place; what no character explains is lost."""
    heights = np.array([glyph.relative_height for glyph in glyphs])
    bottoms = np.array([glyph.relative_bottom for glyph in glyphs])
    weighed = probabilities * place_plausibility(characters, heights, bottoms)
    before = np.maximum(probabilities.sum(1), _FLOOR)
    share = np.maximum(weighed.sum(1) / before, _LEAST_PLAUSIBLE)
    return np.asarray(weighed / share[:, None])


def _most_by_place(glyphs: tuple[Glyph, ...], characters: str) -> _Array:
    """`(N, K)`: the most that size and place let a character have, whatever else is ruled out.

    A dash in a digits field is no 1 because nothing else is admitted there.
    """
    heights = np.array([glyph.relative_height for glyph in glyphs])
    bottoms = np.array([glyph.relative_bottom for glyph in glyphs])
    # Plausibility falls to a half at the limits, which are wide.
    return np.minimum(1, 2 * place_plausibility(characters, heights, bottoms))


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


@lru_cache(maxsize=8)
def _case_pairs(
    characters: str,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Of letters whose cases share one shape: columns (upper, lower), and whether size tells."""
    pairs = [
        (characters.index(letter.upper()), characters.index(letter), letter not in SAME_HEIGHT)
        for letter in sorted(SAME_SHAPE)
        if letter in characters and letter.upper() in characters
    ]
    table = np.array(pairs, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(bool)


def _resolve_case(
    probabilities: _Array, glyphs: tuple[Glyph, ...], characters: str, field: FormField
) -> _Array:
    """Share the mass of same-shape pairs between the cases by size; other letters stay."""
    uppers, lowers, size_tells = _case_pairs(characters)
    if field.constraints.case is not None or not len(uppers) or not len(glyphs):
        return probabilities
    by_size, by_others = _capital_odds(probabilities, glyphs, characters, field)
    pooled = probabilities[:, uppers] + probabilities[:, lowers]
    own = np.log(np.maximum(probabilities[:, uppers], _FLOOR)) - np.log(
        np.maximum(probabilities[:, lowers], _FLOOR)
    )
    odds = by_size[:, None] * size_tells + by_others + 0.5 * np.clip(own, -4, 4)
    share = 1 / (1 + np.exp(-odds))
    resolved = probabilities.copy()
    resolved[:, uppers] = pooled * share
    resolved[:, lowers] = pooled * (1 - share)
    return resolved


@lru_cache(maxsize=8)
def _letters_and_digits(
    characters: str,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], _Array]:
    """`(K,)` plain letters, plain digits (neither bars nor rings), and sides: letters 1, digits -1,
    marks 0."""
    twins = "".join(SAME_SHAPES)
    letters = np.array([c.isalpha() and c not in twins for c in characters])
    digits = np.array([c.isdigit() and c not in twins for c in characters])
    sides = [-1.0 if c.isdigit() else float(c.isalpha()) for c in characters]
    return letters, digits, np.array(sides)


def _follow_neighbours(
    probabilities: _Array, segmentation: Segmentation, characters: str
) -> _Array:
    """Tell 0 from O, 1 from I and l, 9 from g by the neighbours: words and numbers keep together.

    Each row keeps its sum over letters and digits. On drawn text of unseen writers (499 fields)
    71 % were read right where only bars and rings followed, 75 % where all do.
    """
    letters, digits, sides = _letters_and_digits(characters)
    odds = np.log(
        (probabilities[:, letters].sum(1) + _UNSURE) / (probabilities[:, digits].sum(1) + _UNSURE)
    )
    starts = np.array([glyph.start for glyph in segmentation.glyphs])
    ends = np.array([glyph.end for glyph in segmentation.glyphs])
    # Words end at a line's gaps; a comb's empty cells part its glyphs by themselves.
    words_end = () if segmentation.cell_states else segmentation.gaps
    follows = (starts[:, None] == ends[None, :]) & ~np.isin(starts, words_end)[:, None]
    touches = follows | follows.T
    pull = touches @ odds / np.maximum(touches.sum(1), 1)
    weighed = probabilities * np.exp(0.5 * pull[:, None] * sides[None, :])
    pulled = sides != 0
    before, after = probabilities[:, pulled].sum(1), weighed[:, pulled].sum(1)
    resolved = probabilities.copy()
    resolved[:, pulled] = weighed[:, pulled] * (before / np.maximum(after, _FLOOR))[:, None]
    return resolved


def _capital_odds(
    probabilities: _Array, glyphs: tuple[Glyph, ...], characters: str, field: FormField
) -> tuple[_Array, float]:
    """Log-odds of a capital: `(N,)` from each glyph's size, and from the field's other letters."""
    heights = np.array([glyph.relative_height for glyph in glyphs])
    best, sure = probabilities.argmax(1), probabilities.max(1) > 0.6
    caps, uppers, lowers = [], 0, 0
    for row in np.flatnonzero(sure):
        character = characters[best[row]]
        if character.lower() in SAME_SHAPE and character.isalpha():
            continue
        uppers += character.isupper()
        lowers += character.islower()
        if character in TALL:
            caps.append(heights[row])
        elif character in X_HEIGHT:
            caps.append(heights[row] / X_HEIGHT_SHARE)
    default = 0.75 if field.layout is Layout.COMB else 1.0
    capital = float(np.median(caps)) if caps else max(default, float(heights.max()))
    neighbours = np.clip(np.log((uppers + 0.5) / (lowers + 0.5)), -2, 2)
    habit = 1.0 if field.layout is Layout.COMB else 0.0
    size = np.clip((heights / max(capital, 0.05) - 0.8) / 0.06, -4, 4)
    return np.asarray(size), float(neighbours) + habit
