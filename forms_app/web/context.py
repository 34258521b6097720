"""What every page can reach: the wired application and the shell's live count."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g

from forms_app.services import batches

if TYPE_CHECKING:
    from forms_app.bootstrap import Application

EXTENSION = "fieldhand"


def application() -> Application:
    """The application that this request is served for."""
    return cast("Application", current_app.extensions[EXTENSION])


def shell_context() -> dict[str, Callable[[], Any]]:
    """What `base.html` needs: called by the page, so that error pages may leave it out."""
    return {"waiting_fields": waiting_fields}


def waiting_fields() -> int:
    """How many fields wait for a person; asked once for each request."""
    if "waiting_fields" not in g:
        g.waiting_fields = batches.waiting_fields(application())
    return cast(int, g.waiting_fields)
