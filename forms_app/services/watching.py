"""A watched folder: what scanners put there is taken into batches and moved out of the way.

By looking again and again rather than by notifications of the system: those do not come for folders
on other machines, which is where scanners write. A file is taken when its size and time of change
have stayed the same for a while; what it was taken as is known by both, so that a stop in between
takes nothing twice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event

from forms_app.errors import FieldhandError, TransientError, UserError
from forms_app.reading.errors import DamagedFileError, ReadingError
from forms_app.reading.wholeness import seems_whole
from forms_app.services.application import Application
from forms_app.services.dto.sources import SourceKind
from forms_app.services.named_batches import Destination, batch_named, destination, name_of_today
from forms_app.services.scan_folders import DONE, FAILED, files_to_take, free_name
from forms_app.services.sources import HEARTBEAT_S, SourceReport
from forms_app.services.taking import check_file, is_taken, take_file, taking_id
from forms_app.store.models import MAIN_PROJECT_ID

PER_DAY, PER_FOLDER = "day", "folder"
REASON_ENDING = ".reason.txt"
PURPOSE = "watch"
LOOK_EVERY_S = 2.0
UNFINISHED_REST_S = 60.0
"""A file that looks cut off may still be written by a slow scanner."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """What is watched and where it goes.

    `template`: its name or number, or `any`. `batch`: `day` (a batch for each day), `folder` (one
    for each folder in the watched one) or the name of a batch. `settle_s`: how long a file must
    have stayed the same.
    """

    folder: Path
    template: str
    batch: str = PER_DAY
    settle_s: float = 5.0
    project_id: int = MAIN_PROJECT_ID


@dataclass(frozen=True, slots=True)
class _Look:
    """A file as it was when it last changed."""

    size: int
    changed_ns: int
    since_s: float


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Why a file will not be read, None if it will."""

    reason: str | None = None
    may_be_unfinished: bool = False


