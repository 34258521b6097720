"""What a person may not do with one key: keep what is very doubtful, or what breaks a rule."""

from __future__ import annotations

from collections.abc import Collection

from forms_app.errors import UserError, VeryDoubtfulError
from forms_app.reading.character_doubts import VERY_DOUBTFUL_BELOW
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.reading_json import character_from_json
from forms_app.store.review_scopes import FIRST_LOOK


def require_keyed(row: SubmissionFieldRow, keyed: Collection[int]) -> None:
    """Make sure that somebody who confirms a reading at first look has typed its very doubtful
    characters, or taken them from a list.

    Args:
        keyed: places of the reading's characters, from 0.

    Raises:
        VeryDoubtfulError: They have not; the message says which one comes first.
    """
    if row.decision is not None or row.stage not in FIRST_LOOK:
        return
    characters = [character_from_json(data) for data in row.reading.characters]
    left = tuple(
        place
        for place, character in enumerate(characters)
        if character.probability < VERY_DOUBTFUL_BELOW and place not in keyed
    )
    if left:
        value = characters[left[0]].value
        raise VeryDoubtfulError(
            f"Character {left[0] + 1} is very doubtful. Type what you see there, even if it is "
            f"“{value}”, or take another reading.",
            left,
        )


def require_reason(note: str) -> None:
    """A value that breaks a rule is kept with a note.

    Raises:
        UserError: There is none.
    """
    if not note:
        raise UserError("Say in a note why the value is kept although it breaks the rule.")
