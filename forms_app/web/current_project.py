"""Which project the lists of a request are of."""

from __future__ import annotations

from flask import g

from forms_app.services import projects
from forms_app.web.context import application, current_project_id


def listed_project_id() -> int | None:
    """The current project; None where there is no other, so that nothing has to be left out. Asked
    once for each request."""
    if "listed_project_id" not in g:
        g.listed_project_id = projects.narrowed(application(), current_project_id())
    project_id: int | None = g.listed_project_id
    return project_id
