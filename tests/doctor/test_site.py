"""Whether somebody serves a data folder."""

from __future__ import annotations

from pathlib import Path

from forms_app.config import load_settings
from forms_app.doctor.broker import check_broker
from forms_app.doctor.site import is_served
from forms_app.embedded.premises import claim_data_folder


def test_a_folder_is_served_while_its_lock_is_held(tmp_path: Path) -> None:
    assert not is_served(tmp_path)
    with claim_data_folder(tmp_path):
        assert is_served(tmp_path)
        [found] = check_broker(load_settings({}, data_dir=tmp_path))
        assert found.verdict == "failed" and "its broker does not answer" in found.said
    assert not is_served(tmp_path)
