"""The keys that people choose are kept for each of them."""

from __future__ import annotations

import pytest

from forms_app.errors import UserError
from forms_app.services.application import Application
from forms_app.services.people import add_person
from forms_app.services.preferences import review_keys, set_review_keys
from forms_app.store.models import LOCAL_USER_ID


def test_everybody_has_their_own(any_app: Application) -> None:
    ann = add_person(any_app, "Ann").id
    set_review_keys(any_app, ann, {"blank": "Alt+KeyX", "finish": "Ctrl+Shift+Enter"})
    set_review_keys(any_app, LOCAL_USER_ID, {"blank": "F9"})
    assert review_keys(any_app, ann) == {"blank": "Alt+KeyX", "finish": "Ctrl+Shift+Enter"}
    assert review_keys(any_app, LOCAL_USER_ID) == {"blank": "F9"}
    set_review_keys(any_app, ann, {})
    assert review_keys(any_app, ann) == {}


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"blank": "Alt+"}, "not understood"),
        ({"blank": 7}, "not understood"),
        ({"<b>": "F9"}, "not understood"),
        ({f"c{n}": f"F{n}" for n in range(61)}, "not understood"),
        ({"blank": "F9", "undo": "F9"}, "the same key"),
    ],
)
def test_senseless_keys_are_refused(
    app: Application, keys: dict[str, object], complaint: str
) -> None:
    with pytest.raises(UserError, match=complaint):
        set_review_keys(app, LOCAL_USER_ID, keys)
    assert review_keys(app, LOCAL_USER_ID) == {}
