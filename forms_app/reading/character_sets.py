"""The sets of characters that a person's own samples may be read as.

Each set is the kind of form field that asks for such characters, so that samples are read exactly
as fields are.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alphabets import DIGITS
from forms_app.reading.classifier import Charset, Classifier
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormField, Layout
from forms_app.reading.geometry import Box

__all__ = ["CharacterSet", "answering_within", "sample_field"]


class CharacterSet(StrEnum):
    """Names as `fieldhand evaluate --charset` has them, and `all`."""

    DIGITS = "digits"
    UPPER = "upper"
    LOWER = "lower"
    LETTERS = "letters"
    ALNUM = "alnum"
    ALL = "all"


_KINDS = {
    CharacterSet.DIGITS: FieldKind.DIGITS,
    CharacterSet.UPPER: FieldKind.LETTERS,
    CharacterSet.LOWER: FieldKind.LETTERS,
    CharacterSet.LETTERS: FieldKind.LETTERS,
    CharacterSet.ALNUM: FieldKind.TEXT,
    CharacterSet.ALL: FieldKind.TEXT,
}
_CASES = {CharacterSet.UPPER: Case.UPPER, CharacterSet.LOWER: Case.LOWER}
_ALNUM = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Weight of a character outside the set against one inside: as between the alphabets of fields.
_FOREIGN_WEIGHT = 0.005
_FLOOR = 1e-9


def sample_field(characters: CharacterSet, box: Box, cells: tuple[Box, ...] = ()) -> FormField:
    """The form field that asks for these characters; a comb where it has cells, else a line."""
    return FormField(
        name="sample",
        page=1,
        kind=_KINDS[characters],
        box=box,
        layout=Layout.COMB if cells else Layout.LINE,
        cells=cells,
        constraints=Constraints(case=_CASES.get(characters)),
    )


def answering_within(classifier: Classifier, characters: CharacterSet) -> Classifier:
    """A classifier that answers within the set where the kind of field alone does not see to it.

    No kind of field asks for letters and digits without punctuation.
    """
    return _Narrowed(classifier, _ALNUM) if characters is CharacterSet.ALNUM else classifier


class _Narrowed:
    """Knows some characters only; what looks like another one counts as none of them."""

    def __init__(self, classifier: Classifier, characters: str) -> None:
        known = classifier.charset
        kept = [i for i, c in enumerate(known.characters) if c in characters]
        self.charset = Charset("".join(known.characters[i] for i in kept))
        self.engine = classifier.engine
        self.model_id = classifier.model_id
        self._classifier = classifier
        self._kept = np.array(kept)

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Classifier.classify`; K is the narrower charset's size."""
        known = np.exp(self._classifier.classify(glyphs))
        kept = known[:, self._kept]
        mass = kept.sum(1, keepdims=True)
        reject = known[:, [self._classifier.charset.reject_index]]
        foreign = np.clip(1 - mass - reject, 0, 1)
        scale = (mass + foreign) / np.maximum(mass + _FOREIGN_WEIGHT * foreign, _FLOOR)
        kept = kept * scale
        rejects = np.clip(1 - kept.sum(1, keepdims=True), 0, 1)
        found: NDArray[np.float32] = np.log(np.maximum(np.hstack([kept, rejects]), _FLOOR))
        return found.astype(np.float32, copy=False)
