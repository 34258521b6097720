"""One export, built as by a worker, with its time and memory: for `measuring`."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import replace

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import exports
from tests.fakes import RecordingTaskSender


def main() -> None:
    """Build the export of the batch that the command line names; prints JSON."""
    app = replace(bootstrap(load_settings()), tasks=RecordingTaskSender())
    export = exports.request_export(app, int(sys.argv[1]), "csv")
    before, begun, computed = _memory_mib(), time.perf_counter(), time.process_time()
    exports.build_export(app, export.id)
    seconds, computed = time.perf_counter() - begun, time.process_time() - computed
    done = exports.get_export(app, export.id)
    assert done.state == "done", done.error_message
    found = {"rows": done.row_count, "seconds": seconds, "computed": computed, "bytes": done.size}
    print(json.dumps(found | {"before_mib": before, "peak_mib": _memory_mib()}))
    app.close()


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
