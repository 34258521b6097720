"""What each role may do, and what strangers are told."""

from __future__ import annotations

import pytest

from forms_app.errors import ForbiddenError, NotFoundError
from forms_app.services.dto.actors import Actor
from forms_app.services.permissions import ALLOWED, Permission, may, permissions_of, require
from forms_app.store.states import Role

HERE, ELSEWHERE = 1, 2


def _actor(*roles: Role, scopes: frozenset[str] | None = None) -> Actor:
    return Actor(7, "Ada", False, HERE, {HERE: frozenset(roles)}, scopes)


@pytest.mark.parametrize("role", Role)
def test_a_role_counts_in_its_project_only(role: Role) -> None:
    actor = _actor(role)
    assert permissions_of(actor, HERE) == ALLOWED[role]
    assert Permission.SEE in ALLOWED[role]
    assert Permission.ADMINISTER not in ALLOWED[role]
    assert permissions_of(actor, ELSEWHERE) == frozenset()


def test_roles_add_up_and_scopes_narrow() -> None:
    both = _actor(Role.DESIGNER, Role.AUDITOR)
    assert permissions_of(both, HERE) == ALLOWED[Role.DESIGNER] | ALLOWED[Role.AUDITOR]
    narrow = _actor(Role.SUPERVISOR, scopes=frozenset({"see", "design"}))
    assert permissions_of(narrow, HERE) == {Permission.SEE}


def test_administrators_may_everything_everywhere() -> None:
    admin = Actor(1, "Admin", True, HERE)
    assert all(may(admin, each, ELSEWHERE) for each in Permission)


def test_strangers_are_not_told_that_it_exists() -> None:
    with pytest.raises(NotFoundError):
        require(_actor(Role.REVIEWER), Permission.SEE, ELSEWHERE)
    with pytest.raises(ForbiddenError):
        require(_actor(Role.REVIEWER), Permission.DESIGN, HERE)
    require(_actor(Role.REVIEWER), Permission.REVIEW, HERE)
