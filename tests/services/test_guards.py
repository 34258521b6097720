"""One key keeps neither what is very doubtful nor what breaks a rule."""

from __future__ import annotations

import pytest

from forms_app.errors import RuleBrokenError, UserError, VeryDoubtfulError
from forms_app.reading.types import CharacterReading, FieldReading, Outcome
from forms_app.services import review
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from tests import factories


def _number(app: Application, *probabilities: float) -> ItemKey:
    """A number whose characters are that sure."""
    value = "123456"[: len(probabilities)]
    characters = tuple(map(CharacterReading, value, probabilities))
    reading = FieldReading(
        "number", value, Outcome.READ, min(probabilities), True, (), (), characters, 0.4
    )
    batch = factories.make_batch(app)
    readings = (factories.READINGS[0], reading, factories.READINGS[2])
    return ItemKey(factories.make_submission(app, batch.id, readings), "number")


def test_very_doubtful_characters_are_typed_before_they_count(app: Application) -> None:
    key = _number(app, 0.99, 0.59, 0.9, 0.6, 0.2, 0.99)
    with pytest.raises(VeryDoubtfulError, match=r"Character 2 .* “2”") as refused:
        review.decide(app, *key, "confirm", keyed=())
    assert refused.value.places == (1, 4)
    with pytest.raises(VeryDoubtfulError, match="Character 5"):
        review.decide(app, *key, "confirm", keyed=[1])
    assert review.decide(app, *key, "confirm", keyed=[1, 4]).value == "123456"
    # What a person has decided, nobody has to type again.
    assert review.decide(app, *key, "confirm", keyed=()).state == "decided"


def test_code_that_confirms_is_not_a_person_at_a_field(app: Application) -> None:
    key = _number(app, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    assert review.decide(app, *key, "confirm").state == "decided"


@pytest.mark.parametrize("action", ["blank", "unreadable"])
def test_there_is_nothing_to_type_where_nothing_is_kept(app: Application, action: str) -> None:
    key = _number(app, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    assert review.decide(app, *key, action, keyed=()).state == "decided"


def test_a_broken_rule_is_kept_with_a_note_alone(app: Application) -> None:
    key = _number(app, 0.9, 0.9)
    with pytest.raises(RuleBrokenError, match="Number"):
        review.decide(app, *key, "confirm")
    with pytest.raises(UserError, match="Say in a note why"):
        review.decide(app, *key, "confirm", override=True, note="  ")
    review.decide(app, *key, "confirm", override=True, note="The paper says so")
    decision = review.get_item(app, *key).current.decision
    assert decision is not None and decision.note == "The paper says so"
