"""People as administrators see them, and links that let them choose a password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forms_app.store.states import Role as Role


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who works here; without a `login` they cannot sign in.

    `roles` are theirs in each project by its id. `is_invited` says that they have not chosen a
    password yet, and have no other way to sign in; `is_linked` that they have signed in with
    OpenID Connect.
    """

    id: int
    name: str
    login: str | None
    is_admin: bool
    is_disabled: bool
    is_invited: bool
    has_second_factor: bool
    is_linked: bool
    roles: Mapping[int, frozenset[Role]]
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Project:
    """Where roles are given."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link is for: `login` is None where it makes the first administrator."""

    login: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A link that was made for somebody; `token` is kept nowhere and shown once."""

    user_id: int
    name: str
    token: str
