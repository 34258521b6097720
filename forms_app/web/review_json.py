"""A field under review as the station's script reads it, and what its addresses ask for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import request, url_for

from forms_app.errors import NotFoundError, UserError
from forms_app.services.answering import Question
from forms_app.services.dto.fields import DecisionInfo
from forms_app.services.dto.review import (
    ItemKey,
    ReviewItem,
    ReviewMode,
    RuleCheck,
    Scope,
    Seat,
)
from forms_app.services.seeded_errors import new_token
from forms_app.web.context import current_user_id
from forms_app.web.current_project import listed_project_id
from forms_app.web.telling import told, told_list

MOST_WINDOW_LENGTH = 64
FIELD_ACTIONS = (
    "take",
    "history",
    "value_before",
    "waiting",
    "postpone",
    "refer",
    "take_up",
    "misaligned",
)


def asked_key(submission_id: int) -> ItemKey:
    """The field that the address names.

    Raises:
        NotFoundError: It names none.
    """
    name = request.args.get("field")
    if not name:
        raise NotFoundError("This address names no field of the form.")
    return ItemKey(submission_id, name)


def scope_arguments() -> dict[str, Any]:
    """Those of `form`, `batch`, `mode` and `down` (a field's name) that the address has."""
    numbers = {name: request.args.get(name, type=int) for name in ("form", "batch")}
    words = {name: request.args.get(name) or None for name in ("mode", "down")}
    return {name: value for name, value in (numbers | words).items() if value is not None}


def asked_scope() -> Scope:
    """What the person at the station goes through.

    Raises:
        NotFoundError: There is no such way of reviewing.
    """
    arguments = scope_arguments()
    try:
        mode = ReviewMode(arguments.get("mode", ReviewMode.FORMS))
    except ValueError:
        raise NotFoundError("There is no such way of reviewing.") from None
    batch_id, field_name = arguments.get("batch"), arguments.get("down")
    return Scope(mode, batch_id, field_name, current_user_id(), listed_project_id())


def asked_question() -> Question:
    """What the window was showing when it was answered."""
    mode = None if "form" in scope_arguments() else asked_scope().mode
    return Question(
        mode,
        request.args.get("at", ""),
        request.args.get("blind") == "1",
        request.args.get("seen", type=int),
    )


def sent_seat(sent: dict[str, Any]) -> Seat:
    """The window that a request comes from, and who sits there.

    Raises:
        UserError: It has no name.
    """
    window = sent.get("window")
    if not isinstance(window, str) or not 0 < len(window) <= MOST_WINDOW_LENGTH:
        raise UserError("This window has no name of its own. Reload the page.")
    return Seat(current_user_id(), window)


def key_json(key: ItemKey) -> dict[str, Any]:
    """The field of a submission by name."""
    return {"submission_id": key.submission_id, "field_name": key.field_name}


def item_json(item: ReviewItem) -> dict[str, Any]:
    """The item with the addresses of its pictures and of what can be done with it."""
    current, key = item.current, item.key
    return {
        "key": key_json(key),
        "batch_id": item.batch_id,
        "batch_name": item.batch_name,
        "file_name": item.file_name,
        "submission_label": told(item.submission_label),
        "field": asdict(current.field) | {"rule": told_list(current.field.rule)},
        "value": current.value,
        "outcome": current.outcome,
        "state": current.state,
        "provenance": current.provenance,
        "reading": asdict(current.reading),
        "decision": _decision_json(current.decision),
        "proposal": asdict(current.proposal) if current.proposal else None,
        "held_by": item.held_by,
        "position": item.position,
        "total": item.total,
        "open_count": item.open_count,
        "stage": item.stage,
        "is_blind": item.is_blind,
        "keyed": [asdict(each) for each in item.keyed],
        "page_number": item.page_number,
        "page_size_px": item.page_size_px,
        "crop_box_px": item.crop_box_px,
        "rules": [_rule_json(rule, key) for rule in item.rules],
        **_addresses(item),
    }


def _rule_json(rule: RuleCheck, key: ItemKey) -> dict[str, Any]:
    """A cross-field rule with the addresses of the other fields that it looks at."""
    others = [(name, label) for name, label in rule.fields if name != key.field_name]
    return {
        "name": rule.name,
        "state": rule.state,
        "message": rule.message,
        "others": [
            {
                "label": label,
                "url": url_for("review.station_at", submission_id=key.submission_id, field=name),
            }
            for name, label in others
        ],
    }


def _decision_json(decision: DecisionInfo | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "action": decision.action,
        "value": decision.value,
        "user_name": decision.user_name,
        "decided_at": decision.decided_at.isoformat(),
        "note": decision.note,
    }


def _addresses(item: ReviewItem) -> dict[str, Any]:
    key: dict[str, Any] = {"submission_id": item.key.submission_id, "field": item.key.field_name}
    # Every field has a token, so that those of tests do not stand out.
    question: dict[str, Any] = {"at": item.token or new_token()}
    decision = item.current.decision
    question |= {"blind": 1} if item.is_blind else {"seen": decision.id if decision else 0}
    crop_url = page_url = None
    if item.page_id is not None:
        # The hash makes a picture's address new when the page is laid anew or replaced.
        page = (item.page_hash or "")[:16]
        crop_url = url_for("review.crop_image", **key, page=page)
        page_url = url_for(
            "review.page_image",
            submission_id=item.key.submission_id,
            template_page=item.current.field.template_page,
            page=page,
        )
    return {
        "crop_url": crop_url,
        "page_url": page_url,
        "station_url": url_for("review.station_at", submission_id=item.key.submission_id),
        "form_url": url_for("review.form", submission_id=item.key.submission_id),
        "decide_url": url_for("review_work.decide", **key, **scope_arguments(), **question),
        "undo_url": url_for("review_work.undo", **key, **scope_arguments(), **question),
        "urls": {
            name: url_for(f"review_field.{name}", **key, **scope_arguments())
            for name in FIELD_ACTIONS
        },
    }
