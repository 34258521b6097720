"""Form templates and their versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from forms_app.client import operations as op
from forms_app.client.bodies import files_body
from forms_app.client.session import Session
from forms_app.client.shapes.templates import Finding, Template, TemplateDetail, Version


class Templates:
    """What the pages of a batch are copies of."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> Iterator[Template]:
        """Those that are not archived."""
        return self._session.each(op.LIST_TEMPLATES)

    def get(self, template_id: int) -> TemplateDetail:
        """One template and its versions."""
        return self._session.ask(op.GET_TEMPLATE, template_id)

    def import_files(self, *paths: Path | str, template_id: int | None = None) -> Version:
        """Import a template file as a draft.

        Args:
            paths: The ZIP that `export` writes, or a template file and its blanks.
            template_id: It becomes the next version of this template; else one of its own.

        Raises:
            RefusedError: The file has faults; `problem.problems` are all of them.
        """
        body = files_body("files", [Path(path) for path in paths])
        return self._session.ask(op.IMPORT_TEMPLATE, body=body, asked={"template_id": template_id})

    def export(self, version_id: int, path: Path | str) -> Path:
        """Write a version into a ZIP that `import_files` takes."""
        path = Path(path)
        path.write_bytes(self._session.ask(op.EXPORT_VERSION, version_id))
        return path

    def archive(self, template_id: int) -> None:
        """Take it out of the lists; its batches and their data stay."""
        self._session.ask(op.ARCHIVE_TEMPLATE, template_id)

    def version(self, version_id: int) -> Version:
        """A version with its pages and fields."""
        return self._session.ask(op.GET_VERSION, version_id)

    def blank(self, version_id: int, number: int) -> bytes:
        """The PNG picture of a page of a version, which nobody has filled in."""
        return self._session.ask(op.GET_BLANK, version_id, number)

    def check(self, version_id: int) -> tuple[Finding, ...]:
        """What should be changed in a version, the most severe first."""
        return self._session.ask(op.CHECK_VERSION, version_id).findings

    def publish(self, version_id: int) -> Version:
        """Publish a draft: batches can be made of it, and it never changes again."""
        return self._session.ask(op.PUBLISH_VERSION, version_id)

    def delete_draft(self, version_id: int) -> None:
        """Throw a draft away; a template that was never published goes with it."""
        self._session.ask(op.DELETE_DRAFT, version_id)
