"""A database of a million forms and fifty million readings, and what people wait for in it.

    python -m benchmarks.large_database build --folder /work/large [--forms 1000000] [--minutes 11]
    python -m benchmarks.large_database measure --folder /work/large

`build` is repeated until it says that the database is complete: each run goes on where the last
one stopped. It takes 45 GB for a million forms. `measure` prints a table for
docs/large-databases.md and how PostgreSQL does what is slow. Remove the folder afterwards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, inspect, select

import migrations
from benchmarks.large_database.building import DONE, Builder
from benchmarks.large_database.measuring import measure
from benchmarks.large_database.shape import shape_of
from benchmarks.load.servers import postgres_server
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.logs import configure_logging
from forms_app.services.application import Application
from forms_app.store.models import SubmissionRow

SERVER = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "random_page_cost": "1.1",
    "work_mem": "32MB",
}
# Only while the rows are made: nothing is to outlive a power cut.
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "6GB",
    "checkpoint_timeout": "1h",
    "maintenance_work_mem": "1GB",
    "work_mem": "256MB",
    "autovacuum": "off",
}


@contextmanager
def site(folder: Path, server: dict[str, str]) -> Iterator[Application]:
    """The services over the database in `folder`."""
    with postgres_server(folder / "postgres", server) as url:
        settings = load_settings({}, data_dir=folder / "data", database_url=url, log_level="error")
        configure_logging(settings)
        app = bootstrap(settings)
        migrations.upgrade(app.engine)
        try:
            yield app
        finally:
            app.close()


def main() -> None:
    """Build or measure."""
    options = _options()
    if options.action == "build":
        with site(options.folder, SERVER | QUICK) as app:
            shape = shape_of(options.forms, options.fields)
            is_complete = Builder(app, shape, options.minutes * 60).build()
        print("The database is complete." if is_complete else "Not complete yet: run it again.")
        sys.exit(0 if is_complete else 3)
    with site(options.folder, SERVER) as app:
        if inspect(app.engine).has_table(DONE):
            sys.exit("The database is not complete; run build again.")
        with app.session() as session:
            forms = session.scalar(select(func.count()).select_from(SubmissionRow)) or 0
        measure(app, shape_of(forms, options.fields), options.plans)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("build", "measure"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--forms", type=int, default=1_000_000)
    parser.add_argument("--fields", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=11)
    parser.add_argument("--plans", type=float, help="show how statements slower than so many s run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
