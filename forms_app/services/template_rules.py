"""The cross-field rules of a draft; they are saved apart from its fields."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from forms_app.errors import ConflictError, UserError
from forms_app.services.application import Application
from forms_app.services.definitions import version_info
from forms_app.services.drafts import check_shape, require_draft
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.loading import load
from forms_app.store.base import utc_now
from forms_app.store.models import TemplateVersionRow
from forms_app.store.states import VersionState

MOST_RULES = 200


def save_rules(
    app: Application, version_id: int, rules: list[dict[str, Any]], replaces: list[dict[str, Any]]
) -> TemplateVersion:
    """Keep the rules as they are; they may be incomplete, `problems` of the answer says where.

    Args:
        replaces: The rules that the change was made on.

    Raises:
        ConflictError: Someone changed the rules in between, or the version is published.
        UserError: `rules` is not a list of objects.
    """
    check_shape(rules, "rules")
    if len(rules) > MOST_RULES:
        raise UserError(f"A template can have {MOST_RULES} rules at most.")
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        require_draft(version)
        if version.definition.get("rules", []) != replaces:
            raise ConflictError(
                f"The rules of {version.name} were changed elsewhere meanwhile; load the page "
                "again to see that change, then repeat yours."
            )
        definition = {key: value for key, value in version.definition.items() if key != "rules"}
        saved = session.execute(
            update(TemplateVersionRow)
            .where(
                TemplateVersionRow.id == version_id,
                TemplateVersionRow.revision == version.revision,
                TemplateVersionRow.state == VersionState.DRAFT,
            )
            .values(
                definition=definition | ({"rules": rules} if rules else {}),
                revision=version.revision + 1,
                updated_at=utc_now(),
            )
        )
        if saved.rowcount == 0:  # type: ignore[attr-defined]
            raise ConflictError("The draft is being saved elsewhere just now; try again.")
        session.refresh(version)
        return version_info(version)
