"""What requests carry: JSON of dataclasses, and forms with files."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Body:
    """Bytes and their kind."""

    content_type: str
    data: bytes


def json_body(**members: object) -> Body:
    """An object of `members`; those that are None are left out."""
    told = {name: _plain(value) for name, value in members.items() if value is not None}
    return Body("application/json", json.dumps(told).encode())


def files_body(name: str, files: Sequence[Path]) -> Body:
    """A form with files, each under `name`."""
    boundary = secrets.token_hex(16)
    pieces = [piece for file in files for piece in (_head(boundary, name, file), file.read_bytes())]
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    return Body(f"multipart/form-data; boundary={boundary}", b"".join(pieces))


def _head(boundary: str, name: str, file: Path) -> bytes:
    # As browsers do (WHATWG): what would end the name is escaped.
    told = file.name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    lines = (
        f"\r\n--{boundary}",
        f'Content-Disposition: form-data; name="{name}"; filename="{told}"',
        "Content-Type: application/octet-stream",
        "\r\n",
    )
    return "\r\n".join(lines).encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        members = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: _plain(each) for name, each in members.items() if each is not None}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def address(path: str, ids: Sequence[object]) -> str:
    """`path` with `ids` in the places of its names in braces, in order."""
    left = iter(ids)
    parts = [quote(str(next(left)), safe="") if "{" in part else part for part in path.split("/")]
    return "/".join(parts)


def query(members: Mapping[str, object]) -> str:
    """`?` and what is to stand behind it; nothing for what is None."""
    told = [f"{name}={quote(str(value))}" for name, value in members.items() if value is not None]
    return "?" + "&".join(told) if told else ""
