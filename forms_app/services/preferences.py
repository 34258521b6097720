"""What people set for themselves: the keys of the review station."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from forms_app.errors import UserError
from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.store.models import UserRow

KEYS = "review_keys"
MOST_KEYS = 60
NAME = re.compile(r"[a-zA-Z0-9]{1,40}")
# Modifiers in this order, then a key by its place on the keyboard (`KeyB`, `F2`, `Enter`).
COMBINATION = re.compile(r"(Ctrl\+)?(Alt\+)?(Shift\+)?[A-Z][A-Za-z0-9]{0,20}")


def review_keys(app: Application, user_id: int) -> dict[str, str]:
    """The key of each command of the review station that this person has changed."""
    with app.session() as session:
        kept = load(session, UserRow, user_id).preferences or {}
        return cast(dict[str, str], kept.get(KEYS, {}))


def set_review_keys(app: Application, user_id: int, keys: Mapping[str, Any]) -> None:
    """Keep the changed keys of a person; commands that are not named have their first key again.

    Raises:
        UserError: They are no such keys, or one of them is given twice.
    """
    wrong = [
        name
        for name, key in keys.items()
        if not NAME.fullmatch(name) or not isinstance(key, str) or not COMBINATION.fullmatch(key)
    ]
    if wrong or len(keys) > MOST_KEYS:
        raise UserError("These keys were not understood. Reload the page, then set them again.")
    if len(set(keys.values())) < len(keys):
        raise UserError("Two commands cannot have the same key.")
    with app.session() as session:
        user = load(session, UserRow, user_id)
        user.preferences = {**(user.preferences or {}), KEYS: dict(keys)}
