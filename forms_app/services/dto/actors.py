"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_app.store.states import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody whose request is served.

    `roles` are theirs in each project by its id. `project_id` is where they work now. A program
    that signs in with a token may do what its person may, and of that only what `scopes` (names of
    permissions) allow; for people they are None.
    """

    user_id: int
    name: str
    is_admin: bool
    project_id: int
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)
    scopes: frozenset[str] | None = None
