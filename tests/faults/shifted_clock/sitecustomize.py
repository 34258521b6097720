"""A wrong clock for one process: its wall time is that of the machine plus what a file says.

Python imports this at its start when the folder is on PYTHONPATH. The file is a number of seconds;
it is mapped into memory, so that a running process jumps when it is written. Stop-watches
(`time.monotonic`) go on undisturbed, as on a machine whose clock is set.
"""

import ctypes
import datetime
import gc
import mmap
import os
import struct
import time

_path = os.environ.get("FIELDHAND_TEST_CLOCK")
if _path:
    with open(_path, "r+b") as _file:  # noqa: PTH123  # nothing else is imported this early
        _shift = mmap.mmap(_file.fileno(), 8)
    _true_time, _true_now = time.time, datetime.datetime.now

    def _shift_s() -> float:
        return struct.unpack("d", _shift[:8])[0]

    def _now(_kind, tz=None):
        return _true_now(tz) + datetime.timedelta(seconds=_shift_s())

    time.time = lambda: _true_time() + _shift_s()
    # In place: libraries in C compare with this very type, which no class of ours may stand in for.
    gc.get_referents(datetime.datetime.__dict__)[0].update(
        now=classmethod(_now),
        utcnow=classmethod(lambda kind: _now(kind, datetime.UTC).replace(tzinfo=None)),
    )
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
