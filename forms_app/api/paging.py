"""Stretches of lists, and the address of the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import request, url_for

Item = TypeVar("Item")


def stretch(
    found: Sequence[Item],
    limit: int,
    key: Callable[[Item], int] = lambda item: item.id,  # type: ignore[attr-defined]
) -> dict[str, Any]:
    """The answer of a list.

    Args:
        found: One more than wanted where more follow.
        limit: How many are wanted.
        key: What `after` continues behind.
    """
    shown = found[:limit]
    following = None
    if len(found) > limit:
        address = {**request.view_args, **request.args} if request.view_args else {**request.args}
        address |= {"limit": str(limit), "after": str(key(shown[-1]))}
        following = url_for(request.endpoint or "", **address)
    return {"items": shown, "next": following}
