"""The `AWS_*` variables of a file store on S3, each also from the file that its `_FILE` names."""

from __future__ import annotations

from collections.abc import Mapping

from forms_app.config.sources import FILE_SUFFIX, read_variable

ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT")
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
VARIABLES = (*KEYS, "AWS_SESSION_TOKEN", "AWS_REGION", ENDPOINTS[0])


def variables_from_files(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that come from files, with the files' contents.

    Raises:
        ValueError: See `read_variable`.
    """
    found = {}
    for variable in VARIABLES:
        if environment.get(variable + FILE_SUFFIX) and (
            given := read_variable(environment, variable)
        ):
            found[variable] = str(given.value)
    return found


def endpoint(environment: Mapping[str, str]) -> str:
    """Address of the S3 server; empty for Amazon's own.

    Raises:
        ValueError: See `read_variable`.
    """
    variables = {**environment, **variables_from_files(environment)}
    return next((variables[name] for name in ENDPOINTS if variables.get(name)), "")


def problems_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each fault; machines of Amazon's own may have a role instead of keys."""
    try:
        variables = {**environment, **variables_from_files(environment)}
    except ValueError as error:
        return (str(error),)
    missing = [key for key in KEYS if not variables.get(key)]
    if len(missing) == 1 or (missing and endpoint(environment)):
        names = " and ".join(missing)
        return (f"The setting files_url is on S3 and needs the environment variable {names}.",)
    return ()
