"""What people and clocks ask of the database: pages over HTTP, and the sweeper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from benchmarks.large_database.shape import Shape
from forms_app.services.application import Application
from forms_app.services.site_metrics import SiteMetrics
from forms_app.services.sweeping import sweep
from forms_app.store.models import FileRow, PageRow
from forms_app.store.states import PageState
from forms_app.web import create_app
from tests.web.visitor import Visitor

Ask = Callable[[], object]
FETCHED = 20


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is asked; `is_live`: a person waits for it. `before` is not measured."""

    name: str
    ask: Ask
    is_live: bool = True
    before: Ask | None = None


class Asker:
    """A browser over the large database."""

    def __init__(self, app: Application, shape: Shape) -> None:
        self._app, self._shape = app, shape
        self._visitor = Visitor(create_app(app))
        self._token = self._visitor.token()
        self._windows = 0

    def questions(self) -> Iterator[Question]:
        """All of them, in the order of the table."""
        huge = self._shape.huge_batch
        batch, middle = f"/batches/{huge.batch_id}", (huge.first + huge.last) // 2
        for name, path in (
            ("home", "/"),
            ("list of batches", "/batches/"),
            ("list of batches, from the middle", f"/batches/?before={len(self._shape.parts) // 2}"),
            ("the huge batch", batch),
            ("the huge batch, what changes", f"{batch}/live"),
            ("its files, from the middle", f"{batch}?first={(huge.last - huge.first) // 40}"),
            ("its forms", f"{batch}/forms"),
            ("its forms, from the middle", f"{batch}/forms?after={middle}"),
            ("its pages that need somebody", f"{batch}/pages"),
            ("one of them on the workbench", f"{batch}/pages/{self._stuck_page()}"),
            ("its exports", f"{batch}/export"),
            ("ways of reviewing it", f"/review/?batch={huge.batch_id}"),
            ("ways of reviewing all", "/review/"),
            ("review station", f"/review/station?batch={huge.batch_id}"),
            ("who reviews", "/review/team"),
            ("one form", f"/review/forms/{middle}"),
            ("characters of the huge batch", f"/review/sheets/characters?batch={huge.batch_id}"),
        ):
            yield Question(name, self._page(path))
        for name, scope in (("huge batch", f"?batch={huge.batch_id}"), ("all batches", "")):
            yield Question(f"hand-out of one field, {name}", self._hand_out(scope, 1))
            yield Question(f"hand-out of {FETCHED} fields, {name}", self._hand_out(scope, FETCHED))
            ready, decide = self._decision(scope)
            yield Question(f"a decision, {name}", decide, before=ready)
        yield from self._rare(huge.batch_id)

    def _rare(self, huge_id: int) -> Iterator[Question]:
        """What somebody asks now and then."""
        for name, query in (
            ("figures of 30 days", "?days=30"),
            ("figures of the huge batch by field", f"?batch={huge_id}&by=field"),
            ("figures of all time", "?by=template"),
        ):
            yield Question(name, self._page(f"/figures/{query}"), is_live=False)
        yield Question("the sweeper", lambda: sweep(self._app), is_live=False)
        yield Question("metrics", lambda: SiteMetrics(self._app).families(), is_live=False)

    def _page(self, path: str) -> Ask:
        def ask() -> None:
            answer = self._visitor.get(path)
            assert answer.status_code == 200, (path, answer.status)

        return ask

    def _hand_out(self, scope: str, count: int) -> Ask:
        """Each time to a window that has nothing yet."""

        return lambda: self._handed_out(scope, count)

    def _handed_out(self, scope: str, count: int) -> list[dict[str, object]]:
        self._windows += 1
        sent = {"window": f"window {self._windows}", "after": None, "count": count}
        items = self._send(f"/review/hand-out{scope}", sent)["items"]
        assert items
        return items

    def _decision(self, scope: str) -> tuple[Ask, Ask]:
        """How to get ready for a decision, and the decision."""
        items: list[dict[str, object]] = []

        def ask() -> None:
            url = str(items.pop()["decide_url"])
            window = f"window {self._windows}"
            sent = {"window": window, "action": "correct", "value": "1234", "override": True}
            self._send(url, sent)

        return lambda: items.extend(self._handed_out(scope, 1)), ask

    def _send(self, path: str, body: dict[str, object]) -> dict[str, list[dict[str, object]]]:
        answer = self._visitor.send_json(path, body)
        assert answer.status_code == 200, (path, answer.status, answer.text[:300])
        found: dict[str, list[dict[str, object]]] = json.loads(answer.text)
        return found

    def _stuck_page(self) -> int | None:
        with self._app.session() as session:
            of_huge = FileRow.batch_id == self._shape.huge_batch.batch_id
            query = select(PageRow.id).join(FileRow, FileRow.id == PageRow.file_id)
            return session.scalars(query.where(of_huge, PageRow.state == PageState.FAILED)).first()
