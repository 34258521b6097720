"""The OpenAPI document as the page of it needs it: groups of operations with rows of names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
REFERENCE = "#/components/schemas/"
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter (`place`: path, query or header), or a name in a body: `lists[].name` says where
    it stands."""

    name: str
    kind: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; examples are indented JSON, '' where there is none."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Name, ...]
    sent: tuple[Name, ...]
    sent_type: str
    sent_example: str
    status: str
    given: tuple[Name, ...]
    given_type: str
    given_example: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations on one kind of thing."""

    tag: str
    description: str
    operations: tuple[Operation, ...]


def tagged_operations(document: Mapping[str, Any]) -> tuple[Group, ...]:
    """Every operation, by tag."""
    found = list(_operations(document))
    return tuple(
        Group(
            tag["name"],
            tag["description"],
            tuple(operation for name, operation in found if name == tag["name"]),
        )
        for tag in document["tags"]
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                common = item.get("parameters", [])
                found = _operation(path, method, item[method], common, schemas)
                yield item[method]["tags"][0], found


def _operation(
    path: str,
    method: str,
    told: Mapping[str, Any],
    common: list[dict[str, Any]],
    schemas: Mapping[str, Any],
) -> Operation:
    status, answer = next(iter(sorted(told["responses"].items())))
    sent_type, sent = _content(told.get("requestBody", {}))
    given_type, given = _content(answer)
    scopes = told["security"][0]["token"]
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        scope=scopes[0] if scopes else "",
        parameters=tuple(
            Name(
                f"{each['name']}",
                f"{each['in']}, {_kind(each['schema'])}",
                bool(each.get("required")),
                each.get("description", ""),
                each["in"],
            )
            for each in [*common, *told.get("parameters", [])]
        ),
        sent=tuple(_names(sent.get("schema", {}), schemas)),
        sent_type=sent_type,
        sent_example=_example(sent),
        status=status,
        given=tuple(_names(given.get("schema", {}), schemas)),
        given_type=given_type,
        given_example=_example(given),
    )


def _content(part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Content type and what is told of the content."""
    return next(iter(part.get("content", {}).items()), ("", {}))


def _example(content: Mapping[str, Any]) -> str:
    if "example" not in content:
        return ""
    return json.dumps(content["example"], indent=2, ensure_ascii=False)


def _names(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], place: str = "", depth: int = 0
) -> Iterator[Name]:
    """The names of an object and of the objects in it."""
    known = _resolved(schema, schemas)
    if depth > DEEPEST:
        return
    if "items" in known and place:
        yield from _names(known["items"], schemas, f"{place}[]", depth)
        return
    required = known.get("required", [])
    for name, below in known.get("properties", {}).items():
        whole = f"{place}.{name}".lstrip(".")
        told = _resolved(below, schemas)
        yield Name(whole, _kind(told), name in required, below.get("description", ""))
        yield from _names(told, schemas, whole, depth + 1)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference, or the first of alternatives, stands for."""
    for key in ("anyOf", "allOf"):
        if key in schema:
            return _resolved(schema[key][0], schemas)
    if "$ref" in schema:
        found: Mapping[str, Any] = schemas[schema["$ref"].removeprefix(REFERENCE)]
        return found
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    """`integer`, `string or null`; with the words that are allowed."""
    kinds = schema.get("type", "object")
    said = kinds if isinstance(kinds, str) else " or ".join(kinds)
    words = [str(word) for word in schema.get("enum", []) if word is not None]
    return f"{said}: {', '.join(words)}" if words else said
