"""The OpenAPI document, and a page for people that is made of it."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from forms_app.api.document import document
from forms_app.api.reference_shapes import tagged_operations

blueprint = Blueprint("api_reference", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The document, for programs that make clients of it."""
    return jsonify(document())


@blueprint.get("/docs")
def docs() -> ResponseReturnValue:
    """The document, for people."""
    found = document()
    return render_template("api/docs.html", info=found["info"], groups=tagged_operations(found))
