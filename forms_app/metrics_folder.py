"""One folder in which all processes of a machine count together, and what they have counted.

Each process has files of its own there (prometheus-client's multiprocess mode); whoever is asked
adds them up. What processes that are gone have counted is folded into one file, so that no count
ever goes down while others go on, and a worker that renews its processes leaves no heap of files.

The folder has one below it for each host name: process numbers of several machines, or containers,
on a shared disk would be taken for one another's.
"""

from __future__ import annotations

import fcntl
import logging
import os
import platform
import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms_app.instruments import Gauge, Instrument, registry
from forms_app.metrics import ALL

if TYPE_CHECKING:
    from prometheus_client import Metric

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's
FILE_NAME = re.compile(r"(counter|histogram|gauge_[a-z]+)_(\d+)\.db")
# No process has this number.
FOLDED = 0
# Taken from the disk at once: a page of a mapped file for which there is no room left kills the
# process that writes to it.
RESERVED_BYTES = {"counter": 1 << 17, "histogram": 1 << 19}
RESERVED_GAUGE_BYTES = 1 << 16

logger = logging.getLogger(__name__)
_place: Path | None = None
_reserved_for = 0


def keep_in(folder: Path) -> None:
    """From now on this process, and each that it forks, counts in `folder`; before its first count.

    Where the folder cannot be used, it counts for itself alone, and says so.
    """
    global _place
    place = folder / re.sub(r"[^A-Za-z0-9.-]", "-", platform.node() or "host")
    os.environ[FOLDER_VARIABLE] = str(place)
    from prometheus_client import values

    try:
        place.mkdir(parents=True, exist_ok=True)
        with _locked(place):
            _fold_dead(place)
        values.ValueClass = values.MultiProcessValue(_own_number)
        _place = place
    except OSError as error:
        values.ValueClass = values.MutexValue
        logger.warning("metrics are not shared, %s cannot be used: %s", place, error)


def tidy() -> None:
    """Fold what dead processes have counted; for whoever starts processes that come and go.

    Nobody may ever ask for the counts, and each process leaves its files.
    """
    if _place is not None:
        with suppress(OSError), _locked(_place):
            _fold_dead(_place)


def counted(declared: Sequence[Instrument] = ALL) -> list[Metric]:
    """Every metric that is counted in the folder, or in this process where there is none.

    Those that nobody has counted yet come without samples, so that they can be found.
    """
    found = {metric.name: metric for metric in _collected()}
    from prometheus_client import Metric

    for instrument in declared:
        name = instrument.full_name.removesuffix("_total")
        if instrument.kind != "gauge" or isinstance(instrument, Gauge):
            found.setdefault(name, Metric(name, instrument.help, instrument.kind))
    return list(found.values())


def _collected() -> Iterable[Metric]:
    from prometheus_client.multiprocess import MultiProcessCollector

    if _place is None:
        return list(registry().collect())
    try:
        with _locked(_place):
            _fold_dead(_place)
            sound = [str(file) for file in _files(_place) if _is_sound(file)]
            return list(MultiProcessCollector.merge(sound))
    except OSError as error:
        logger.warning("metrics in %s cannot be read: %s", _place, error)
        return []


def _own_number() -> int:
    """The process's number, its files being there with all the room that they will need."""
    global _reserved_for
    number = os.getpid()
    if number != _reserved_for and _place is not None:
        for prefix, size in _reserved_files():
            _reserve(_place / f"{prefix}_{number}.db", size)
        _reserved_for = number
    return number


def _reserved_files() -> Iterator[tuple[str, int]]:
    yield from RESERVED_BYTES.items()
    for mode in sorted({item.mode for item in ALL if isinstance(item, Gauge)}):
        yield f"gauge_{mode}", RESERVED_GAUGE_BYTES


def _reserve(file: Path, size: int) -> None:
    if file.exists():
        return
    draft = file.with_suffix(".new")
    try:
        _fill(draft, size)
        # Never there with no bytes: whoever adds up would stumble over it.
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


def _fill(file: Path, size: int) -> None:
    with file.open("wb") as stream:
        if hasattr(os, "posix_fallocate"):  # not on macOS
            os.posix_fallocate(stream.fileno(), 0, size)
        else:
            stream.write(bytes(size))


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Adding up and folding exclude one another; counting goes on meanwhile."""
    with (place / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            # By word: a process forked meanwhile holds the file, and the lock with it, open.
            fcntl.flock(lock, fcntl.LOCK_UN)


def _files(place: Path) -> list[Path]:
    return [file for file in sorted(place.iterdir()) if FILE_NAME.fullmatch(file.name)]


def _fold_dead(place: Path) -> None:
    """One file of each kind for all dead processes; none at all where nobody is alive."""
    numbers = {file: int(_parts(file)[1]) for file in _files(place)}
    alive = {number for number in set(numbers.values()) if number and _is_alive(number)}
    dead: dict[str, list[Path]] = defaultdict(list)
    for file, number in numbers.items():
        if number not in alive:
            dead[_parts(file)[0]].append(file)
    for prefix, files in dead.items():
        folded = place / f"{prefix}_{FOLDED}.db"
        if files == [folded] and alive:
            continue
        if alive and not prefix.startswith("gauge_live"):
            try:
                _fold(folded, [file for file in files if _is_sound(file)])
            except OSError:  # no room: they stay as they are
                continue
        for file in files:
            if file != folded or not alive:
                file.unlink(missing_ok=True)


def _fold(folded: Path, files: Sequence[Path]) -> None:
    from prometheus_client.mmap_dict import MmapedDict, mmap_key
    from prometheus_client.multiprocess import MultiProcessCollector

    draft = folded.with_suffix(".new")
    _fill(draft, sum(file.stat().st_size for file in files))
    sums: Any = MmapedDict(str(draft))
    names = [str(file) for file in files]
    for metric in MultiProcessCollector.merge(names, accumulate=False):
        for sample in metric.samples:
            labels, values = list(sample.labels), list(sample.labels.values())
            key = mmap_key(metric.name, sample.name, labels, values, metric.documentation)
            sums.write_value(key, sample.value, 0.0)
    sums.close()
    draft.rename(folded)


def _is_sound(file: Path) -> bool:
    """Whether it can be read to its end; one whose process was killed as it grew may not."""
    from prometheus_client.mmap_dict import MmapedDict

    with suppress(OSError, RuntimeError, ValueError, struct.error):
        for _ in MmapedDict.read_all_values_from_file(str(file)):
            pass
        return True
    return False


def _parts(file: Path) -> tuple[str, str]:
    found = FILE_NAME.fullmatch(file.name)
    assert found is not None
    return found[1], found[2]


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
