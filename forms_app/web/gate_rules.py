"""Who may ask for which endpoint: one entry for each, and a test that there is one.

An entry names a permission, then the ids that come in the query or in the body (form or JSON);
those in the address are known by their names there. A route that takes an id in a way that is not
said here must make sure by itself that it is of `current_project_id()`.
"""

from __future__ import annotations

from typing import NamedTuple

from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind


class Rule(NamedTuple):
    """What somebody must be allowed to do, and the names of ids in the query and in the body."""

    permission: Permission
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


SEE, DESIGN, INTAKE = Permission.SEE, Permission.DESIGN, Permission.INTAKE
REVIEW, SUPERVISE, EXPORT = Permission.REVIEW, Permission.SUPERVISE, Permission.EXPORT
AUDIT, ADMINISTER = Permission.AUDIT, Permission.ADMINISTER

KIND_IN_ADDRESS = {
    "batch_id": Kind.BATCH,
    "export_id": Kind.EXPORT,
    "file_id": Kind.FILE,
    "job_id": Kind.JOB,
    "note_id": Kind.NOTE,
    "page_id": Kind.PAGE,
    "preset_id": Kind.PRESET,
    "project_id": Kind.PROJECT,
    "submission_id": Kind.SUBMISSION,
    "template_id": Kind.TEMPLATE,
    "upload_id": Kind.UPLOAD,
    "version_id": Kind.VERSION,
}
KIND_OF = {
    "against": Kind.VERSION,
    "batch": Kind.BATCH,
    "form": Kind.SUBMISSION,
    "submission_id": Kind.SUBMISSION,
    "template": Kind.TEMPLATE,
    "version_id": Kind.VERSION,
}
NO_IDS = frozenset({"number", "position", "template_page"})
"""Numbers in addresses that count within what another id names."""

PUBLIC = frozenset(
    {
        "api_reference.openapi",
        "health.healthz",
        "invitations.accept",
        "invitations.show",
        "language.choose",
        "language.scripts",
        # Has a guard of its own.
        "metrics.metrics",
        "sign_in.ask",
        "sign_in.enter",
        "sign_in.leave",
        "static",
    }
)
"""Anybody may ask for these."""

SIGNED_IN = frozenset(
    {
        "account.change_password",
        "account.choose_project",
        "account.end_sessions",
        "account.rename",
        "account.show",
        "api_reference.docs",
        "draw.index",
        "draw.picture",
        "draw.reading",
        "people.add",
        "people.choose",
        "review_field.set_keys",
        "tokens.create",
        "tokens.index",
        "tokens.revoke",
        "sign_in.again",
        "sign_in.done",
    }
)
"""Whoever has signed in: these are of no project."""

SCOPE = ("batch", "form")
"""What the review station goes through."""

