"""What whoever asks may do: asked of the one table of permissions, in their one project."""

from __future__ import annotations

from forms_app.services.permissions import Permission, require
from forms_app.services.project_of import Kind, missing, project_of
from forms_app.web.context import application, current_actor


def require_permission(permission: Permission) -> None:
    """That whoever asks may do this in their project.

    Raises:
        ForbiddenError: They may not.
    """
    actor = current_actor()
    require(actor, permission, actor.project_id)


def require_here(kind: Kind, *row_ids: int | str) -> None:
    """That these things are of the project; others' are not there for whoever asks.

    Raises:
        NotFoundError: One is another project's, or none at all.
    """
    for row_id in row_ids:
        if project_of(application(), kind, row_id) != current_actor().project_id:
            raise missing(kind)
