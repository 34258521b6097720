"""API tokens: what a program signs in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.services.dto.actors import Actor


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token without its secret. `state`: active | expired | revoked."""

    id: int
    name: str
    user_id: int
    user_name: str
    project_id: int
    project_name: str
    scopes: tuple[str, ...]
    state: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token at the one moment at which its `secret` is known."""

    secret: str
    info: TokenInfo


@dataclass(frozen=True, slots=True)
class TokenBearer:
    """Whose request came with a token: its person, narrowed to the token's scopes and project."""

    token_id: int
    token_name: str
    actor: Actor
