"""`docker-compose.yml`: right by its schema, hardened everywhere, and of commands that exist."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from forms_app.cli import VERBS, fieldhand
from forms_app.config import load_settings
from forms_app.config.declaring import declarations
from forms_app.config.settings import Settings
from forms_app.config.sources import unknown_variables
from forms_app.queues import ALL_QUEUES
from tests.deploy.compose_file import FILE, REPOSITORY, Service, interpolated, load, services
from tests.deploy.dockerfile import read_stages

SCHEMA = Path(__file__).parent / "compose_spec" / "compose-spec.json"
SERVICES = services()
STAGES = read_stages(REPOSITORY / "Dockerfile")
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
each_of_ours = pytest.mark.parametrize(
    "service",
    [service for service in SERVICES.values() if service.raw["image"].startswith("fieldhand")],
    ids=lambda service: service.name,
)


def test_the_file_is_right_by_the_specification() -> None:
    schema = json.loads(SCHEMA.read_text())
    problems = [
        f"{error.json_path}: {error.message}"
        for error in Draft7Validator(schema).iter_errors(load())
    ]
    assert problems == []


def test_the_schema_finds_slips() -> None:
    document = load()
    document["services"]["web"]["helthcheck"] = {}
    assert not Draft7Validator(json.loads(SCHEMA.read_text())).is_valid(document)


@each_service
def test_nobody_is_root_or_can_become_it(service: Service) -> None:
    user, _, group = service.raw["user"].partition(":")
    assert int(user) > 0 and group
    assert service.raw["cap_drop"] == ["ALL"] and "cap_add" not in service.raw
    assert service.raw["security_opt"] == ["no-new-privileges:true"]
    assert not service.raw.get("privileged")
    if service.stage:
        assert service.stage.user == service.raw["user"]


@each_service
def test_what_can_be_written_is_said(service: Service) -> None:
    assert service.raw["read_only"] is True
    assert any(place.startswith("/tmp:size=") for place in service.raw["tmpfs"])
    for volume in service.raw.get("volumes", []):
        if volume.startswith("./deploy"):
            assert volume.endswith(":ro")
    for variable in ("FIELDHAND_DATA_DIR", "TMPDIR", "XDG_DATA_HOME"):
        if place := service.environment.get(variable):
            assert any(place.startswith(mount) for mount in service.mounts)


@each_service
def test_nothing_takes_the_whole_machine(service: Service) -> None:
    assert re.fullmatch(r"\d+[mg]", service.raw["mem_limit"])
    assert float(service.raw["cpus"]) > 0
    assert service.raw["pids_limit"] > 0
    assert service.raw["logging"]["options"].keys() == {"max-size", "max-file"}


@each_service
def test_what_goes_on_is_watched_and_started_again(service: Service) -> None:
    if not service.runs_on:
        assert service.name in ("migrate", "backup")
        return
    check = service.raw["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= check.keys()


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    ports = {
        name: service.raw["ports"] for name, service in SERVICES.items() if "ports" in service.raw
    }
    assert set(ports) == {"proxy", "grafana"}
    assert all(port.startswith("127.0.0.1:") for port in ports["grafana"])
    assert load()["networks"]["back"]["internal"] is True
    for name in ("postgres", "redis", "s3", "prometheus"):
        assert SERVICES[name].raw["networks"] == ["back"]
    assert SERVICES["proxy"].raw["networks"] == ["front"]


def test_secrets_come_from_files_that_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    declared = load()["secrets"]
    assert made.keys() == declared.keys()
    assert all(declared[name]["file"] == f"deploy/secrets/{name}" for name in declared)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.iterdir())
    assert made["database_password"] in made["database_url"]
    (folder / "secret_key").unlink()
    make_secrets(folder)
    again = {path.name: path.read_text() for path in folder.iterdir()}
    assert {name for name in made if made[name] != again[name]} == {"secret_key"}


@each_service
def test_no_secret_stands_in_the_file(service: Service) -> None:
    declared = load()["secrets"]
    mounted = set(service.raw.get("secrets", []))
    said = json.dumps([service.environment, service.command_line, service.raw.get("healthcheck")])
    assert set(re.findall(r"/run/secrets/([\w.]+)", said)) <= mounted <= set(declared)
    for name, value in service.environment.items():
        if re.search(r"PASSWORD|SECRET|TOKEN|_KEY|_URL", name):
            assert name.endswith("_FILE") or "@" not in value


def make_secrets(folder: Path) -> None:
    subprocess.run(
        [REPOSITORY / "deploy" / "make-secrets", folder], check=True, capture_output=True
    )


@each_of_ours
def test_the_variables_are_settings(service: Service) -> None:
    """Those of the proxy are its own file's."""
    if service.name != "proxy":
        assert unknown_variables(service.environment, declarations(Settings)) == ()


