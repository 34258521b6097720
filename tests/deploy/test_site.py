"""What `docker compose --profile s3 up` starts reads forms, is backed up, stops, and comes back."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.decisions import decide
from forms_app.store.models import SubmissionRow
from tests.deploy.browser import Browser
from tests.deploy.contents import keys_of, rows_of
from tests.deploy.site import Site, can_seal
from tests.faults.sheets import FIELDS, publish_form, scanned_file
from tests.serving import descendants, is_alive, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.s3, pytest.mark.slow]

FIRST = ("redis", "s3")
OURS = ("web", "pages", "read", "beat")
READ_LIMIT_S = 120.0
DECIDED = "271828"
VARIABLES = {
    "FIELDHAND_FILES_URL": "s3://fieldhand",
    "FIELDHAND_PAGES_PROCESSES": "1",
    "FIELDHAND_READ_PROCESSES": "1",
    "FIELDHAND_WEB_PROCESSES": "1",
    "FIELDHAND_BACKUP_FOLDER": "/srv/backups",
}


@pytest.fixture
def site(tmp_path: Path, empty_postgres_url: str) -> Iterator[Site]:
    site = Site(tmp_path / "site", empty_postgres_url, **VARIABLES)
    try:
        yield site
    finally:
        site.end()


@pytest.fixture
def app(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """A second door to the data, by the variables of the service `web`."""
    variables = site.settings_of("web")
    # Other tests' S3 server may be named there.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    app = bootstrap(load_settings(variables))
    yield app
    app.close()


PERSON = {"login": "ruth", "password": "correct horse battery"}


def first_administrator(site: Site, browser: Browser) -> None:
    """Whoever installs it opens the link that the command prints."""
    said = site.run("migrate", "user", "link")
    link = urllib.parse.urlsplit(said.split()[-1]).path
    assert browser.post(link, name="Ruth", repeated=PERSON["password"], **PERSON) == "/"


def test_the_composed_site(site: Site, app: Application) -> None:
    site.start(*FIRST)
    assert "brought from empty to" in site.run("migrate")
    site.start(*OURS)
    browser = Browser(site.url)
    assert "fieldhand user link" in browser.get("/")
    first_administrator(site, browser)
    batch_id = read_a_form_over_http(site, app, browser)
    submission_id = decide_a_field(app, batch_id)
    assert all(site.is_healthy(name) for name in (*FIRST, *OURS))
    assert "fieldhand_up" in metrics_of(site)

    assert "the database and" in site.run("backup")
    before, keys = rows_of(app), keys_of(app)
    stop_gracefully(site)
    destroy(app, keys)
    assert "files restored" in site.run("backup", "restore", "/backups")
    assert rows_of(app) == before
    for key in keys:
        app.files.verify(key)

    site.start("redis", "web")
    browser = Browser(site.url)
    browser.post("/sign-in", **PERSON)
    assert DECIDED in browser.get(f"/review/forms/{submission_id}")


def read_a_form_over_http(site: Site, app: Application, browser: Browser) -> int:
    version_id = publish_form(app)
    place = browser.post("/batches/", version_id=version_id, name="By compose")
    batch_id = int(re.fullmatch(r"/batches/(\d+)", place)[1])  # type: ignore[index]
    browser.upload(f"{place}/files", "filled.tif", scanned_file(range(314159, 314161)))

    def is_read() -> bool:
        return batches.get_batch(app, batch_id).summary.pages_read == 2

    wait_until(is_read, READ_LIMIT_S, f"two pages read:\n{site.log_of('pages')[-2000:]}")
    summary = batches.get_batch(app, batch_id).summary
    assert (summary.submissions, summary.fields) == (2, 2 * len(FIELDS))
    assert "By compose" in browser.get(place)
    return batch_id


def metrics_of(site: Site) -> str:
    """As Prometheus asks for them."""
    token = (site.folder / "secrets" / "metrics_token").read_text(encoding="ascii")
    request = urllib.request.Request(f"{site.url}/metrics")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=60)
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read(), "utf-8")


def decide_a_field(app: Application, batch_id: int) -> int:
    with app.session() as session:
        query = select(SubmissionRow.id).where(SubmissionRow.batch_id == batch_id)
        submission_id = session.scalars(query).first()
    assert submission_id is not None
    decide(app, submission_id, "serial", "correct", DECIDED)
    return submission_id


def destroy(app: Application, keys: set[str]) -> None:
    """The disk is gone: no table, no file."""
    with app.session() as session:
        session.execute(text("DROP SCHEMA public, fieldhand_views CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    for key in keys:
        app.files.delete(key)


def stop_gracefully(site: Site) -> None:
    """The clock and the workers before what they stand on, as Compose does."""
    mains = [site.processes[name].pid for name in (*OURS, "redis")]
    started = [pid for main in mains for pid in (main, *descendants(main))]
    assert site.stop(*OURS) == dict.fromkeys(OURS, 0)
    assert site.stop("redis")["redis"] == 0
    assert not any(map(is_alive, started))


def test_what_is_sealed_cannot_write_elsewhere(tmp_path: Path) -> None:
    if not can_seal():
        pytest.skip("needs the right to mount: run as root")
    site = Site(tmp_path / "site", "postgresql://nobody@127.0.0.1/none")
    script = "import sys, pathlib; pathlib.Path(sys.argv[1], 'x').touch()"
    for place, can in [("/tmp", True), ("/data", True), ("/scratch", True), ("/etc", False)]:
        if can:
            site.run_line("web", "python", "-c", script, place)
        else:
            with pytest.raises(AssertionError, match="Read-only file system"):
                site.run_line("web", "python", "-c", script, place)
