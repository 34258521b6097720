"""A fault, and how a site is put through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from forms_app.store.models import SubmissionRow
from tests.faults.reviewing import Ledger, Reviewer
from tests.faults.site import Site, running_site
from tests.faults.trial import Outcome, Scale, Trial, begun_trial

REVIEWED_FORMS = Scale(files=1, forms_a_file=3, away_s=0)
START_LIMIT_S = 90.0
# An upload that is complete at the wrong moment is added to its batch two minutes later.
LIMIT_S = 180.0


@dataclass(frozen=True)
class Fault:
    """Something that breaks.

    `act` uploads files, breaks something, and returns when nothing is broken any more; all work is
    to be finished `limit_s` seconds later at the latest.
    """

    name: str
    what: str
    limit_s: float
    act: Callable[[Trial], None]


@dataclass(frozen=True)
class TrialSite:
    """A site with forms on it that were read before anything broke."""

    site: Site
    read_forms: tuple[int, ...]
    ledger: Ledger

    def undergo(self, fault: Fault, scale: Scale) -> Outcome:
        """Put the site through a fault while a person decides forms.

        Raises:
            AssertionError: The work was not finished in time, or no fault came about.
        """
        return self.undergo_all([fault], scale)[fault.name]

    def undergo_all(self, faults: Sequence[Fault], scale: Scale) -> dict[str, Outcome]:
        """One fault after the other, each with forms of its own, before any recovers; by name.

        Raises:
            AssertionError: See `undergo`.
        """
        reviewer = Reviewer(self.site.app, self.read_forms, self.ledger)
        before = len(self.ledger.answered)
        with ExitStack() as stack:
            trials = {
                fault: stack.enter_context(begun_trial(self.site, fault.name, scale))
                for fault in faults
            }
            with reviewer.at_work():
                for fault, trial in trials.items():
                    fault.act(trial)
                    trial.fault_is_over()
                for fault, trial in trials.items():
                    trial.wait_until_finished(fault.limit_s)
            assert len(self.ledger.answered) > before, "nobody decided anything"
            lost = self.ledger.lost()
            return {fault.name: trial.outcome(lost) for fault, trial in trials.items()}


@contextmanager
def trial_site(folder: Path, **options: object) -> Iterator[TrialSite]:
    """See `running_site`; with some forms read."""
    with running_site(folder, **options) as site:  # type: ignore[arg-type]
        with begun_trial(site, "read before", REVIEWED_FORMS) as trial:
            trial.upload()
            trial.wait_until_finished(START_LIMIT_S)
            with site.app.session() as session:
                forms = select(SubmissionRow.id).where(SubmissionRow.batch_id == trial.batch_id)
                read_forms = tuple(session.scalars(forms))
        yield TrialSite(site, read_forms, Ledger(site.app))