@each_of_ours
def test_the_commands_exist(service: Service) -> None:
    program, verb, *arguments = [*service.command_line, ""]
    if program != "fieldhand":
        assert program in ("gunicorn", "weed", "caddy", "") or service.name == "proxy"
        return
    assert verb in VERBS
    fieldhand.get_command(None, verb).make_context(verb, arguments[:-1])  # type: ignore[arg-type,union-attr]


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_the_images_own_commands_exist(name: str) -> None:
    verb, *arguments = STAGES[name].command
    fieldhand.get_command(None, verb).make_context(verb, arguments)  # type: ignore[arg-type,union-attr]
    assert STAGES[name].user == "10001:10001"


def test_gunicorn_finds_the_application() -> None:
    found = re.fullmatch(r"([\w.]+):(\w+)\(\)", SERVICES["web"].command_line[-1])
    assert found
    assert callable(getattr(importlib.import_module(found[1]), found[2]))


def test_links_lead_to_where_the_proxy_listens() -> None:
    given = {"FIELDHAND_SITE": "forms.example.org"}
    for variables, expected in (
        (given, "https://forms.example.org"),
        (given | {"FIELDHAND_HTTPS_PORT": "8443"}, "https://forms.example.org:8443"),
    ):
        environment = services(variables)["web"].environment
        named = {"FIELDHAND_SITE_URL": environment["FIELDHAND_SITE_URL"]}
        assert load_settings(named).site_url == expected
        assert environment["FIELDHAND_ALLOWED_HOSTS"] == "forms.example.org"


def test_every_queue_is_taken_from() -> None:
    lines = [
        service.command_line for service in SERVICES.values() if not service.raw.get("profiles")
    ]
    taken = [line[line.index("--queues") + 1] for line in lines if "--queues" in line]
    assert {queue for queues in taken for queue in queues.split(",")} == set(ALL_QUEUES)


def test_the_gpu_is_not_shared_by_forks() -> None:
    assert "--solo" in SERVICES["read-gpu"].command_line
    devices = SERVICES["read-gpu"].raw["deploy"]["resources"]["reservations"]["devices"]
    assert devices[0]["capabilities"] == ["gpu"]


def test_there_is_one_clock() -> None:
    clocks = [service for service in SERVICES.values() if "--beat" in service.command_line]
    assert [service.raw["scale"] for service in clocks] == [1]


def test_a_backup_can_be_restored_before_there_are_tables() -> None:
    waiting, needed = ["backup"], set()
    while waiting:
        found = set(SERVICES[waiting.pop()].raw.get("depends_on", ()))
        waiting += found - needed
        needed |= found
    assert needed == {"postgres", "s3"}


def test_images_of_others_have_versions() -> None:
    images = [service.raw["image"] for service in SERVICES.values() if not service.stage]
    images += re.findall(r"^ARG \w+_IMAGE=(\S+)", (REPOSITORY / "Dockerfile").read_text(), re.M)
    assert len(images) == 7
    assert all(re.search(r":v?\d+\.\d+", image) and ":latest" not in image for image in images)


def test_the_example_names_what_the_file_reads() -> None:
    example = (REPOSITORY / "deploy" / "env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z][A-Z_0-9]+)=", example, re.M))
    read = set(re.findall(r"(?<!\$)\$\{(\w+)", FILE.read_text()))
    assert named - {"COMPOSE_PROFILES"} <= read


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("${A:-b}", {}, "b"),
        ("${A:-b}", {"A": ""}, "b"),
        ("${A-b}", {"A": ""}, ""),
        ("x$A-${A}", {"A": "1"}, "x1-1"),
        ("$$A", {"A": "1"}, "$A"),
        ("${A:+c}", {"A": "1"}, "c"),
    ],
)
def test_variables_are_put_in_as_compose_does(
    text: str, given: dict[str, str], expected: str
) -> None:
    assert interpolated({"key": [text]}, given) == {"key": [expected]}


def test_what_must_be_given_is_asked_for() -> None:
    with pytest.raises(KeyError, match="say it"):
        interpolated("${A:?say it}", {})
