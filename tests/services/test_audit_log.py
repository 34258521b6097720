"""The audit trail listed, narrowed down and taken along; who saw what."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from forms_app.bootstrap import bootstrap
from forms_app.services import audit_log
from forms_app.services.application import Application
from forms_app.services.dto.audit import AuditFilter
from forms_app.services.seeing import MOST_REMEMBERED, Sights, note_seen
from forms_app.store.base import utc_now
from forms_app.store.models import LOCAL_USER_ID
from tests import factories
from tests.services.audit_trail import events_of, remove_guards, run, write_events

EVERYTHING = AuditFilter()
DOCS = Path(__file__).parents[2] / "docs" / "audit.md"


def test_events_are_listed_from_the_newest_on(any_app: Application) -> None:
    write_events(any_app, 5)
    first = audit_log.list_events(any_app, EVERYTHING, 3)
    rest = audit_log.list_events(any_app, EVERYTHING, 3, before_id=first[-1].id)
    assert [event.id for event in [*first, *rest]] == [5, 4, 3, 2, 1]
    assert first[0].detail == {"note": "größe 4"}


def test_events_are_narrowed_down(any_app: Application) -> None:
    write_events(any_app, 3)
    audit_log.record(any_app, "keep", "thing", 1, None, project_id=7)
    now = utc_now()

    def ids(**asked: object) -> list[int]:
        found = audit_log.list_events(any_app, replace(EVERYTHING, **asked), 9)  # type: ignore[arg-type]
        return [event.id for event in found]

    assert ids(verb="keep") == [4]
    assert ids(person="Somebody") == [3, 2, 1]
    assert ids(subject_type="thing", subject_id=1) == [4, 2]
    assert ids(project_ids=frozenset({7})) == [4]
    assert ids(since=now + timedelta(minutes=1)) == ids(until=now - timedelta(hours=1)) == []
    assert ids(since=now - timedelta(hours=1), until=now + timedelta(minutes=1)) == [4, 3, 2, 1]
    assert audit_log.verbs_in_use(any_app) == ["keep", "look"]


def test_an_export_is_verified_as_the_docs_say(any_app: Application, tmp_path: Path) -> None:
    write_events(any_app, 3)
    exported = b"".join(audit_log.stream_events(any_app, EVERYTHING, "jsonl", LOCAL_USER_ID))
    lines = exported.decode().splitlines()
    assert [json.loads(line)["verb"] for line in lines] == ["look"] * 3 + ["export"]
    [program] = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.S)
    trail = tmp_path / "trail.jsonl"

    def verified(content: str) -> subprocess.CompletedProcess[str]:
        trail.write_text(content, "utf-8")
        command = [sys.executable, "-c", program, str(trail)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert verified("\n".join(lines)).stdout.startswith("in order up to event 4")
    changed = verified("\n".join(lines).replace("größe 1", "größe 7"))
    assert (changed.returncode, changed.stderr.strip()) == (1, "event 2 is wrong")


def test_a_csv_has_no_formulas(app: Application) -> None:
    audit_log.record(app, "=1+1", "thing", 1, LOCAL_USER_ID)
    exported = b"".join(audit_log.stream_events(app, EVERYTHING, "csv", None)).decode()
    [first, second] = csv.DictReader(io.StringIO(exported))
    assert (first["verb"], first["user_name"], first["detail"]) == ("'=1+1", "Somebody", "{}")
    assert (second["verb"], second["subject_type"], second["user_name"]) == ("export", "audit", "")


def test_who_saw_a_form_is_written_once_an_hour(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    forms = [factories.make_submission(any_app, batch.id, name=f"{n}.png") for n in range(2)]
    note_seen(any_app, LOCAL_USER_ID, "submission", forms[:1])
    note_seen(any_app, LOCAL_USER_ID, "submission", forms)
    # What another process has written counts too.
    other = bootstrap(any_app.settings)
    note_seen(other, LOCAL_USER_ID, "submission", forms)
    seen = events_of(any_app, "see")
    assert [event.subject_id for event in seen] == forms
    assert {(event.user_name, event.project_id) for event in seen} == {("Somebody", 1)}
    remove_guards(any_app)
    run(any_app, "UPDATE audit_events SET at = '2026-01-01 00:00:00.000000'")
    another = bootstrap(any_app.settings)
    note_seen(another, LOCAL_USER_ID, "submission", forms[:1])
    assert len(events_of(any_app, "see")) == 3
    for each in (other, another):
        each.close()


def test_what_was_seen_is_forgotten_in_time() -> None:
    now = 0.0
    sights = Sights(lambda: now)
    sights.remember([(1, "submission", 1)])
    assert sights.unknown([(1, "submission", 1), (2, "submission", 1)]) == [(2, "submission", 1)]
    now = 3601.0
    assert sights.unknown([(1, "submission", 1)]) == [(1, "submission", 1)]
    now = 0.0
    sights.remember([(3, "page", number) for number in range(MOST_REMEMBERED)])
    assert sights.unknown([(1, "submission", 1)]) == [(1, "submission", 1)]
