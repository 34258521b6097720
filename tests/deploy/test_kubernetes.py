"""`deploy/kubernetes`: the parts of the compose file, as hardened, of names that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from forms_app.cli import fieldhand
from forms_app.config.declaring import declarations
from forms_app.config.settings import Settings
from forms_app.config.sources import unknown_variables
from forms_app.queues import ALL_QUEUES
from tests.deploy.compose_file import REPOSITORY, load, services

FOLDER = REPOSITORY / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    document
    for file in KUSTOMIZATION["resources"]
    for document in yaml.safe_load_all((FOLDER / file).read_text())
]


def of_kind(*kinds: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in OBJECTS if each["kind"] in kinds}


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, workload in of_kind("Deployment", "Job", "CronJob").items():
        spec = workload["spec"].get("jobTemplate", workload)["spec"]
        yield name, spec["template"]


PODS = dict(pods())
SETTINGS: dict[str, str] = of_kind("ConfigMap")["fieldhand"]["data"]
each_pod = pytest.mark.parametrize("name", PODS)


def container_of(name: str) -> dict[str, Any]:
    [container] = PODS[name]["spec"]["containers"]
    return dict(container)


def test_every_part_of_the_compose_file_is_there() -> None:
    assert set(PODS) == {
        name
        for name, service in services().items()
        if re.match(r"fieldhand(-gpu|-backup)?:", service.raw["image"])
    }


@each_pod
def test_pods_have_no_rights_and_limits(name: str) -> None:
    pod, container = PODS[name]["spec"], container_of(name)
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()


@each_pod
def test_what_is_mounted_is_there(name: str) -> None:
    volumes = {volume["name"]: volume for volume in PODS[name]["spec"]["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container_of(name)["volumeMounts"]}
    assert mounts.keys() == volumes.keys()
    writable = [volume.split(":")[1] for volume in services()[name].raw["volumes"]]
    assert set(mounts.values()) == {"/tmp", "/run/secrets", *writable}
    claims = {
        v["persistentVolumeClaim"]["claimName"]
        for v in volumes.values()
        if len(v) > 1 and "persistentVolumeClaim" in v
    }
    assert claims <= of_kind("PersistentVolumeClaim").keys()


@each_pod
def test_the_commands_are_those_of_the_compose_file(name: str) -> None:
    container, service = container_of(name), services()[name]
    if name == "web":
        ours = [*container["command"], *container["args"]]
        assert [word for word in ours if word != "/tmp"] == [
            word for word in service.command_line if word != "/dev/shm"
        ]
        return
    assert "command" not in container
    verb, *arguments = container["args"]
    assert ["fieldhand", verb] == service.command_line[:2]
    fieldhand.get_command(None, verb).make_context(verb, list(arguments))  # type: ignore[arg-type,union-attr]
    assert [word for word in arguments if not word.isdigit()] == [
        word for word in service.command_line[2:] if not word.isdigit()
    ]


def test_the_variables_are_settings_and_their_secrets_are_made() -> None:
    assert unknown_variables(SETTINGS, declarations(Settings)) == ()
    own = services()["web"].environment
    assert {name for name in SETTINGS if name.endswith("_FILE")} == {
        name for name in own if name.endswith("_FILE")
    }
    named = {
        value.removeprefix("/run/secrets/")
        for name, value in SETTINGS.items()
        if name.endswith("_FILE")
    }
    assert named <= load()["secrets"].keys()
    for reference in of_kind("TriggerAuthentication")["broker"]["spec"]["secretTargetRef"]:
        assert reference["key"] in load()["secrets"]


def test_selectors_find_their_pods() -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in PODS.items()}
    for name, workload in of_kind("Deployment").items():
        assert workload["spec"]["selector"]["matchLabels"] == labels[name]
    for each in of_kind("Service").values():
        assert each["spec"]["selector"] in labels.values()
    ingress = of_kind("Ingress")["web"]["spec"]["rules"][0]["http"]["paths"]
    assert {path["backend"]["service"]["name"] for path in ingress} <= of_kind("Service").keys()


def test_workers_follow_queues_that_exist() -> None:
    scaled = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]
        for each in OBJECTS
        if each["kind"] == "ScaledObject"
    }
    for name, spec in scaled.items():
        taken = container_of(name)["args"][2].split(",")
        followed = {trigger["metadata"]["listName"] for trigger in spec["triggers"]}
        assert followed <= set(taken) <= set(ALL_QUEUES)
        assert "replicas" not in of_kind("Deployment")[name]["spec"]
        assert spec["minReplicaCount"] >= 1


def test_there_is_one_clock_and_one_worker_for_a_gpu() -> None:
    deployments = of_kind("Deployment")
    assert deployments["beat"]["spec"]["replicas"] == 1
    assert deployments["beat"]["spec"]["strategy"] == {"type": "Recreate"}
    gpu = container_of("read-gpu")
    assert gpu["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert "--solo" in gpu["args"]
    assert "nvidia.com/gpu.present" in PODS["read-gpu"]["spec"]["nodeSelector"]


def test_the_gpu_reads_as_in_the_compose_file() -> None:
    own = {item["name"]: item["value"] for item in container_of("read-gpu")["env"]}
    shared = services()["read"].environment
    composed = services()["read-gpu"].environment
    assert own == {name: value for name, value in composed.items() if shared.get(name) != value}


def test_images_are_those_that_are_named() -> None:
    used = {container_of(name)["image"] for name in PODS}
    assert {image["name"] for image in KUSTOMIZATION["images"]} == used
