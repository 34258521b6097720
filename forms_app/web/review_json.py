"""A field under review as the station's script reads it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import url_for

from forms_app.services.dto.fields import DecisionInfo
from forms_app.services.dto.review import ItemKey, ReviewItem, RuleCheck


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
        "submission_label": item.submission_label,
        "field": asdict(current.field),
        "value": current.value,
        "outcome": current.outcome,
        "state": current.state,
        "provenance": current.provenance,
        "reading": asdict(current.reading),
        "decision": _decision_json(current.decision),
        "position": item.position,
        "total": item.total,
        "open_count": item.open_count,
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
                "url": url_for("review.station", submission_id=key.submission_id, field=name),
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
    }


def _addresses(item: ReviewItem) -> dict[str, str | None]:
    key: dict[str, Any] = {"submission_id": item.key.submission_id, "field": item.key.field_name}
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
        "station_url": url_for("review.station", submission_id=item.key.submission_id),
        "form_url": url_for("review.form", submission_id=item.key.submission_id),
        "decide_url": url_for("review.decide", **key),
    }
