"""Readings to JSON columns and back; JSON knows lists where we have tuples."""

from __future__ import annotations

from typing import Any

from forms_app.reading.geometry import Box
from forms_app.reading.types import CharacterReading, Value


def value_to_json(value: Value) -> Any:
    """`value` as JSON; None stays None (SQL NULL)."""
    return list(value) if isinstance(value, tuple) else value


def value_from_json(value: Any) -> Value:
    """What `value_to_json` wrote."""
    return tuple(value) if isinstance(value, list) else value


def alternatives_to_json(alternatives: tuple[tuple[Value, float], ...]) -> list[list[Any]]:
    """Pairs of value and probability."""
    return [[value_to_json(value), float(probability)] for value, probability in alternatives]


def alternatives_from_json(pairs: list[list[Any]]) -> tuple[tuple[Value, float], ...]:
    """What `alternatives_to_json` wrote."""
    return tuple((value_from_json(value), probability) for value, probability in pairs)


def character_to_json(character: CharacterReading) -> dict[str, Any]:
    """One character with its place in the crop."""
    return {
        "value": character.value,
        "probability": float(character.probability),
        "alternatives": [[value, float(p)] for value, p in character.alternatives],
        "box": character.box.as_list() if character.box else None,
        "cell": character.cell,
    }


def character_from_json(data: dict[str, Any]) -> CharacterReading:
    """What `character_to_json` wrote."""
    return CharacterReading(
        value=data["value"],
        probability=data["probability"],
        alternatives=tuple((value, probability) for value, probability in data["alternatives"]),
        box=Box(*data["box"]) if data["box"] else None,
        cell=data["cell"],
    )
