"""`fieldhand evaluate fields` with the two real forms beside the drawn ones.

Run: python -m benchmarks.fields [any option of `fieldhand evaluate fields`]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.real_forms import SHARED, real_forms
from forms_app.cli import main as fieldhand


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        forms = [
            part
            for form in real_forms(SHARED, Path(folder))
            for part in ("--form", str(form.template), str(form.scan), str(form.truth))
        ]
        sys.argv = ["fieldhand", "evaluate", "fields", *sys.argv[1:], *forms]
        fieldhand()


if __name__ == "__main__":
    main()