RULES: dict[str, Rule] = {
    "accounts.disable": Rule(ADMINISTER),
    "accounts.enable": Rule(ADMINISTER),
    "accounts.end_sessions": Rule(ADMINISTER),
    "accounts.index": Rule(ADMINISTER),
    "accounts.invite": Rule(ADMINISTER),
    "accounts.new": Rule(ADMINISTER),
    "accounts.reset_password": Rule(ADMINISTER),
    "accounts.set_roles": Rule(ADMINISTER),
    "accounts.show": Rule(ADMINISTER),
    "audit.download": Rule(AUDIT),
    "audit.index": Rule(AUDIT),
    "batch_templates.add": Rule(INTAKE, body=("version_id",)),
    "batch_templates.retry": Rule(INTAKE),
    "batch_templates.take": Rule(INTAKE),
    "batches.create": Rule(INTAKE, body=("version_id",)),
    "batches.delete": Rule(SUPERVISE),
    "batches.forms": Rule(SEE),
    "batches.index": Rule(SEE),
    "batches.index_live": Rule(SEE),
    "batches.new": Rule(INTAKE),
    "batches.remove_file": Rule(INTAKE),
    "batches.remove_page": Rule(INTAKE),
    "batches.retry_file": Rule(INTAKE),
    "batches.retry_page": Rule(INTAKE),
    "batches.show": Rule(SEE),
    "batches.show_live": Rule(SEE),
    "batches.upload": Rule(INTAKE),
    "blanks.clean": Rule(DESIGN),
    "blanks.forget": Rule(DESIGN),
    "blanks.keep_cleaned": Rule(DESIGN),
    "blanks.live": Rule(DESIGN),
    "blanks.show": Rule(DESIGN),
    "blanks.use": Rule(DESIGN),
    "detection.detect": Rule(DESIGN),
    "drafts.create": Rule(DESIGN),
    "drafts.delete": Rule(DESIGN),
    "drafts.edit": Rule(DESIGN),
    "drafts.publish": Rule(DESIGN),
    "drafts.save": Rule(DESIGN),
    "drafts.state": Rule(DESIGN),
    "editor.codes": Rule(DESIGN),
    "editor.explain": Rule(DESIGN),
    "editor.explain_code": Rule(DESIGN),
    "editor.leave": Rule(DESIGN),
    "editor.lines": Rule(DESIGN),
    "editor.presence": Rule(DESIGN),
    "editor.try_value": Rule(DESIGN),
    "editor.values": Rule(DESIGN),
    "erasures.certificate": Rule(SUPERVISE),
    "erasures.erase": Rule(SUPERVISE),
    "erasures.index": Rule(SUPERVISE),
    "export_presets.change": Rule(EXPORT, query=("batch",)),
    "export_presets.delete": Rule(EXPORT, query=("batch",)),
    "export_presets.make_default": Rule(EXPORT, query=("batch",)),
    "export_presets.save": Rule(EXPORT, query=("batch",)),
    "exports.create": Rule(EXPORT, body=("template",)),
    "exports.delete": Rule(EXPORT),
    "exports.download": Rule(EXPORT),
    "exports.index": Rule(EXPORT, query=("template",)),
    "exports.live": Rule(EXPORT),
    "exports.preview": Rule(EXPORT, body=("template",)),
    "exports.template_create": Rule(EXPORT, body=("batch",)),
    "exports.template_index": Rule(EXPORT),
    "exports.template_live": Rule(EXPORT),
    "exports.template_preview": Rule(EXPORT, body=("batch",)),
    # By person they need more: the view asks.
    "figures.download": Rule(SEE, query=("batch", "template")),
    "figures.index": Rule(SEE, query=("batch", "template")),
    # Answers name forms too: what is not of the batch is left alone.
    "glyph_sheets.answer": Rule(REVIEW, query=("batch",)),
    "glyph_sheets.characters": Rule(REVIEW, query=("batch",)),
    "glyph_sheets.index": Rule(REVIEW, query=("batch",)),
    "glyph_sheets.next_sheet": Rule(REVIEW, query=("batch",)),
    "glyph_sheets.strip": Rule(REVIEW),
    "glyph_sheets.undo": Rule(REVIEW, query=("batch",)),
    "home.index": Rule(SEE),
    "home.live": Rule(SEE),
    "new_templates.create": Rule(DESIGN),
    "new_templates.import_file": Rule(DESIGN),
    "new_templates.make_next_version": Rule(DESIGN),
    "new_templates.new": Rule(DESIGN),
    "operations.bring_back": Rule(ADMINISTER),
    "operations.failed": Rule(ADMINISTER),
    "operations.failed_live": Rule(ADMINISTER),
    "operations.index": Rule(ADMINISTER),
    "operations.live": Rule(ADMINISTER),
    "operations.remove": Rule(ADMINISTER),
    "operations.requeue": Rule(ADMINISTER),
    "operations.retry": Rule(ADMINISTER),
    "operations.retry_all": Rule(ADMINISTER),
    "operations.stop": Rule(ADMINISTER),
    "operations.take_out": Rule(ADMINISTER),
    "operations.waiting": Rule(ADMINISTER),
    "operations.waiting_live": Rule(ADMINISTER),
    "pages.absent": Rule(INTAKE),
    "pages.add_missing": Rule(INTAKE),
    "pages.assign": Rule(INTAKE, body=("submission_id",)),
    "pages.check": Rule(INTAKE),
    "pages.drop": Rule(INTAKE),
    "pages.index": Rule(SEE),
    "pages.index_live": Rule(SEE),
    "pages.laid_image": Rule(SEE),
    "pages.lay": Rule(INTAKE, body=("submission_id", "version_id")),
    "pages.preview": Rule(INTAKE, body=("version_id",)),
    "pages.rescan": Rule(INTAKE),
    "pages.restore": Rule(INTAKE),
    "pages.scan_image": Rule(SEE),
    "pages.show": Rule(SEE),
    "pages.sort": Rule(INTAKE),
    "pages.start": Rule(SEE, query=("version_id",)),
    "projects.archive": Rule(ADMINISTER),
    "projects.bring_back": Rule(ADMINISTER),
    "projects.create": Rule(ADMINISTER),
    "projects.index": Rule(ADMINISTER),
    "projects.rename": Rule(ADMINISTER),
    "publishing.forget": Rule(DESIGN),
    "publishing.health": Rule(DESIGN),
    "publishing.job": Rule(DESIGN),
    "publishing.picture": Rule(DESIGN),
    "publishing.test_registration": Rule(DESIGN),
    "publishing.try_out": Rule(DESIGN),
    "retention.index": Rule(ADMINISTER),
    "retention.save": Rule(ADMINISTER),
    "review.crop_image": Rule(SEE),
    "review.done": Rule(REVIEW, query=SCOPE),
    "review.done_live": Rule(REVIEW, query=SCOPE),
    "review.draw_sample": Rule(SUPERVISE, query=SCOPE),
    "review.form": Rule(SEE),
    "review.index": Rule(REVIEW, query=SCOPE),
    "review.page_image": Rule(SEE),
    "review.station": Rule(REVIEW, query=SCOPE),
    "review.station_at": Rule(REVIEW, query=SCOPE),
    "review_field.history": Rule(REVIEW, query=SCOPE),
    "review_field.misaligned": Rule(REVIEW, query=SCOPE),
    "review_field.postpone": Rule(REVIEW, query=SCOPE),
    "review_field.refer": Rule(REVIEW, query=SCOPE),
    "review_field.take": Rule(REVIEW, query=SCOPE),
    "review_field.take_up": Rule(REVIEW, query=SCOPE),
    "review_field.value_before": Rule(REVIEW, query=SCOPE),
    "review_field.waiting": Rule(REVIEW, query=SCOPE),
    "review_work.decide": Rule(REVIEW, query=SCOPE),
    # `after` is a place: one of another project is as one that is gone.
    "review_work.hand_out": Rule(REVIEW, query=SCOPE),
    "review_work.item": Rule(REVIEW, query=SCOPE),
    "review_work.leave": Rule(REVIEW),
    "review_work.stay": Rule(REVIEW),
    "review_work.undo": Rule(REVIEW, query=SCOPE),
    "team.answer": Rule(SUPERVISE),
    "team.index": Rule(SUPERVISE, query=("batch",)),
    "team.keep": Rule(SUPERVISE, query=("batch",)),
    "team.live": Rule(SUPERVISE, query=("batch",)),
    "team.send_back": Rule(SUPERVISE),
    "team.take_away": Rule(SUPERVISE, query=("batch",)),
    "team.take_back": Rule(SUPERVISE),
    "templates.archive": Rule(DESIGN),
    "templates.compare": Rule(SEE, query=("against",)),
    "templates.export": Rule(DESIGN),
    "templates.index": Rule(SEE),
    "templates.page_image": Rule(SEE),
    "templates.show": Rule(SEE),
    "tus.abilities": Rule(INTAKE),
    "tus.append": Rule(INTAKE),
    "tus.create": Rule(INTAKE),
    "tus.overridden": Rule(INTAKE),
    "tus.state": Rule(INTAKE),
    "tus.terminate": Rule(INTAKE),
    "webhooks.change": Rule(ADMINISTER),
    "webhooks.create": Rule(ADMINISTER),
    "webhooks.delete": Rule(ADMINISTER),
    "webhooks.edit": Rule(ADMINISTER),
    "webhooks.index": Rule(ADMINISTER),
    "webhooks.live": Rule(ADMINISTER),
    "webhooks.new": Rule(ADMINISTER),
    "webhooks.ping": Rule(ADMINISTER),
    "webhooks.redeliver": Rule(ADMINISTER),
    "webhooks.redeliver_dead": Rule(ADMINISTER),
    "webhooks.rotate": Rule(ADMINISTER),
    "webhooks.show": Rule(ADMINISTER),
    "webhooks.switch_off": Rule(ADMINISTER),
    "webhooks.switch_on": Rule(ADMINISTER),
}
