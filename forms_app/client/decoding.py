"""From the JSON of an answer to frozen dataclasses, by their annotations.

Members that a class does not name are passed over and words that an annotation does not list are
taken, so that programs go on working with newer servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from forms_app.client.errors import AnswerNotUnderstoodError

T = TypeVar("T")

PLAIN = (bool, int, float, str, list, dict)


def decode(kind: type[T], given: object) -> T:
    """`given` as a `kind`.

    Raises:
        AnswerNotUnderstoodError: It is not what the API answers; names the place.
    """
    return cast(T, _decoded(kind, given, "answer"))


def _decoded(kind: Any, given: object, place: str) -> object:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), given, place)
    if kind is object:
        return given
    if is_dataclass(kind):
        return _object(cast(type, kind), _of(dict, given, place), place)
    if origin is tuple:
        return _sequence(get_args(kind)[0], _of(list, given, place), place)
    if origin is Mapping:
        return _mapping(get_args(kind), _of(dict, given, place), place)
    return _scalar(str if origin is Literal else kind, given, place)


def _scalar(kind: Any, given: object, place: str) -> object:
    if kind in (date, datetime):
        return _moment(kind, _of(str, given, place), place)
    if hasattr(kind, "_fields"):  # a named tuple, such as Box
        return kind(*_sequence(int, _of(list, given, place), place))
    if kind is float:
        return float(_of(int | float, given, place))
    return _of(kind, given, place)


def _one_of(kinds: tuple[Any, ...], given: object, place: str) -> object:
    """As the first of `kinds` that is written in JSON as `given` is."""
    if given is None and NoneType in kinds:
        return None
    for kind in kinds:
        if kind is not NoneType and type(given) in _json_types(kind):
            return _decoded(kind, given, place)
    raise _unknown(place, given)


def _json_types(kind: Any) -> tuple[type, ...]:
    origin = get_origin(kind)
    if kind is object:
        return PLAIN
    if is_dataclass(kind) or origin is Mapping:
        return (dict,)
    if origin is tuple or hasattr(kind, "_fields"):
        return (list,)
    if origin is Literal or kind in (date, datetime):
        return (str,)
    return (int, float) if kind is float else (kind,)


def _object(kind: type[T], given: dict[str, object], place: str) -> T:
    hints = _hints(cast(Any, kind))
    values = {}
    for each in fields(cast(Any, kind)):
        if each.name in given:
            below = f"{place}.{each.name}"
            values[each.name] = _decoded(hints[each.name], given[each.name], below)
        elif not _has_default(each):
            raise AnswerNotUnderstoodError(f"{place} has no {each.name}.")
    return kind(**values)


def _sequence(kind: Any, given: list[object], place: str) -> tuple[object, ...]:
    return tuple(_decoded(kind, each, f"{place}[{i}]") for i, each in enumerate(given))


def _mapping(kinds: tuple[Any, ...], given: dict[str, object], place: str) -> dict[object, object]:
    key, value = kinds
    return {key(name): _decoded(value, each, f"{place}.{name}") for name, each in given.items()}


def _moment(kind: Any, given: str, place: str) -> date:
    try:
        found: date = kind.fromisoformat(given)
    except ValueError:
        raise _unknown(place, given) from None
    if isinstance(found, datetime) and found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    return found


def _of(kind: Any, given: object, place: str) -> Any:
    is_truth = isinstance(given, bool)  # which Python counts among the whole numbers
    if not isinstance(given, kind) or (is_truth and kind is not bool):
        raise _unknown(place, given)
    return given


def _unknown(place: str, given: object) -> AnswerNotUnderstoodError:
    # Not its value: that may be somebody's.
    return AnswerNotUnderstoodError(f"{place} is not what was expected: {type(given).__name__}.")


@lru_cache(maxsize=256)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(cast(Any, kind))


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING
