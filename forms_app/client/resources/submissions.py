"""Filled forms, their fields and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from forms_app.client import operations as op
from forms_app.client.bodies import json_body
from forms_app.client.session import Session
from forms_app.client.shapes.base import Value
from forms_app.client.shapes.pages import ImageLink, Page
from forms_app.client.shapes.submissions import (
    Decided,
    DecisionAction,
    Field,
    History,
    Submission,
    SubmissionDetail,
)


class Submissions:
    """Filled forms: readings, decisions, pictures."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, batch_id: int) -> Iterator[Submission]:
        """Those of a batch in short, in the order they were found."""
        return self._session.each(op.LIST_SUBMISSIONS, batch_id)

    def read(self, batch_id: int) -> Iterator[SubmissionDetail]:
        """Those of a batch with all their fields; one more request for each."""
        return (self.get(form.id) for form in self.list(batch_id))

    def get(self, submission_id: int) -> SubmissionDetail:
        """One form with what was read in every field, how surely, and what people decided."""
        return self._session.ask(op.GET_SUBMISSION, submission_id)

    def field(self, submission_id: int, name: str) -> Field:
        """One field of a form."""
        return self._session.ask(op.GET_FIELD, submission_id, name)

    def field_image(self, submission_id: int, name: str) -> bytes:
        """The PNG picture of a field as it was scanned; the boxes of characters lie on it."""
        return self._session.ask(op.GET_FIELD_IMAGE, submission_id, name)

    def field_link(self, submission_id: int, name: str, seconds: int = 300) -> ImageLink:
        """A link that shows that picture to whoever has it, without a token.

        Args:
            submission_id: Of the form.
            name: Of the field.
            seconds: After so many it ends, 10 to 3600; at once with the token of this client.
        """
        body = json_body(seconds=seconds)
        return self._session.ask(op.CREATE_FIELD_LINK, submission_id, name, body=body)

    def history(self, submission_id: int, name: str) -> History:
        """All decisions and readings that a field has had."""
        return self._session.ask(op.GET_FIELD_HISTORY, submission_id, name)

    def decide(
        self,
        submission_id: int,
        name: str,
        action: DecisionAction,
        value: Value = None,
        seen_decision_id: int | None = None,
        note: str = "",
        override: bool = False,
    ) -> Decided:
        """Decide a field as a person does.

        Args:
            submission_id: Of the form.
            name: Of the field.
            action: What is said of it.
            value: For `correct` alone.
            seen_decision_id: Of the decision that you have seen on it, 0 for none; where somebody
                has decided since, nothing is changed. None: not checked.
            note: Why.
            override: Keep a value that breaks a rule; `note` says why.

        Raises:
            ConflictError: Somebody was faster, or has the field on screen in review.
        """
        body = json_body(
            action=action,
            value=value,
            seen_decision_id=seen_decision_id,
            note=note,
            override=override,
        )
        return self._session.ask(op.DECIDE_FIELD, submission_id, name, body=body)

    def undo(self, submission_id: int, name: str) -> Decided:
        """Take the token's person's own last decision back. Never sent twice by itself."""
        return self._session.ask(op.UNDO_DECISION, submission_id, name)


class Pages:
    """Scanned pages; to put them in order is work for people, who see them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, page_id: int) -> Page:
        """Where a page lies, where it belongs, and what it waits for."""
        return self._session.ask(op.GET_PAGE, page_id)

    def image(self, page_id: int) -> bytes:
        """Its PNG picture, laid onto the template."""
        return self._session.ask(op.GET_PAGE_IMAGE, page_id)

    def scan(self, page_id: int) -> bytes:
        """Its JPEG picture as it was scanned."""
        return self._session.ask(op.GET_SCAN, page_id)

    def link(
        self, page_id: int, picture: Literal["image", "scan"] = "image", seconds: int = 300
    ) -> ImageLink:
        """A link that shows one of both to whoever has it, without a token.

        Args:
            page_id: Of the page.
            picture: Which one.
            seconds: After so many it ends, 10 to 3600; at once with the token of this client.
        """
        body = json_body(picture=picture, seconds=seconds)
        return self._session.ask(op.CREATE_PAGE_LINK, page_id, body=body)

    def retry(self, page_id: int) -> Page:
        """Read a failed page again."""
        return self._session.ask(op.RETRY_PAGE, page_id)
