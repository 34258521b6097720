"""Where an export is asked for: at a batch, or at a template for all of its batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask import url_for as url

from forms_app.errors import NotFoundError
from forms_app.services import export_offers, export_presets, exports
from forms_app.services.dto.export_choices import PLAIN, ExportChoice
from forms_app.services.dto.export_offers import OfferedBatch, OfferedTemplate
from forms_app.services.dto.export_presets import ExportPreset
from forms_app.services.dto.exports import ExportInfo
from forms_app.services.export_preview import Preview, preview_export
from forms_app.web.context import application, current_user_id

AS_IT_COMES = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A batch, or a template; `templates` are those whose forms are there."""

    batch_id: int | None
    templates: tuple[OfferedTemplate, ...]

    @property
    def is_mixed(self) -> bool:
        """Whether forms of several templates are there."""
        return len(self.templates) > 1

    @property
    def template(self) -> OfferedTemplate | None:
        """The template that the choice is for: the only one, or the one that was asked for."""
        if len(self.templates) == 1:
            return self.templates[0]
        wanted = request.values.get("template", type=int)
        return next((each for each in self.templates if each.id == wanted), None)

    def address(self, page: str = "", **more: Any) -> str:
        """The address of a page here: the first, or `live`, `create`, `preview`."""
        if self.batch_id is not None:
            return url(f"exports.{page or 'index'}", batch_id=self.batch_id, **more)
        return url(f"exports.template_{page or 'index'}", template_id=self.templates[0].id, **more)

    def preset(self, presets: tuple[ExportPreset, ...]) -> ExportPreset | None:
        """The preset that the page begins with: the one asked for, else the default."""
        wanted = request.args.get("preset", type=int)
        if wanted is None:
            return next((each for each in presets if each.is_default), None)
        found = next((each for each in presets if each.id == wanted), None)
        if found is None and wanted != AS_IT_COMES:
            raise NotFoundError("This preset for exports does not exist (any more).")
        return found

    def presets(self) -> tuple[ExportPreset, ...]:
        """Those of the template."""
        if self.template is None:
            return ()
        return export_presets.list_presets(application(), self.template.id)

    def batches(self) -> tuple[OfferedBatch, ...]:
        """The batches to choose from."""
        if self.batch_id is not None:
            return ()
        return export_offers.offered_batches(application(), self.templates[0].id)

    def list_exports(self, limit: int, before_id: int | None) -> list[ExportInfo]:
        """The exports made here, the newest first."""
        if self.batch_id is not None:
            return exports.list_exports(application(), self.batch_id, limit, before_id)
        template_id = self.templates[0].id
        return exports.list_template_exports(application(), template_id, limit, before_id)

    def ask(self, export_format: str, choice: ExportChoice) -> ExportInfo:
        """Have one built."""
        app, user_id = application(), current_user_id()
        if self.batch_id is not None:
            return exports.request_export(app, self.batch_id, export_format, user_id, choice)
        return exports.request_export_of_many(
            app,
            export_format,
            choice,
            user_id,
            batch_ids=_chosen_batches(),
            template_id=self.templates[0].id,
        )

    def preview(self, export_format: str, choice: ExportChoice) -> Preview:
        """Its first rows."""
        if self.batch_id is not None:
            batch_ids, template_id = [self.batch_id], None
        else:
            batch_ids, template_id = _chosen_batches(), self.templates[0].id
        return preview_export(
            application(), export_format, choice, batch_ids=batch_ids, template_id=template_id
        )


def at_batch(batch_id: int) -> Place:
    """Raises `NotFoundError` where there is no such batch."""
    return Place(batch_id, export_offers.templates_of_batch(application(), batch_id))


def at_template(template_id: int) -> Place:
    """Raises `NotFoundError` where there is no such template."""
    return Place(None, (export_offers.offered_template(application(), template_id),))


def first_choice(preset: ExportPreset | None) -> ExportChoice:
    """What the page shows before anything is chosen."""
    return preset.choice if preset else PLAIN


def _chosen_batches() -> list[int]:
    """Those that are ticked; none means all."""
    return request.form.getlist("batch", type=int)
