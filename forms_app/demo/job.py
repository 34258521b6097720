"""The main job on the demo form, done the way an operator does it in the browser."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from forms_app import demo
from forms_app.errors import TransientError, UserError
from forms_app.reading.types import Value
from forms_app.services import batches, exports, templates, uploads
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.template_files import import_template

POLL_S = 0.3
LONGEST_WAIT_S = 300.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of one demo form beside the truth."""

    source: str
    name: str
    truth: Value
    read: Value
    confidence: float
    needs_review: bool

    @property
    def right(self) -> bool:
        """Blank in either notation counts as blank."""
        return (self.read or None) == (self.truth or None)


def load_demo(app: Application) -> BatchSummary:
    """Publishes the demo template (once) and uploads the filled forms as a new batch."""
    batch = batches.create_batch(app, _published_version(app), f"Demo {time.strftime('%H:%M')}")
    for path in sorted(demo.FILLED.iterdir()):
        if path != demo.TRUTH:
            with path.open("rb") as stream:
                uploads.add_file(app, batch.id, path.name, stream)
    return batch


def _published_version(app: Application) -> int:
    definition = json.loads(demo.TEMPLATE.read_text(encoding="utf-8"))
    for summary in templates.list_templates(app):
        if summary.name == definition["name"] and summary.published_version_id:
            return summary.published_version_id
    images = {p["image"]: (demo.FOLDER / p["image"]).read_bytes() for p in definition["pages"]}
    draft = import_template(app, definition, images)
    return templates.publish(app, draft.id).id


def wait_until_read(app: Application, batch_id: int, say: Say) -> BatchSummary:
    """Waits for the workers, saying each change of the count.

    Raises:
        TransientError: they are not done after five minutes.
    """
    deadline, shown = time.monotonic() + LONGEST_WAIT_S, -1
    while time.monotonic() < deadline:
        summary = batches.get_summary(app, batch_id)
        if summary.pages_read != shown:
            shown = summary.pages_read
            say(f"{shown} of {summary.files} pages read")
        if summary.state in ("needs_review", "done"):
            return summary
        time.sleep(POLL_S)
    raise TransientError("The demo was not read within five minutes; see the logs of the workers.")


def compare_with_truth(exported: bytes) -> list[Compared]:
    """Every field of a JSON export that the machine reads, form by form.

    Fields that are kept as an image for a person have no truth and are left out.
    """
    rows = json.loads(demo.TRUTH.read_text(encoding="utf-8"))
    truth = {row["source"]: row["fields"] for row in rows}
    return [
        Compared(
            source=form["source"],
            name=name,
            truth=_plain(truth[form["source"]][name]),
            read=_plain(field["value"]),
            confidence=field["confidence"],
            needs_review=field["needs_review"],
        )
        for form in json.loads(exported)
        for name, field in form["fields"].items()
        if truth[form["source"]][name] is not None
    ]


def _plain(value: Value | list[str]) -> Value:
    return tuple(value) if isinstance(value, list) else value


def export(app: Application, batch_id: int, export_format: str) -> bytes:
    """Asks the workers for an export and waits for it.

    Raises:
        UserError: it failed; the message says why.
    """
    info = exports.request_export(app, batch_id, export_format)
    while info.state == "pending":
        time.sleep(POLL_S)
        info = exports.get_export(app, info.id)
    if info.error_message:
        raise UserError(info.error_message)
    _, _, chunks = exports.open_export(app, info.id)
    return b"".join(chunks)
