"""The SQL views of templates as things that are made, read, granted, migrated and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.embedded.database import migrate
from forms_app.services import batches, templates
from forms_app.services.application import Application
from forms_app.services.template_views import catch_up, name_of_view, refresh_view, refresh_views
from tests import factories
from tests.fakes import with_recorded_tasks
from tests.services.viewed_templates import head_of, rows_of, view_of


@pytest.fixture
def postgres_app(tmp_path: Path, postgres_url: str) -> Iterator[Application]:
    settings = load_settings({}, data_dir=tmp_path / "data", database_url=postgres_url)
    with with_recorded_tasks(bootstrap(settings)) as application:
        yield application


def test_a_view_is_only_read_and_goes_with_its_template(any_app: Application) -> None:
    version = factories.make_published(any_app)
    view = view_of(any_app, version.template_id)
    with pytest.raises(DBAPIError), any_app.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM {view}")
    templates.archive_template(any_app, version.template_id)
    assert name_of_view(any_app, version.template_id) is None
    with pytest.raises(DBAPIError):
        rows_of(any_app, f"SELECT * FROM {view}")


def test_refreshing_makes_what_is_missing_and_drops_what_is_left_over(any_app: Application) -> None:
    version = factories.make_published(any_app)
    view = view_of(any_app, version.template_id)
    with any_app.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE VIEW {view}9 AS SELECT id AS "_form_id" FROM files')
        connection.exec_driver_sql(f"CREATE VIEW {view}8 AS SELECT 1 AS mine")
        connection.exec_driver_sql(f"DROP VIEW {view}")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"COMMENT ON VIEW {view}9 IS 'fieldhand old'")
    [found] = refresh_views(any_app.engine)
    assert (found.name, found.template, found.problem) == (view, "Intake", "")
    assert rows_of(any_app, f"SELECT * FROM {view}") == []
    assert rows_of(any_app, f"SELECT * FROM {view}8") == [{"mine": 1}]
    with pytest.raises(DBAPIError):
        rows_of(any_app, f"SELECT * FROM {view}9")


@pytest.mark.postgres
def test_grants_outlive_a_new_version(postgres_app: Application) -> None:
    app = postgres_app
    version = factories.make_published(app)
    view = view_of(app, version.template_id)
    with app.engine.begin() as connection:
        for statement in (
            "CREATE ROLE fieldhand_bi_test",
            "GRANT USAGE ON SCHEMA fieldhand_views TO fieldhand_bi_test",
            f"GRANT SELECT ON {view} TO fieldhand_bi_test",
        ):
            connection.exec_driver_sql(statement)
    try:
        draft = templates.new_draft(app, version.template_id)
        saved = templates.save_draft(app, draft.id, [factories.CONSENT], draft.revision)
        templates.publish(app, saved.id)
        with app.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL ROLE fieldhand_bi_test")
            assert connection.exec_driver_sql(f"SELECT consent FROM {view}").all() == []
        with pytest.raises(DBAPIError, match="permission"), app.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL ROLE fieldhand_bi_test")
            connection.exec_driver_sql("SELECT * FROM submissions")
    finally:
        with app.engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY fieldhand_bi_test")
            connection.exec_driver_sql("DROP ROLE fieldhand_bi_test")


@pytest.mark.postgres
def test_what_is_built_on_a_view_keeps_no_template_from_being_published(
    postgres_app: Application,
) -> None:
    app = postgres_app
    version = factories.make_published(app)
    view = view_of(app, version.template_id)
    with app.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE VIEW public.mine AS SELECT surname FROM {view}")
    draft = templates.new_draft(app, version.template_id)
    saved = templates.save_draft(app, draft.id, [factories.CONSENT], draft.revision)
    assert templates.publish(app, saved.id).state == "published"
    stale = refresh_view(app.engine, version.template_id)
    assert stale is not None and "Other views are built upon it" in stale.problem
    migrations.downgrade(app.engine, "0021")
    migrations.upgrade(app.engine)
    assert rows_of(app, "SELECT * FROM mine") == []
    with app.engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW public.mine")
    catch_up(app.engine)
    assert "surname" not in head_of(app, view)


def test_migrations_go_through_where_views_are(any_app: Application) -> None:
    """SQLite refuses to rename a table that a view names, PostgreSQL to change its columns."""
    version = factories.make_published(any_app)
    view = view_of(any_app, version.template_id)
    migrations.downgrade(any_app.engine, "0021")
    with pytest.raises(DBAPIError):
        rows_of(any_app, f"SELECT * FROM {view}")
    migrate(any_app.settings)
    assert rows_of(any_app, f"SELECT * FROM {view}") == []


def test_only_forms_of_the_filter_are_looked_into(any_app: Application) -> None:
    version = factories.make_published(any_app)
    batch = batches.create_batch(any_app, version.id, "March")
    factories.make_submission(any_app, batch.id)
    view = view_of(any_app, version.template_id)
    conditions = (f"_batch_id = {batch.id}", "_form_id = 1", "_created_at > '2026-11-28'")
    if any_app.engine.dialect.name == "sqlite":
        for condition in conditions:
            query = f"EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE {condition}"
            steps = [row["detail"] for row in rows_of(any_app, query)]
            assert not [step for step in steps if step.startswith("SCAN s")], steps
        return
    found_by = ("Index Cond: (batch_id =", "Index Cond: (id =", "created_at >")
    for condition, step in zip(conditions, found_by, strict=True):
        # With a few rows any way is as good: what is asked is whether the filter gets there.
        with any_app.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            query = f"EXPLAIN SELECT * FROM {view} WHERE {condition}"
            plan = "\n".join(connection.exec_driver_sql(query).scalars())
        assert step in plan and "Subquery Scan" not in plan, plan
