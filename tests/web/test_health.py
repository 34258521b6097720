"""`/healthz` tells a supervisor what does not answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.bootstrap import bootstrap
from forms_app.config import Settings
from forms_app.web import create_app


@pytest.mark.redis
def test_all_is_well(settings: Settings, redis_url: str) -> None:
    app = bootstrap(replace(settings, broker_url=redis_url))
    answer = create_app(app).test_client().get("/healthz")
    app.close()
    assert answer.status_code == 200
    assert answer.json == {"ok": True, "database": True, "files": True, "broker": True}
    assert "Set-Cookie" not in answer.headers


def test_what_does_not_answer_is_named(settings: Settings, tmp_path: Path) -> None:
    broken = replace(settings, database_url=f"sqlite:///{tmp_path}/no/such/folder.db")
    app = bootstrap(broken)
    answer = create_app(app).test_client().get("/healthz")
    app.close()
    assert answer.status_code == 503
    assert answer.json == {"ok": False, "database": False, "files": True, "broker": False}
