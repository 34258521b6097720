"""Uploads: whole files as forms, and files that arrive in pieces."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Query, Sent, described


class UploadedFile(Sent):
    """A form with one file."""

    file = Upload(required=True, **described("A scan, a photograph, a PDF, or a ZIP of them."))


class TusHeaders(Query):
    """What tus asks of every request."""

    tus_resumable = fields.String(
        required=True, data_key="Tus-Resumable", validate=validate.Equal("1.0.0")
    )


class NewUploadHeaders(TusHeaders):
    """The announcement of a file."""

    upload_length = fields.Integer(
        required=True, data_key="Upload-Length", **described("The file's bytes.")
    )
    upload_metadata = fields.String(
        required=True,
        data_key="Upload-Metadata",
        **described("`filename` and the name in base64: `filename c2Nhbi5wZGY=`."),
    )


class PieceHeaders(TusHeaders):
    """Where a piece of a file begins."""

    upload_offset = fields.Integer(required=True, data_key="Upload-Offset")
    upload_checksum = fields.String(
        data_key="Upload-Checksum", **described("`sha256` or `sha1`, and the digest in base64.")
    )


class UploadState(Given):
    """A file that arrives in pieces."""

    id = fields.String()
    batch_id = fields.Integer()
    name = fields.String()
    size = fields.Integer(**described("Bytes."))
    received = fields.Integer(**described("So many are kept; go on there."))
    is_finished = fields.Boolean()
    file_id = fields.Integer(allow_none=True, **described("Once it is in its batch."))
    expires_at = fields.DateTime(**described("Unless it goes on, it is forgotten then."))
