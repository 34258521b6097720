"""Why a request of a program is not carried out."""

from __future__ import annotations

from forms_app.errors import ConflictError, UserError


class TokenRefusedError(UserError):
    """A program asks without an API token, or with one that is not valid (any more)."""

    code = "token_refused"


class ImageLinkError(UserError):
    """A link to a picture shows nothing (any more). Why not is not told, so that nobody learns
    from it what there is."""

    code = "image_link"

    def __init__(self) -> None:
        super().__init__(
            "This link does not work (any more): it has ended, or was altered, or may not be "
            "followed any longer. Ask for a new one where you have it from."
        )


class InvalidRequestError(UserError):
    """A request to the API has not the shape it must have; `faults` holds (place, sentence)."""

    code = "invalid_request"

    def __init__(self, message: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class RequestRunningError(ConflictError):
    """The same request, by its Idempotency-Key, is being carried out."""

    code = "request_running"


class ChangedSinceError(ConflictError):
    """What a program wants to change is not what its If-Match names."""

    code = "changed_since"


class MatchMissingError(UserError):
    """A change that needs an If-Match came without one."""

    code = "match_missing"


class TooManyRequestsError(UserError):
    """A token has asked too often; `after_s` seconds later it may again."""

    code = "too_many_requests"

    def __init__(self, message: str, after_s: int) -> None:
        super().__init__(message)
        self.after_s = after_s
