"""The services with their files on a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, exports, review, templates
from forms_app.services.application import Application
from forms_app.services.splitting import split_file
from tests import factories
from tests.fakes import run_sent_tasks, with_recorded_tasks

pytestmark = pytest.mark.s3


@pytest.fixture
def s3_app(tmp_path: Path, sqlite_url: str, s3_url: str) -> Iterator[Application]:
    """An application with its files on S3."""
    settings = load_settings(
        {},
        data_dir=tmp_path / "data",
        database_url=sqlite_url,
        files_url=f"{s3_url}/{tmp_path.name}",
    )
    with with_recorded_tasks(bootstrap(settings)) as application:
        yield application


def test_from_blank_to_export(s3_app: Application) -> None:
    batch = factories.make_batch(s3_app)
    assert templates.page_image(s3_app, batch.version_id, 1).startswith(b"\x89PNG")
    file = factories.upload(s3_app, batch.id, factories.draw_blank(pages=2), "two.tiff")
    split_file(s3_app, file.id)
    assert batches.get_batch(s3_app, batch.id).files[0].page_count == 2
    submission_id = factories.make_submission(s3_app, batch.id)
    assert review.crop_image(s3_app, submission_id, "number").startswith(b"\x89PNG")
    s3_app.tasks.take()  # type: ignore[attr-defined]
    info = exports.request_export(s3_app, batch.id, "csv")
    run_sent_tasks(s3_app)
    _, _, chunks = exports.open_export(s3_app, info.id)
    assert b"MILLER" in b"".join(chunks)
    batches.delete_batch(s3_app, batch.id)
