"""What a browser has sent: a JSON object, or files."""

from __future__ import annotations

from typing import Any

from flask import request

from forms_app.errors import UserError
from forms_app.services.names import clean_file_name


def sent_object(not_understood: str) -> dict[str, Any]:
    """The JSON object that the request carries.

    Raises:
        UserError: it carries none; the error says `not_understood`.
    """
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise UserError(not_understood)
    return sent


def uploaded_files(name: str) -> list[tuple[str, bytes]]:
    """The files chosen in the form's field `name`: each one's own name, and its bytes."""
    return [
        (clean_file_name(upload.filename), upload.read())
        for upload in request.files.getlist(name)
        if upload.filename
    ]
