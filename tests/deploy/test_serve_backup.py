"""What was not done when a backup was made is done by `fieldhand serve` on what is restored."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches
from forms_app.services.application import Application
from tests.cli.program import fieldhand
from tests.faults.sheets import publish_form, upload
from tests.serving import Serve, wait_until

pytestmark = [pytest.mark.redis, pytest.mark.slow]

PAGES = 4


def application(data_dir: Path) -> Application:
    return bootstrap(load_settings({}, data_dir=data_dir))


def test_work_goes_on_from_a_backup(tmp_path: Path) -> None:
    data_dir, backups = tmp_path / "site", tmp_path / "backups"
    with closing(application(data_dir)) as app:
        migrations.upgrade(app.engine)
        file = upload(app, publish_form(app), "waiting", range(500000, 500000 + PAGES))
        made = fieldhand("backup", backups, "--data", data_dir)
        assert made.returncode == 0, made.stderr
    shutil.rmtree(data_dir)

    restored = fieldhand("restore", backups, "--data", data_dir)
    assert restored.returncode == 0, restored.stderr
    with Serve(data_dir, sweep_seconds=3), closing(application(data_dir)) as app:

        def is_read() -> bool:
            return batches.get_batch(app, file.batch_id).summary.pages_read == PAGES

        wait_until(is_read, 120, "all pages read")
        assert batches.get_batch(app, file.batch_id).summary.submissions == PAGES
