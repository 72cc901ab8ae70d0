"""What a cluster may have instead: a Gateway for an Ingress, a secret store for a file."""

import copy
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.kubernetes.checks import problems
from tests.kubernetes.conftest import Released
from tests.kubernetes.custom import validate
from tests.kubernetes.manifests import Manifest, Release
from tests.kubernetes.test_checks import plant
from tests.kubernetes.test_manifests import NEWEST

RULE = "spec/rules/0"


@pytest.fixture(scope="module", params=["staging", "production"])
def environment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def behind_a_gateway(
    project: Path, environment: str, released: Released, tmp_path_factory: pytest.TempPathFactory
) -> Release:
    """As kustomization.yaml says that it is done."""
    copied = tmp_path_factory.mktemp("gateway") / "myservice"
    shutil.copytree(project, copied)
    base = copied / "deploy/kubernetes/base/kustomization.yaml"
    text = base.read_text()
    assert "- ingress.yaml # or httproute.yaml\n" in text
    base.write_text(text.replace("- ingress.yaml # or httproute.yaml", "- httproute.yaml"))
    return released(copied, environment)


@pytest.fixture(scope="module")
def secret(project: Path) -> Manifest:
    text = (project / "deploy/kubernetes/externalsecret.yaml").read_text()
    found: Manifest = yaml.safe_load(text)
    return found


def test_a_gateway_takes_the_place_of_the_ingress(
    behind_a_gateway: Release, project: Path, environment: str, released: Released
) -> None:
    [route] = behind_a_gateway.of("HTTPRoute")
    [ingress] = released(project, environment).of("Ingress")

    validate(route, NEWEST)
    assert problems(behind_a_gateway) == []
    assert route["spec"]["hostnames"] == [rule["host"] for rule in ingress["spec"]["rules"]]
    assert {
        (match["path"]["type"], match["path"]["value"])
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
    } == {
        (path["pathType"].replace("Prefix", "PathPrefix"), path["path"])
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (f"{RULE}/backendRefs/0/port", 9000),
        (f"{RULE}/backendRefs/0/name", "other"),
        (f"{RULE}/matches/0/path/value", "/"),
        ("kind", "Ingresses"),
    ],
)
def test_a_route_that_leads_astray_is_found(
    behind_a_gateway: Release, place: str, value: Any
) -> None:
    spoilt = copy.deepcopy(behind_a_gateway)
    [route] = spoilt.of("HTTPRoute")

    plant(route, place, value)

    assert "gateways" in {problem.split(":")[0] for problem in problems(spoilt)}


def test_a_secret_store_makes_the_secret_that_pods_read(secret: Manifest, release: Release) -> None:
    validate(secret, NEWEST)

    name = release.service.secret
    assert (secret["metadata"]["name"], secret["spec"]["target"]["name"]) == (name, name)


def test_neither_a_secret_nor_a_route_is_applied_by_itself(release: Release) -> None:
    assert release.of("ExternalSecret", "HTTPRoute") == []


@pytest.mark.parametrize(
    ("place", "value"),
    [("spec/target/named", "myservice"), ("spec/secretStoreRef/kind", "Vault")],
)
def test_what_the_operator_does_not_know_is_found(secret: Manifest, place: str, value: Any) -> None:
    spoilt = copy.deepcopy(secret)

    plant(spoilt, place, value)

    with pytest.raises(jsonschema.ValidationError):
        validate(spoilt, NEWEST)
