"""What all shapes of the API share: strict requests, complete answers, values, boxes, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

MOST_LISTED = 200
LARGEST_ID = 2**63 - 1


class Sent(Schema):
    """What a program sends: a name that is not known is an error."""

    class Meta:
        unknown = RAISE


class Query(Schema):
    """What stands in an address behind `?`."""

    class Meta:
        unknown = EXCLUDE


class Given(Schema):
    """What is answered: every name is always there, and null where there is nothing to say."""

    class Meta:
        # Clients are not to refuse names that later versions add.
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True


class Paging(Query):
    """Which stretch of a list is wanted."""

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, MOST_LISTED),
        metadata={"description": "How many at most."},
    )
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LARGEST_ID),
        metadata={"description": "Id of the last one seen, 0 for none; `next` has it."},
    )


def list_of(shape: type[Schema], name: str) -> type[Schema]:
    """The shape of a stretch of a list."""
    items = fields.List(fields.Nested(shape))
    following = fields.String(
        allow_none=True, metadata={"description": "Address of the next stretch; null at the end."}
    )
    return type(name, (Given,), {"items": items, "next": following})


class Value(fields.Raw):
    """A field's value: text, a truth value, several options, or nothing."""

    def __init__(self, description: str = "", **more: Any) -> None:
        kinds = {"type": ["string", "boolean", "array"], "items": {"type": "string"}}
        words = description or "Text, true or false, a list of options, or null for nothing."
        super().__init__(allow_none=True, metadata=kinds | {"description": words}, **more)


class Box(fields.List):
    """`[x, y, width, height]` in pixels."""

    def __init__(self, description: str, **more: Any) -> None:
        super().__init__(
            fields.Integer(),
            validate=validate.Length(equal=4),
            metadata={"description": f"`[x, y, width, height]` in pixels, {description}."},
            **more,
        )


class Weighed(Given):
    """Something that may stand there, and how likely that is."""

    value = Value()
    probability = fields.Float()


class WeighedList(fields.List):
    """From pairs of value and probability."""

    def __init__(self, description: str) -> None:
        super().__init__(fields.Nested(Weighed), metadata={"description": description})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        pairs: Sequence[tuple[Any, float]] = value or ()
        named = [{"value": each, "probability": probability} for each, probability in pairs]
        return super()._serialize(named, attr, obj, **kwargs)


def word(*words: str, **more: Any) -> fields.String:
    """One of some stable words."""
    return fields.String(validate=validate.OneOf(words), **more)


def row_id(**more: Any) -> fields.Integer:
    """The id of something, as it is sent."""
    return fields.Integer(strict=True, validate=validate.Range(1, LARGEST_ID), **more)


def described(description: str) -> dict[str, Any]:
    """Keywords of a field that say what it holds."""
    return {"metadata": {"description": description}}
