"""`python -m workers worker …`: Celery's own command line on our application.

Unlike `celery --app workers.app` it never looks into the current folder, where any other package
called `workers` would be taken for ours.
"""

from __future__ import annotations

import sys

from workers.app import celery

if __name__ == "__main__":
    sys.exit(celery.start(sys.argv[1:]))
