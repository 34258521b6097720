"""What each role may do: one table, asked by pages, the API and the command line alike."""

from __future__ import annotations

from enum import StrEnum

from forms_app.errors import ForbiddenError, NotFoundError
from forms_app.services.dto.actors import Actor
from forms_app.store.states import Role


class Permission(StrEnum):
    """Something that may be done in a project; `ADMINISTER` concerns the installation."""

    SEE = "see"
    """Lists, batches, forms and templates, with what was read."""
    DESIGN = "design"
    """Make, change, publish and delete templates."""
    INTAKE = "intake"
    """Make batches, add files, put pages in order."""
    REVIEW = "review"
    """Decide fields that are handed out."""
    SEE_SENSITIVE = "see_sensitive"
    """Fields that a template calls sensitive; to others they are hidden."""
    SUPERVISE = "supervise"
    """See and change who does what; send back; delete batches; figures of people."""
    EXPORT = "export"
    """Take data out."""
    AUDIT = "audit"
    """Read who did what."""
    ADMINISTER = "administer"
    """People, projects, settings of delivery, operations."""


_P = Permission
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.DESIGNER: frozenset({_P.SEE, _P.DESIGN, _P.INTAKE}),
    Role.OPERATOR: frozenset({_P.SEE, _P.INTAKE}),
    Role.REVIEWER: frozenset({_P.SEE, _P.REVIEW, _P.SEE_SENSITIVE}),
    Role.SUPERVISOR: frozenset(
        {_P.SEE, _P.INTAKE, _P.REVIEW, _P.SEE_SENSITIVE, _P.SUPERVISE, _P.EXPORT}
    ),
    Role.AUDITOR: frozenset({_P.SEE, _P.AUDIT}),
}


def permissions_of(actor: Actor, project_id: int) -> frozenset[Permission]:
    """Everything that `actor` may do in a project; nothing in one they do not belong to."""
    if actor.is_admin:
        allowed = frozenset(Permission)
    else:
        roles = actor.roles.get(project_id, frozenset())
        allowed = frozenset().union(*(ALLOWED[role] for role in roles))
    if actor.scopes is not None:
        allowed &= frozenset(Permission(scope) for scope in actor.scopes)
    return allowed


def may(actor: Actor, permission: Permission, project_id: int) -> bool:
    """Whether `actor` may do that there."""
    return permission in permissions_of(actor, project_id)


def require(actor: Actor, permission: Permission, project_id: int) -> None:
    """Nothing, if `actor` may do that there.

    Raises:
        NotFoundError: They may not even know that the project is there.
        ForbiddenError: They may see it, but not do this.
    """
    allowed = permissions_of(actor, project_id)
    if permission in allowed:
        return
    if not allowed:
        raise NotFoundError("This does not exist (any more).")
    raise ForbiddenError(
        "You may not do this. Ask whoever runs Fieldhand for the role that allows it."
    )