class FolderWatcher:
    """Remembers how files looked, takes those at rest, and tells how that goes as a source.

    `say` is told of every file; `warn` of what hinders the watching, each thing once.
    """

    def __init__(
        self,
        app: Application,
        plan: WatchPlan,
        say: Say,
        warn: Say,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._plan = plan
        self._say = say
        self._warn = warn
        self._clock = clock
        self._looks: dict[Path, _Look] = {}
        self._stuck: dict[Path, _Look] = {}
        self._told: set[str] = set()
        self._report = report_of(app, plan)
        self._trouble: str | None = None
        self._last_beat: tuple[float, int, str | None] | None = None

    def look(self) -> int:
        """Take every file that is at rest; returns how many were moved out of the way."""
        self._trouble = None
        moved = self._take_rested()
        self._beat()
        return moved

    def _take_rested(self) -> int:
        now = self._clock()
        try:
            self._looks = {
                path: self._look_at(path, stat, now)
                for path, stat in files_to_take(self._plan.folder)
            }
        except OSError as error:
            self._tell(f"The folder {self._plan.folder} cannot be read: {error.strerror}.")
            return 0
        rested = [
            path
            for path, look in sorted(self._looks.items(), key=lambda item: item[1].changed_ns)
            if now - look.since_s >= self._plan.settle_s and self._stuck.get(path) != look
        ]
        to = self._destination() if rested else None
        if to is None:
            return 0
        return sum(self._try(path, now, to) for path in rested)

    def _beat(self) -> None:
        """Say that all goes on, at once when it goes differently."""
        now, backlog = self._clock(), len(self._looks)
        last = self._last_beat
        if last is None or now - last[0] >= HEARTBEAT_S or last[1:] != (backlog, self._trouble):
            self._report.alive(backlog, self._trouble)
            self._last_beat = (now, backlog, self._trouble)

    def _destination(self) -> Destination | None:
        try:
            return destination(self._app, self._plan.template, self._plan.project_id)
        except FieldhandError as error:
            self._tell(f"{error.message} The files stay where they are.")
            return None

    def _look_at(self, path: Path, stat: os.stat_result, now: float) -> _Look:
        before = self._looks.get(path)
        if before and (before.size, before.changed_ns) == (stat.st_size, stat.st_mtime_ns):
            return before
        return _Look(stat.st_size, stat.st_mtime_ns, now)

    def _try(self, path: Path, now: float, to: Destination) -> bool:
        look = self._looks[path]
        try:
            verdict = self._judge(path)
            if verdict.may_be_unfinished and now - look.since_s < UNFINISHED_REST_S:
                return False
            self._take(path, to, verdict.reason)
            self._move(path, verdict.reason)
        except TransientError as error:
            self._tell(f"{error.message} The files stay where they are.")
        except FieldhandError as error:
            self._tell(f"{path.name}: {error.message}")
        except OSError as error:
            self._stuck[path] = look
            self._tell(f"{path} cannot be taken or moved: {error.strerror or error}.")
        else:
            return True
        return False

    def _judge(self, path: Path) -> _Verdict:
        try:
            check_file(self._app, path)
        except DamagedFileError as error:
            return _Verdict(error.message, may_be_unfinished=True)
        except ReadingError as error:
            return _Verdict(error.message)
        with path.open("rb") as file:
            return _Verdict(may_be_unfinished=not seems_whole(file))

    def _take(self, path: Path, to: Destination, reason: str | None) -> None:
        """Into its batch, those that cannot be read too: people see the reason there as well."""
        name = path.relative_to(self._plan.folder).as_posix()
        known_by = taking_id(path, PURPOSE)
        if is_taken(self._app, known_by):
            return
        batch_id = batch_named(self._app, to, self._batch_of(name))
        try:
            file = take_file(self._app, batch_id, path, name, known_by)
        except ReadingError:  # too large even to be announced
            if reason is None:
                raise
            return
        if taking_id(path, PURPOSE) != known_by:
            raise UserError("It changed while it was taken, and is taken again when it is at rest.")
        self._report.taken(name, known_by)
        if reason is not None:
            self._report.failed(f"{name}: {reason}")
        told = f"duplicate of {file.duplicate_of}" if file.duplicate_of else "taken"
        self._say(f"{name}: {told if reason is None else reason}")

    def _batch_of(self, name: str) -> str:
        plan = self._plan
        if plan.batch == PER_FOLDER and "/" in name:
            return name.split("/", 1)[0]
        if plan.batch in (PER_DAY, PER_FOLDER):
            return name_of_today(plan.folder.name)
        return plan.batch

    def _move(self, path: Path, reason: str | None) -> None:
        """To `done/DAY` or `failed/DAY`, a failed one with its reason in a file beside it."""
        place = self._plan.folder / (DONE if reason is None else FAILED) / date.today().isoformat()
        target = free_name(place / path.relative_to(self._plan.folder))
        target.parent.mkdir(parents=True, exist_ok=True)
        if reason is not None:
            target.with_name(target.name + REASON_ENDING).write_text(reason + "\n", "utf-8")
        path.rename(target)
        self._looks.pop(path, None)

    def _tell(self, sentence: str) -> None:
        """Warn of it, but not at every look."""
        self._trouble = sentence
        if sentence not in self._told:
            self._told.add(sentence)
            self._warn(sentence)
            self._report.failed(sentence)


def report_of(app: Application, plan: WatchPlan) -> SourceReport:
    """What a watched folder tells of itself."""
    return SourceReport(app, SourceKind.FOLDER, str(plan.folder), plan.project_id)


def watch(app: Application, plan: WatchPlan, stop: Event, say: Say, warn: Say) -> None:
    """Look until `stop` is set.

    Raises:
        UserError: There is no such folder.
    """
    report = report_of(app, plan)
    report.rule(plan.template, plan.batch)
    if not plan.folder.is_dir():
        missing = f"There is no folder {plan.folder} to watch."
        report.alive(0, missing)
        raise UserError(missing)
    watcher = FolderWatcher(app, plan, say, warn)
    while not stop.is_set():
        watcher.look()
        stop.wait(LOOK_EVERY_S)
    report.stopped()
