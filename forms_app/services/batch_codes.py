"""What the codes on a page say, by the settings of the templates that its batch may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.reading.author_patterns import SlowPatternError
from forms_app.reading.page_codes import PageCode, code_expression, read_codes, understand
from forms_app.reading.types import GreyImage
from forms_app.services.batch_templates import CandidatePage
from forms_app.store.models import TemplateVersionRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CodeSetting:
    """What the codes on a template's pages hold."""

    version_id: int
    template_name: str
    setting: str

    def understood(self, text: str) -> PageCode | None:
        """What a text says, unless it is another template's; nothing where that takes too long."""
        try:
            code = understand(text, code_expression(self.setting))
        except SlowPatternError:
            log.warning("code_setting_too_slow", version=self.version_id, characters=len(text))
            return None
        if code is not None and code.template is not None:
            is_own = code.template.casefold() == self.template_name.casefold()
            return code if is_own else None
        return code


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code on a page; `named` are the versions of the template that it names, if it does."""

    code: PageCode
    named: frozenset[int]


def code_settings(session: Session, version_ids: Iterable[int]) -> list[CodeSetting]:
    """The settings of those templates that have one."""
    code: Any = TemplateVersionRow.definition["code"].as_string()
    rows = session.execute(
        select(TemplateVersionRow.id, TemplateVersionRow.name, code)
        .where(TemplateVersionRow.id.in_(set(version_ids)), code.is_not(None))
        .order_by(TemplateVersionRow.id)
    )
    return [CodeSetting(*row) for row in rows]


def find_code(grey: GreyImage, settings: Sequence[CodeSetting]) -> FoundCode | None:
    """The first code on a scan that a setting makes sense of; nothing is looked for without one."""
    if not settings:
        return None
    for text in read_codes(grey):
        understood = [(setting, setting.understood(text)) for setting in settings]
        found = [(setting, code) for setting, code in understood if code is not None]
        if found:
            named = (setting.version_id for setting, code in found if code.template is not None)
            return FoundCode(found[0][1], frozenset(named))
    return None


def narrowed(candidates: Sequence[CandidatePage], found: FoundCode | None) -> list[CandidatePage]:
    """The template pages that a code leaves; all of them where it names none.

    Of several templates with the name that it says, all stay.
    """
    if found is None:
        return list(candidates)
    return [
        page
        for page in candidates
        if (not found.named or page.version_id in found.named)
        and (found.code.page is None or page.number == found.code.page)
    ] or list(candidates)
