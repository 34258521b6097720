"""What SQL views of templates hold, as people's programs ask them."""

from __future__ import annotations

from typing import Any

from forms_app.services.application import Application
from forms_app.services.template_views import name_of_view


def rows_of(app: Application, query: str) -> list[dict[str, Any]]:
    # Without parameters a % stands for itself.
    with app.engine.connect().execution_options(no_parameters=True) as connection:
        return [dict(row) for row in connection.exec_driver_sql(query).mappings()]


def head_of(app: Application, view: str) -> list[str]:
    with app.engine.connect() as connection:
        return list(connection.exec_driver_sql(f"SELECT * FROM {view}").keys())


def view_of(app: Application, template_id: int) -> str:
    name = name_of_view(app, template_id)
    assert name is not None
    return name
