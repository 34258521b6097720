"""What can go wrong for a program that asks Fieldhand; a tree of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class ClientError(Exception):
    """Anything that this client raises."""


class UnreachableError(ClientError):
    """The server cannot be reached, or the connection broke each time it was tried."""


class UploadBrokenError(UnreachableError):
    """A file did not get through; what has arrived is kept by the server for a while.

    Attributes:
        upload_id: Give it to the next `upload`, which goes on where this one ended.
        received: Bytes that have arrived.
    """

    def __init__(self, message: str, upload_id: str, received: int) -> None:
        super().__init__(message)
        self.upload_id = upload_id
        self.received = received


class FileChangedError(ClientError):
    """A file is not the one of which a part has arrived; upload it anew."""


class WaitedTooLongError(ClientError, TimeoutError):
    """What was waited for has not come within the limit; it may come later."""


class ExportFailedError(ClientError):
    """Fieldhand could not build an export; the message says why."""


class AnswerNotUnderstoodError(ClientError):
    """The answer is not the API's: another program answers there, or a much older Fieldhand."""


@dataclass(frozen=True)
class Fault:
    """What is wrong at one `place` of a request, such as `json/name`."""

    place: str
    message: str


@dataclass(frozen=True)
class Problem:
    """What the server says of a failure (RFC 9457).

    Attributes:
        status: Of HTTP.
        code: A stable word.
        message: A sentence for people.
        request_id: Under it the server's log tells more; empty where it is not known.
        faults: What is wrong with the request.
        problems: Every fault of a template, where there are several.
        retry_after_s: When to ask again, where the server says so.
    """

    status: int
    code: str
    message: str
    request_id: str = ""
    faults: tuple[Fault, ...] = ()
    problems: tuple[str, ...] = ()
    retry_after_s: float | None = None


class ProblemError(ClientError):
    """The server has answered that it did not do what was asked."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.problem.status

    @property
    def code(self) -> str:
        """A stable word."""
        return self.problem.code

    @property
    def message(self) -> str:
        """A sentence for people."""
        return self.problem.message

    @property
    def request_id(self) -> str:
        """Under it the server's log tells more."""
        return self.problem.request_id

    def __str__(self) -> str:
        told = [f"{self.message} ({self.status} {self.code})"]
        told += [f"{fault.place}: {fault.message}" for fault in self.problem.faults]
        told += self.problem.problems
        if self.request_id:
            told.append(f"request {self.request_id}")
        return "\n".join(told)


class TokenRefusedError(ProblemError):
    """The token is none, expired or revoked (401)."""


class NotAllowedError(ProblemError):
    """The token may not do this (403)."""


class NotFoundError(ProblemError):
    """There is no such thing in the token's project (404)."""


class ConflictError(ProblemError):
    """Its state does not allow this, or somebody was faster (409)."""


class ChangedSinceError(ProblemError):
    """What is to be changed is not as it was seen (412)."""


class RefusedError(ProblemError):
    """This cannot be done as asked (400, 413, 415, 422)."""


class TooManyRequestsError(ProblemError):
    """The token has asked too often, and waiting did not help (429)."""


class ServerFaultError(ProblemError):
    """The server could not do it, whatever was asked (500 and above)."""


KINDS: dict[int, type[ProblemError]] = {
    400: RefusedError,
    401: TokenRefusedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    412: ChangedSinceError,
    413: RefusedError,
    415: RefusedError,
    422: RefusedError,
    429: TooManyRequestsError,
}


def error_of(problem: Problem) -> ProblemError:
    """The error that stands for a problem."""
    kind = ServerFaultError if problem.status >= 500 else KINDS.get(problem.status, ProblemError)
    return kind(problem)


def problem_from(status: int, given: Any, retry_after_s: float | None) -> Problem:
    """The problem in an answer's JSON, or the little that is known where it holds none."""
    told = given if isinstance(given, dict) else {}
    faults = tuple(
        Fault(str(each.get("place", "")), str(each.get("message", "")))
        for each in told.get("faults") or ()
        if isinstance(each, dict)
    )
    return Problem(
        status=status,
        code=str(told.get("code", "unknown")),
        message=str(told.get("detail") or f"The server answered {status}."),
        request_id=str(told.get("request_id") or ""),
        faults=faults,
        problems=tuple(map(str, told.get("problems") or ())),
        retry_after_s=retry_after_s,
    )
