"""What the system grants, what is installed, and settings that work but deserve a look."""

from __future__ import annotations

import resource
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from forms_app.config import Settings, load_secret_key
from forms_app.doctor.installation import check_installation, judge_packages
from forms_app.doctor.process import check_process, judge_file_size, judge_open_files
from forms_app.doctor.safety import check_settings, judge_key, judge_names, judge_site, judge_times
from tests.doctor.asking import verdicts

POSTGRES = "postgresql://me@host/name"


def test_this_machine_grants_what_is_needed(settings: Settings) -> None:
    assert verdicts(check_process(settings))["shared_memory"] == "ok"


def test_limits_that_are_too_low() -> None:
    assert judge_open_files(1024).verdict == "ok"
    assert judge_open_files(resource.RLIM_INFINITY).verdict == "ok"
    assert judge_open_files(256).verdict == "warning"
    assert judge_file_size(resource.RLIM_INFINITY, 1 << 30).verdict == "ok"
    found = judge_file_size(100 << 20, 2000 << 20)
    assert found.verdict == "warning" and "100 MB only" in found.said


def test_packages_of_this_installation_suit(settings: Settings) -> None:
    assert verdicts(check_installation(settings)) == {"versions": "ok"}


def test_packages_that_are_missing_or_too_old() -> None:
    needed = [
        Requirement("celery[redis]>=5.7,<5.8"),
        Requirement("flask>=3.1"),
        Requirement("regex"),
    ]
    found = judge_packages(needed, {"celery": "5.3", "flask": "", "regex": "2026.11.1"})
    assert found.verdict == "warning"
    assert "celery 5.3 (needs <5.8,>=5.7); flask is missing (needs >=3.1)." in found.said


def test_settings_of_tests_are_well(settings: Settings) -> None:
    assert set(verdicts(check_settings(settings)).values()) == {"ok"}


@pytest.mark.parametrize(("given", "verdict"), [("x" * 64, "ok"), ("short", "warning")])
def test_a_key_that_could_be_guessed(settings: Settings, given: str, verdict: str) -> None:
    found = judge_key(replace(settings, secret_key=given))
    assert found.verdict == verdict and given not in found.sentences


def test_a_key_file_that_others_can_read(settings: Settings) -> None:
    load_secret_key(settings)
    assert judge_key(settings).verdict == "ok"
    path: Path = settings.data_dir / "secret.key"
    path.chmod(0o644)
    assert judge_key(settings).verdict == "warning"


def test_web_servers_that_each_have_their_own_key(settings: Settings) -> None:
    found = judge_key(replace(settings, database_url=POSTGRES))
    assert found.verdict == "warning" and "secret_key" in found.advice


def test_names_that_let_everybody_in() -> None:
    assert judge_names("").verdict == "ok"
    assert "forms.example.org" in judge_names("forms.example.org").said
    assert judge_names("forms.example.org, *").verdict == "warning"


@pytest.mark.parametrize("hosts", ["Forms.example.org, office", "*"])
def test_links_lead_to_a_name_that_is_answered(hosts: str) -> None:
    assert judge_site("https://forms.example.org:8443", hosts).verdict == "ok"
    assert judge_site("https://office-pc", "").verdict == "ok"
    found = judge_site("https://forms.example.org", "office.example.org")
    assert found.verdict == "failed" and "allowed_hosts" in found.advice


def test_times_that_do_not_suit(settings: Settings) -> None:
    assert judge_times(settings).verdict == "ok"
    assert judge_times(replace(settings, lease_seconds=10)).verdict == "warning"
    found = judge_times(replace(settings, sweep_seconds=300))
    assert found.verdict == "warning" and "120 or less" in found.advice
