"""How an operation of the API is declared: its name, who may ask, and whose the thing is.

Each stands under its route, above what parses and dumps, so that nobody's request is looked into
before it is known that they may ask.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, make_response
from flask_smorest import Blueprint as SmorestBlueprint
from werkzeug.exceptions import HTTPException

from forms_app.api import authentication, limits, matching, repeating
from forms_app.api.access import require_here, require_permission
from forms_app.api.parsing import Parser
from forms_app.api.problems import PREFIX, problem_of, problem_of_http
from forms_app.errors import FieldhandError
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind

View = Callable[..., Any]
NO_CONTENT = 204


class ApiBlueprint(SmorestBlueprint):
    """The operations on one kind of resource."""

    checks_who_asks = True
    """So that the gate of the pages leaves it alone."""

    # What the shapes say of unknown names counts.
    ARGUMENTS_PARSER = Parser(unknown=None)

    def __init__(self, tag: str, description: str) -> None:
        name = f"api_{tag}"
        super().__init__(name, __name__, url_prefix=PREFIX, description=description)
        self.tag = tag
        self.before_request(authentication.authenticate)
        self.before_request(limits.count_request)
        self.after_request(matching.add_etag)
        self.after_request(limits.say_what_is_left)
        self.register_error_handler(FieldhandError, problem_of)
        self.register_error_handler(HTTPException, problem_of_http)

    def operation(
        self, name: str, permission: Permission | None, of: Kind | None = None
    ) -> Callable[[View], View]:
        """Declare an operation.

        Args:
            name: Its `operationId`, stable for ever.
            permission: What whoever asks must be allowed; None where a token is enough.
            of: What kind of thing the address names by `<kind>_id`; it must be in their project.
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def carried_out(*args: Any, **kwargs: Any) -> Response:
                # As at the gate of the pages: administrators are asked for that first.
                is_for_admins = permission is Permission.ADMINISTER
                if is_for_admins:
                    require_permission(Permission.ADMINISTER)
                if of is not None:
                    require_here(of, kwargs[f"{of}_id"])
                if permission is not None and not is_for_admins:
                    require_permission(permission)
                return repeating.once(lambda: _answer(view(*args, **kwargs)))

            known = {"operationId": name, "tags": [self.tag], "x-permission": permission}
            described: View = self.doc(**known)(carried_out)
            return described

        return decorate


def _answer(found: Any) -> Response:
    """What a view gave, as an answer; one without content says nothing of content."""
    response: Response = make_response(found)
    if response.status_code == NO_CONTENT:
        response.data = b""
        response.headers.pop("Content-Type", None)
    return response
