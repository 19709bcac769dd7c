"""What operators copy from `deploy/` is valid, and says the same as the settings."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft202012Validator, Registry

from entrypoints.settings import PREFIX, Settings
from modelbook import __version__
from tests.architecture.sources import ROOT
from tests.contract.egress.certificates import Authority
from tests.external_tools import program

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def documents() -> list[dict[str, Any]]:
    return [document for path in MANIFESTS for document in yaml.safe_load_all(path.read_text("utf-8"))]


def of_kind(kind: str) -> dict[str, Any]:
    (found,) = [document for document in documents() if document["kind"] == kind]
    return found


def pod(kind: str) -> dict[str, Any]:
    return of_kind(kind)["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def settings_named(container: dict[str, Any]) -> set[str]:
    return {each["name"] for each in container.get("env", [])}


def faults_of(document: dict[str, Any], version: str) -> list[str]:
    """Return what a version of Kubernetes has against a manifest, by its schemas, which take no unknown field.

    They lie in a package the loading of which takes seconds.
    """
    package = find_spec("kubernetes_validate")
    assert package is not None
    assert package.origin is not None
    schemas = Path(package.origin).parent / f"kubernetes-json-schema/v{version}.0-local-strict"
    group, _, name = document["apiVersion"].rpartition("/")
    kind = "-".join(filter(None, (document["kind"].lower(), group.partition(".")[0], name)))
    schema, definitions = (json.loads((schemas / f"{file}.json").read_text("utf-8")) for file in (kind, "_definitions"))
    registry = Registry([(definitions["$id"], definitions)])
    return [str(error) for error in Draft202012Validator(schema, registry=registry).iter_errors(document)]


@pytest.mark.parametrize("version", ["1.34", "1.37"])
def test_manifests_are_what_kubernetes_takes(version: str) -> None:
    assert [faults_of(document, version) for document in documents()] == [[]] * len(documents())
    assert len(faults_of(of_kind("Deployment") | {"specification": {}}, version)) == 1
    assert len(faults_of({**of_kind("Deployment"), "spec": pod("Deployment")}, version)) >= 1


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_pods_run_with_no_privilege_on_a_read_only_root(kind: str) -> None:
    spec = pod(kind)
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["image"] == f"modelbook:{__version__}"
    assert {name.removeprefix(PREFIX).lower() for name in settings_named(container)} <= set(Settings.model_fields)


def test_a_pod_has_the_time_to_drain_and_to_finish() -> None:
    spec = pod("Deployment")
    (container,) = spec["containers"]
    seconds = {each["name"]: int(each["value"]) for each in container["env"]}
    drain = seconds["MODELBOOK_DRAIN_SECONDS"]
    assert spec["terminationGracePeriodSeconds"] >= drain + seconds["MODELBOOK_SHUTDOWN_SECONDS"] + 5
    probe = container["readinessProbe"]
    # Endpoints are taken out before the socket closes.
    assert drain > probe["periodSeconds"] * probe["failureThreshold"] + probe["timeoutSeconds"]


def test_selectors_find_the_pods_of_the_service_and_no_others() -> None:
    labels = of_kind("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        of_kind("Service")["spec"]["selector"],
        of_kind("Deployment")["spec"]["selector"]["matchLabels"],
        of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
    ]
    assert selectors == [labels] * 3
    assert of_kind("Job")["spec"]["template"]["metadata"]["labels"] != labels


def test_the_compose_file_names_settings_that_there_are() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    named = {name for service in services.values() for name in service["environment"] if name.startswith(PREFIX)}
    assert {name.removeprefix(PREFIX).lower() for name in named} <= set(Settings.model_fields)
    defaults = Settings.model_fields
    least = defaults["drain_seconds"].default + defaults["shutdown_seconds"].default
    assert int(services["modelbook"]["stop_grace_period"].removesuffix("s")) > least
    assert all(services[name]["read_only"] for name in ("migrate", "modelbook"))


def test_the_unit_is_valid_and_gives_no_privileges(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", purpose="Checking the systemd unit")
    unit = tmp_path / "modelbook.service"
    text = (DEPLOY / "systemd" / "modelbook.service").read_text("utf-8")
    unit.write_text(text.replace("/srv/modelbook/bin/modelbook", sys.executable), "utf-8")
    verified = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    # Of 10, where 10 is a service that may do everything.
    command = [analyze, "security", "--offline=true", "--threshold=20", str(unit)]
    secured = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert secured.returncode == 0, secured.stdout[-300:]


def test_nginx_takes_its_example(tmp_path: Path) -> None:
    nginx = program("nginx", purpose="Checking nginx's example")
    Authority(tmp_path).server("modelbook.example.org")
    text = (DEPLOY / "nginx" / "modelbook.conf").read_text("utf-8")
    for name in ("fullchain.pem", "key.pem"):
        text = text.replace(f"/etc/ssl/modelbook/{name}", str(tmp_path / "server.pem"))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n", "utf-8")
    command = [nginx, "-t", "-e", f"{tmp_path}/log", "-c", f"{tmp_path}/nginx.conf"]
    tested = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert tested.returncode == 0, tested.stderr
