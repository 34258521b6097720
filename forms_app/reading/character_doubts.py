"""Which reasons for review a look at the pictures of single characters or boxes settles.

Any other (print that lies elsewhere, writing struck out or lost, a broken rule) needs the field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from forms_app.reading.dates import parse_format
from forms_app.reading.form_template import FormField
from forms_app.reading.types import CharacterReading, Value

# The dotted line of the station starts here (js/review/levels.js is handed it).
DOUBTFUL_BELOW = 0.95
"""Probability below which a character is shown as doubtful."""

# The red box starts here; a person must type such a character, see services/guards.py.
VERY_DOUBTFUL_BELOW = 0.6
"""Probability below which a character is shown as very doubtful."""

# As `doubts` and `confidence` put them; a sentence that is not listed needs the field.
_RIVAL = "it could also be '"
_FORCED = "by itself the writing looks like '"
_OF_CHARACTERS = re.compile(
    rf"\d+(st|nd|rd|th) character is doubtful: |{_RIVAL}|{_FORCED}|the reading is [\d.]+% certain, "
    r"|it is doubtful whether there is a mark \(|the mark at '.*' is doubtful \("
)


def is_of_characters(reason: str) -> bool:
    """Whether `reason` is about how single characters or marks look, and nothing else."""
    return _OF_CHARACTERS.match(reason) is not None


def places_to_look_at(
    field: FormField,
    characters: Sequence[CharacterReading],
    reasons: Sequence[str],
    rivals: Sequence[Value],
) -> frozenset[int] | None:
    """Which characters of a written field must be right for its reading to be right.

    The doubtful ones and those in which the next reading differs; all, where none is, or where a
    rule has changed what the shapes say. A doubt about how many characters there are is not settled
    by looking at them.

    Args:
        field: what was read.
        characters: as which characters.
        reasons: why it is reviewed, all of them `is_of_characters`.
        rivals: the readings that come next, likeliest first.

    Returns:
        Places from 0; None where looking at single characters settles nothing.
    """
    inked = frozenset(place for place, each in enumerate(characters) if each.box is not None)
    wanted = {place for place, each in enumerate(characters) if each.probability < DOUBTFUL_BELOW}
    if any(reason.startswith(_RIVAL) for reason in reasons):
        rival = _as_written(field, rivals[0]) if rivals else ""
        if len(rival) != len(characters):
            return None
        pairs = zip(characters, rival, strict=True)
        wanted |= {place for place, (each, other) in enumerate(pairs) if each.value != other}
    if not inked or not wanted <= inked:
        return None
    is_forced = any(reason.startswith(_FORCED) for reason in reasons)
    return frozenset(wanted) if wanted and not is_forced else inked


def _as_written(field: FormField, value: Value) -> str:
    """A value as the characters of the field would spell it; dates are kept as ISO 8601."""
    if not isinstance(value, str):
        return ""
    date_format = field.constraints.format
    return (parse_format(date_format).from_iso(value) or "") if date_format else value
