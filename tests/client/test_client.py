"""The client at the real application: each of its methods once.

The whole way of a scan is the manual's (`test_manual.py`), at a real `fieldhand serve`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from urllib.request import urlopen

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from forms_app.client import Client, Column, ExportChoice, ExportFailedError, Retention, session
from forms_app.services.application import Application
from forms_app.services.delivery_planning import keep_up
from forms_app.services.loading import load
from forms_app.store.models import ExportRow, FileRow
from tests.api.program import new_token
from tests.client.troubled import SOON, Troubled, served
from tests.compiled_pages import compiled_once
from tests.factories import make_batch, make_submission
from tests.fakes import run_sent_tasks


def test_from_a_batch_to_an_export(
    app: Application, client: Client, network: Troubled, tmp_path: Path
) -> None:
    batch = client.batches.get(make_batch(app).id)
    make_submission(app, batch.id)
    [form] = client.submissions.read(batch.id)
    assert form.field("surname").reading.outcome == "read"
    said = client.submissions.decide(
        form.id, "surname", "correct", "PROGRAM", seen_decision_id=0, note="Known."
    )
    assert (said.field.value, said.field.provenance) == ("PROGRAM", "corrected")
    assert client.submissions.history(form.id, "surname").steps[-1].note == "Known."

    choice = ExportChoice(columns=(Column("surname", "Name"),), confidences=True)
    [table] = client.exports.preview(batch.id, "csv", choice).tables
    assert table.rows[0][table.headings.index("Name")] == "PROGRAM"
    assert client.exports.preview_of_template(batch.template_id, "json").json
    asked = client.exports.create(batch.id, "csv", choice)
    run_sent_tasks(app)
    done = client.exports.wait(asked.id, 60)
    assert (done.choice, done.row_count) == (choice, 1)
    network.troubles["GET"] = ["cut answer"]
    (tmp_path / "out").mkdir()
    path = client.exports.download(asked.id, tmp_path / "out" / "data.csv")
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_size == done.size
    heading, row, *_ = path.read_text("utf-8-sig").splitlines()
    assert "Name" in heading
    assert "PROGRAM" in row


def test_lists_go_on_stretch_by_stretch(
    app: Application, client: Client, network: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MOST_LISTED", 2)
    made = [make_batch(app).id]
    made += [client.batches.create(f"{number}", takes_any=True).id for number in range(4)]
    assert [batch.id for batch in client.batches.list()] == made[::-1]
    assert network.count("GET", "/batches") == 3
    assert [batch.id for batch in islice(client.batches.list(), 2)] == made[:2:-1]
    # Behind a proxy that gives it a path of its own.
    mounted = DispatcherMiddleware(Response(status=404), {"/forms": network.behind})
    with served(mounted) as url, Client(f"{url}/forms/", new_token(app), retries=SOON) as there:
        assert [batch.id for batch in there.batches.list()] == made[::-1]


def test_templates_go_out_and_come_back(app: Application, client: Client, tmp_path: Path) -> None:
    [template] = [make_batch(app).template_id]
    detail = client.templates.get(template)
    assert [each.id for each in client.templates.list()] == [template]
    archive = client.templates.export(detail.version_id, tmp_path / "intake.zip")
    again = client.templates.import_files(archive, template_id=template)
    assert (again.template_id, again.number) == (template, 2)
    before = client.templates.version(detail.version_id).definition
    assert again.definition["fields"] == before["fields"]
    client.templates.delete_draft(again.id)
    assert client.templates.blank(detail.version_id, 1).startswith(b"\x89PNG")
    client.templates.archive(template)
    assert list(client.templates.list()) == []


def test_forms_files_and_pages(app: Application, client: Client, tmp_path: Path) -> None:
    batch = make_batch(app)
    form = client.submissions.get(make_submission(app, batch.id))
    [listed] = client.submissions.list(batch.id)
    assert (listed.id, listed.open_fields > 0) == (form.id, True)
    with pytest.raises(KeyError):
        form.field("nothing")
    page = client.pages.get(form.pages[1])
    assert (page.submission_id, page.state) == (form.id, "read")
    assert client.pages.image(page.page_id).startswith(b"\x89PNG")
    assert client.submissions.field_image(form.id, "surname").startswith(b"\x89PNG")
    for linked in (
        client.submissions.field_link(form.id, "surname"),
        client.pages.link(page.page_id),
    ):
        with urlopen(linked.url) as shown:
            assert shown.read().startswith(b"\x89PNG")
    client.submissions.decide(form.id, "surname", "confirm", seen_decision_id=0)
    assert client.submissions.undo(form.id, "surname").field.decision is None
    assert client.submissions.field(form.id, "surname").provenance == "machine"
    assert client.batches.add_templates(batch.id, [batch.version_id]).id == batch.id
    assert client.batches.retry_refused(batch.id).id == batch.id
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    file = client.files.upload_small(batch.id, broken)
    run_sent_tasks(app)
    assert client.files.get(file.id).state == "failed"
    with app.session() as rows:
        load(rows, FileRow, file.id).error_code = "storage"  # of a kind that may pass
    assert client.files.retry(file.id).state == "uploaded"
    client.files.delete(file.id)
    assert file.id not in {each.id for each in client.files.list(batch.id)}


def test_exports_of_templates_and_presets(app: Application, client: Client) -> None:
    batch = make_batch(app)
    make_submission(app, batch.id)
    preset = client.presets.save(batch.template_id, "Plain", "jsonl", ExportChoice(head=False))
    assert client.presets.list(batch.template_id) == (preset,)
    client.presets.change(preset.id, "csv", ExportChoice())
    assert client.presets.get(preset.id).format == "csv"
    assert client.presets.set_default(preset.id).is_default
    assert not client.presets.set_default(preset.id, False).is_default
    by_preset = client.exports.create_by_preset(batch.id, preset.id)
    assert [each.id for each in client.exports.list(batch.id)] == [by_preset.id]
    many = client.exports.create_of_template(batch.template_id, "jsonl", batch_ids=[batch.id])
    assert [each.id for each in client.exports.list_of_template(batch.template_id)] == [many.id]
    run_sent_tasks(app)
    assert client.exports.get(many.id).state == "done"
    client.exports.delete(many.id)
    client.presets.delete(preset.id)


def test_projects_and_webhooks(client: Client) -> None:
    assert client.me().is_admin
    north = client.projects.create("North")
    assert client.projects.rename(north.id, "North and east").name == "North and east"
    assert [each.id for each in client.projects.list()] == [1, north.id]
    assert client.projects.get(north.id).batches == 0

    made = client.webhooks.create("Books", "https://books.example.org/", ["submission.done"])
    endpoint = made.endpoint
    assert client.webhooks.list() == (endpoint,)
    changed = client.webhooks.change(endpoint.id, "Books", endpoint.url, ["batch.finished"], True)
    assert (changed.events, changed.include_values) == (("batch.finished",), True)
    assert client.webhooks.new_secret(endpoint.id).secret != made.secret
    client.webhooks.ping(endpoint.id)
    [delivery] = client.webhooks.deliveries(endpoint.id, "pending")
    client.webhooks.redeliver(endpoint.id, delivery.id)
    assert client.webhooks.redeliver_dead(endpoint.id).waiting == 1
    assert not client.webhooks.switch(endpoint.id, False).is_enabled
    assert client.webhooks.get(endpoint.id).waiting == 1
    client.webhooks.delete(endpoint.id)
    assert client.webhooks.list() == ()


def test_scheduled_deliveries(app: Application, tmp_path: Path) -> None:
    place = tmp_path / "delivered"
    place.mkdir()
    settings = replace(app.settings, delivery_folders=str(place))
    batch = make_batch(app)
    make_submission(app, batch.id)
    site = replace(app, settings=settings)
    with (
        served(compiled_once(site)) as url,
        Client(url, new_token(app), retries=SOON) as client,
    ):
        assert client.deliveries.places() == (str(place),)
        made = client.deliveries.create("Daily", "day", str(place), "a", batch_id=batch.id)
        assert client.deliveries.list() == (made,)
        asked = client.deliveries.deliver_now(made.id)
        assert client.deliveries.retry(asked.id).state == "pending"
        while keep_up(site):  # It is built, then written.
            run_sent_tasks(site)
        [run] = client.deliveries.runs(made.id)
        assert (run.id, run.state, run.row_count) == (asked.id, "done", 1)
        assert (place / "a" / run.file_name).stat().st_size == run.size
        assert client.deliveries.get(made.id).last == run
        assert client.deliveries.pause(made.id).next_at is None
        assert not client.deliveries.resume(made.id).is_paused
        client.deliveries.delete(made.id)
        assert client.deliveries.list() == ()


def test_what_is_kept_and_what_is_erased(app: Application, client: Client) -> None:
    assert client.retention.get() == Retention()
    wanted = Retention(exports_days=30, takes_unfinished=True)
    assert client.retention.set(wanted) == client.retention.get() == wanted
    [due] = client.retention.preview(wanted)
    assert (due.what, due.count) == ("exports", 0)
    form_id = make_submission(app, make_batch(app).id)
    erased = client.erasures.erase(form_id, "Asked for by the person.")
    assert erased.certificate["reason"] == erased.reason == "Asked for by the person."
    assert list(client.erasures.list()) == [client.erasures.get(erased.id)] == [erased]
    assert [gone.submission_id for gone in client.retention.deletions()] == [form_id]


def test_an_export_that_failed_says_why(app: Application, client: Client) -> None:
    batch = make_batch(app)
    make_submission(app, batch.id)
    asked = client.exports.create(batch.id, "csv")
    with app.session() as rows:
        row = load(rows, ExportRow, asked.id)
        row.state, row.error_message = "failed", "No room was left."
    with pytest.raises(ExportFailedError, match="No room was left"):
        client.exports.wait(asked.id)
