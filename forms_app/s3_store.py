"""An S3-compatible bucket, by its URL and the `AWS_*` variables."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from obstore.store import S3Store

from forms_app.config import s3_variables
from forms_app.errors import ConfigurationError

if TYPE_CHECKING:
    from obstore.store import S3Config

LONGEST_S = 60
LONGEST_REPEATS_S = 30


def s3_store(
    files_url: str, longest_s: int = LONGEST_S, repeats_s: int = LONGEST_REPEATS_S
) -> S3Store:
    """The bucket of `s3://BUCKET/PREFIX`; it connects on first use.

    Args:
        files_url: Bucket and prefix.
        longest_s: How long one request may take.
        repeats_s: How long one that failed is repeated.

    Raises:
        ConfigurationError: A variable and its `_FILE` are both given, or the file cannot be read.
    """
    bucket, _, prefix = files_url.removeprefix("s3://").partition("/")
    try:
        from_files = s3_variables.variables_from_files(os.environ)
        endpoint = s3_variables.endpoint(os.environ)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=cast("S3Config", {name.lower(): value for name, value in from_files.items()}),
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "timeout": f"{longest_s}s",
            "connect_timeout": "5s",
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=repeats_s)},
    )
