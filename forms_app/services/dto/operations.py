"""What operators see: stages of work, what has failed, who works, and what it all stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.services.dto.batches import NEVER_READ
from forms_app.store.operations import Backlog, StageNumbers
from forms_app.store.stages import CAP, Stage, Subject
from forms_app.store.work_items import Failures

__all__ = [
    "CAP",
    "Backlog",
    "BrokerState",
    "DiskSpace",
    "FailureGroup",
    "Failures",
    "Overview",
    "Pace",
    "Part",
    "Stage",
    "StageState",
    "Subject",
    "SweepNote",
    "WorkItem",
    "WorkNote",
    "WorkerNote",
]


@dataclass(frozen=True, slots=True)
class WorkNote:
    """What a process of a worker does: its task's name, and the ids of that."""

    worker: str
    pid: int
    task: str
    ids: tuple[int, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class WorkerNote:
    """A worker that said within the last seconds that it is there. `queues` is what it takes from,
    `pids` are its processes, `works` what they do now."""

    name: str
    since: datetime
    queues: tuple[str, ...]
    pids: tuple[int, ...]
    works: tuple[WorkNote, ...] = ()

    @property
    def busy(self) -> int:
        """How many of its processes work."""
        return len(self.works)


@dataclass(frozen=True, slots=True)
class SweepNote:
    """A sweep that came to its end: how much it failed for good, and how much it sent again."""

    at: datetime
    failed: int
    sent: int


@dataclass(frozen=True, slots=True)
class BrokerState:
    """`messages` waiting in each queue; `taken` are with workers, to be acknowledged."""

    messages: dict[str, int]
    taken: int
    workers: tuple[WorkerNote, ...]
    sweeps: tuple[SweepNote, ...]


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Free and all bytes of the disk that `path` lies on."""

    path: str
    free: int
    total: int
    is_low: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that Fieldhand stands on; `trouble` says what is wrong and what to do, or ""."""

    name: str
    trouble: str = ""
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage in numbers. `messages` is what the broker has queued for it, None where it does not
    answer; several stages may share a queue. `failed` counts up to `CAP` + 1."""

    stage: Stage
    subject: Subject
    numbers: StageNumbers
    failed: int
    messages: int | None

    @property
    def stuck(self) -> int:
        """What will not go on without the sweeper or a person."""
        numbers = self.numbers
        return max(numbers.lapsed, numbers.exhausted, numbers.unsent)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one kind with one reason, up to `CAP` + 1; `example` is the newest."""

    subject: Subject
    code: str
    number: int
    example: WorkItem

    @property
    def can_retry(self) -> bool:
        """Whether another try may end otherwise."""
        return self.code not in NEVER_READ


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A file, page, export or piece of work around a template, as an operator sees it.

    `name` is the file's, the export's format or the template's; `number` the page's. `lease_until`
    is set while a worker holds it, or when one was lost (`is_lapsed`).
    """

    subject: Subject
    id: int
    name: str
    number: int | None
    batch_id: int | None
    batch_name: str
    version_id: int | None
    kind: str
    attempts: int
    lease_until: datetime | None
    is_lapsed: bool
    is_exhausted: bool
    came_at: datetime
    code: str
    message: str
    is_kept: bool

    @property
    def is_in_work(self) -> bool:
        """A worker holds it now."""
        return self.lease_until is not None and not self.is_lapsed

    @property
    def can_retry(self) -> bool:
        """Whether its bytes were kept and another try may end otherwise."""
        return self.is_kept and self.code not in NEVER_READ


@dataclass(frozen=True, slots=True)
class Pace:
    """Pages read lately, and how long the rest takes at that pace: None where nothing tells.

    `pages_left` counts those of opened files, up to `CAP` + 1, and `pages_expected` what is
    probably in files that are not opened yet.
    """

    last_minutes: int
    last_hour: int
    pages_left: int
    pages_expected: int
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page. `broker` is None where it does not answer."""

    parts: tuple[Part, ...]
    disks: tuple[DiskSpace, ...]
    broker: BrokerState | None
    stages: tuple[StageState, ...]
    in_work: tuple[WorkItem, ...]
    failures: tuple[FailureGroup, ...]
    deletions: Backlog
    uploads: Backlog
    pace: Pace

    @property
    def is_busy(self) -> bool:
        """Something waits or is done: the page looks again soon."""
        return any(state.numbers.waiting or state.numbers.in_work for state in self.stages)
