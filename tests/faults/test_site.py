"""A production site put through each fault, in a short form; `-m tests.faults.report` is the long.

One site for all of them: PostgreSQL, Valkey, gunicorn, workers and the clock as processes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from forms_app.services import batches, uploads
from tests.faults.broken_servers import BROKEN_SERVERS
from tests.faults.fault import Fault, TrialSite, trial_site
from tests.faults.killed_workers import KILLED_WORKERS
from tests.faults.rough_handling import ROUGH_HANDLING
from tests.faults.sheets import FIELDS
from tests.faults.trial import Outcome, Scale, begun_trial

# Of a test: its faults may each take as long as they may.
pytestmark = [pytest.mark.timeout(600), pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]

SHORT = Scale(files=2, forms_a_file=3, away_s=1)
FINISHED_LIMIT_S = 60.0
SETTINGS = {"lease_seconds": 15, "sweep_seconds": 2, "read_batch_pages": 2}


@pytest.fixture(scope="module")
def on_trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialSite]:
    with trial_site(tmp_path_factory.mktemp("site"), on_small_disk=True, **SETTINGS) as on_trial:
        yield on_trial


def test_workers_are_killed_in_every_stage(on_trial: TrialSite) -> None:
    require_no_harm(on_trial.undergo_all(KILLED_WORKERS, SHORT))


def test_one_server_is_lost_after_the_other(on_trial: TrialSite) -> None:
    require_no_harm(on_trial.undergo_all(BROKEN_SERVERS, SHORT))


@pytest.mark.parametrize("fault", ROUGH_HANDLING, ids=lambda fault: fault.name)
def test_it_is_handled_roughly(on_trial: TrialSite, fault: Fault) -> None:
    require_no_harm(on_trial.undergo_all([fault], SHORT))


def test_the_check_itself_sees_harm(on_trial: TrialSite) -> None:
    app = on_trial.site.app
    with begun_trial(on_trial.site, "harmed", SHORT) as trial:
        trial.upload(1)
        trial.wait_until_finished(FINISHED_LIMIT_S)
        assert not any(trial.outcome(decisions_lost=0).harm)
        again = io.BytesIO(trial.next_file())
        uploads.add_file(app, trial.batch_id, "nobody sent this.tif", again)
        trial.wait_until_finished(FINISHED_LIMIT_S)
        assert trial.outcome(decisions_lost=0).doubled == 1 + SHORT.forms_a_file
        for sent in batches.get_batch(app, trial.batch_id).files:
            uploads.remove_file(app, sent.id)
        fields = SHORT.forms_a_file * len(FIELDS)
        assert trial.outcome(decisions_lost=0).lost == SHORT.forms_a_file + fields
    on_trial.ledger.answered.append("a decision that nobody has made")
    assert on_trial.ledger.lost() == 1


def require_no_harm(outcomes: dict[str, Outcome]) -> None:
    assert {name: outcome for name, outcome in outcomes.items() if any(outcome.harm)} == {}
