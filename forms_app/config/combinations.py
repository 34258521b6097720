"""Settings that are right by themselves and cannot work together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_app.config import s3_variables
from forms_app.config.settings import Settings
from forms_app.sandbox.limits import memory_needed_mb


def impossible_combinations(settings: Settings, environment: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each.

    Args:
        settings: All of them, defaults included.
        environment: Holds the `AWS_*` variables of a file store on S3.
    """
    return (
        *_watching(settings),
        *_opening_scans(settings),
        *_files_on_s3(settings, environment),
        *_signing_in(settings),
    )


def _watching(settings: Settings) -> Iterator[str]:
    if settings.watch_folder and not settings.watch_template:
        yield "The setting watch_folder needs watch_template, the form template of its scans."


def _opening_scans(settings: Settings) -> Iterator[str]:
    needed_mb = memory_needed_mb(settings.max_page_megapixels)
    if 0 < settings.decoder_memory_mb < needed_mb:
        yield (
            f"The setting decoder_memory_mb must be at least {needed_mb:,} for pages of "
            f"{settings.max_page_megapixels:,} megapixels (max_page_megapixels), or 0."
        )


def _files_on_s3(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    if settings.files_url.startswith("s3://"):
        yield from s3_variables.problems_of(environment)


def _signing_in(settings: Settings) -> Iterator[str]:
    if settings.oidc_issuer and not settings.oidc_client_id:
        yield "The setting oidc_issuer needs oidc_client_id, what Fieldhand is called there."
    if settings.password_sign_in == "off" and not settings.oidc_issuer:
        yield "The setting password_sign_in may be off only with oidc_issuer, another way in."
