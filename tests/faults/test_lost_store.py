"""A production site whose files are on S3: first whole, then with the store away for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.fault import TrialSite, trial_site
from tests.faults.lost_store import FILES_URL, StoreServer, faults_of, store_server
from tests.faults.trial import Scale

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.s3,
    pytest.mark.slow,
]

SHORT = Scale(files=2, forms_a_file=3, away_s=2)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    with store_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def on_trial(store: StoreServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialSite]:
    folder = tmp_path_factory.mktemp("site")
    with trial_site(folder, files_url=FILES_URL, sweep_seconds=2) as on_trial:
        yield on_trial


def test_a_whole_site_says_nothing_of_errors(on_trial: TrialSite) -> None:
    site = on_trial.site
    assert site.read.times_said('"event": "page read"') == len(on_trial.read_forms)
    assert [line for part in site.parts for line in part.lines if '"level": "error"' in line] == []


def test_the_store_hangs_and_is_killed(on_trial: TrialSite, store: StoreServer) -> None:
    for outcome in on_trial.undergo_all(faults_of(store), SHORT).values():
        assert not any(outcome.harm), outcome
