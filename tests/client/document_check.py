"""Compares a dataclass of the client with a schema of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from forms_app.api.document import document
from forms_app.client.shapes.exports import ExportChoice

NAMES = {str: "string", bool: "boolean", int: "integer", float: "number"}
IN_TEXT = {datetime: "date-time", date: "date"}


def differences(kind: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    """What of `schema` a program would not get through `kind`, a sentence each."""
    schema = _resolved(schema)
    told = schema.get("type")
    kinds = list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else [kind]
    names = set(told) if isinstance(told, list) else {told}
    if (NoneType in kinds) != ("null" in names):
        yield f"{place}: {kind} may be None, the document says {told}"
    kinds = [each for each in kinds if each is not NoneType]
    if len(kinds) > 1:
        if {_json_name(each) for each in kinds} != names - {"null"}:
            yield f"{place}: {kind} is {told}"
        return
    if _json_name(kinds[0]) not in names:
        yield f"{place}: {kind} is {told}"
        return
    yield from _below(kinds[0], schema, place)


def _below(kind: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if get_origin(kind) is Literal:
        words = set(schema.get("enum", ())) - {None}
        if set(get_args(kind)) != words:
            yield f"{place}: {sorted(get_args(kind))} are {sorted(words)}"
    elif kind in IN_TEXT and schema.get("format") != IN_TEXT[kind]:
        yield f"{place}: is no {IN_TEXT[kind]}"
    elif get_origin(kind) is tuple:
        yield from differences(get_args(kind)[0], schema["items"], f"{place}[]")
    elif is_dataclass(kind) and kind is not ExportChoice:  # which is compared as it is sent
        yield from _members(kind, schema, place)


def _members(kind: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    known = schema["properties"]
    for name in known.keys() ^ {each.name for each in fields(kind)}:
        yield f"{place}.{name}: is in one of both alone"
    for each in fields(kind):
        if each.name in known:
            yield from differences(hints[each.name], known[each.name], f"{place}.{each.name}")


def _json_name(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is tuple or hasattr(kind, "_fields"):
        return "array"
    if origin is Mapping or is_dataclass(kind):
        return "object"
    return "string" if origin is Literal or kind in IN_TEXT else NAMES[kind]


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    # One that may be null as well: `anyOf` of a reference and null.
    for each in schema.get("anyOf", ()):
        if "$ref" in each:
            found = dict(_resolved(each))
            return {**found, "type": [found["type"], "null"]}
    return schema
