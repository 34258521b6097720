"""Log-probabilities and a field's constraints -> n-best values with honest probabilities.

The probability of a value weighs everything that could have been written: readings that satisfy
the field at full weight, readings that do not at a small weight (people break rules, seldom), and
the chance that a glyph is no character at all. So a constraint settles close calls, and a reading
forced against clear ink ends with a low probability.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forms_app.reading.beliefs import Beliefs, believe
from forms_app.reading.candidates import MOST_CANDIDATES, Candidate, find_candidates
from forms_app.reading.classifier import Charset
from forms_app.reading.constraints import check_value
from forms_app.reading.errors import ShapeError
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.lattice import (
    EMPTY_CELL,
    Edge,
    Lattice,
    Written,
    best_path,
    build_lattice,
)
from forms_app.reading.types import (
    CharacterReading,
    Decoded,
    InkState,
    LogProbabilities,
    Outcome,
    Segmentation,
)

_LEAST_CANDIDATE = 1e-4
_MOST_ALTERNATIVES = 4
_LEAST_ALTERNATIVE = 0.01
# Mean share of "no character" over the glyphs of the best path from which nothing was read.
_UNREADABLE = 0.7
# Mean probability of the characters read from a line that looks scrawled over: below it the line is
# struck out, above it its characters only touch. Of 22 scrawled lines none came to 0.7.
_LEGIBLE = 0.7
_OUTCOMES = {
    InkState.EMPTY: Outcome.BLANK,
    InkState.STRUCK_OUT: Outcome.STRUCK_OUT,
    InkState.UNREADABLE: Outcome.UNREADABLE,
}


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
    candidates = find_candidates(field, lattice, beliefs)
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


def _summary(
    field: FormField,
    segmentation: Segmentation,
    lattice: Lattice,
    beliefs: Beliefs,
    candidates: list[Candidate],
) -> Decoded:
    best = candidates[0]
    rows = [row for row in best.written.glyphs if row != EMPTY_CELL]
    accepted = float(np.prod(1 - beliefs.rejects[rows]))
    characters = _characters(best.written, segmentation, beliefs)
    if segmentation.is_scrawled and _legibility(characters) < _LEGIBLE:
        return _nothing(Outcome.STRUCK_OUT)
    is_unreadable = float(beliefs.rejects[rows].mean()) > _UNREADABLE
    kept = [c for c in candidates[:MOST_CANDIDATES] if c.weight * accepted >= _LEAST_CANDIDATE]
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
