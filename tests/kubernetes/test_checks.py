"""Each check finds the defect that it is there for."""

import copy
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import kubernetes_validate  # type: ignore[import-untyped]  # it has none
import pytest
from kubernetes_validate.utils import all_versions  # type: ignore[import-untyped]  # nor this

from tests.kubernetes.checks import problems
from tests.kubernetes.conftest import Released
from tests.kubernetes.manifests import Release

CONTAINER = "spec/template/spec/containers/0"
PURGE = "spec/jobTemplate/spec/template/spec"
BACKEND = "spec/rules/0/http/paths/0/backend/service"

# By check: the kind of the object, where in it, and what stands there instead.
DEFECTS: dict[str, list[tuple[str, str, Any]]] = {
    "names": [
        ("Service", "metadata/name", "my_service"),
        ("Job", "metadata/name", f"migrate-{'a' * 60}"),
        ("Ingress", "metadata/namespace", "elsewhere"),
        ("CronJob", "metadata/name", "p" * 53),
        ("Deployment", f"{CONTAINER}/name", "the_api"),
    ],
    "values": [
        ("Deployment", f"{CONTAINER}/ports/0/name", "HTTP_PORT"),
        ("Service", "spec/ports/1/name", "metrics_"),
        ("Service", "spec/ports/1/name", ""),
        ("Service", "metadata/labels/app.kubernetes.io~1name", "my service"),
        ("Job", "spec/template/metadata/labels/app.kubernetes.io~1component", "to migrate"),
        ("Job", "spec/template/spec/restartPolicy", "Always"),
        ("Job", "spec/backoffLimit", -1),
        ("CronJob", "spec/startingDeadlineSeconds", -1),
        ("CronJob", f"{PURGE}/restartPolicy", ""),
        ("Deployment", "spec/minReadySeconds", -1),
        ("Deployment", f"{CONTAINER}/livenessProbe/timeoutSeconds", -1),
        ("Deployment", "spec/template/spec/securityContext/runAsGroup", -1),
        ("Deployment", "spec/template/spec/topologySpreadConstraints/1/maxSkew", 0),
        ("Deployment", "spec/template/spec/topologySpreadConstraints/1/topologyKey", ""),
        ("Deployment", "spec/template/spec/topologySpreadConstraints/1/whenUnsatisfiable", "No"),
        ("HorizontalPodAutoscaler", "spec/metrics/0/resource/target/averageUtilization", 0),
        ("HorizontalPodAutoscaler", "spec/metrics/0/resource/target/type", "Average"),
        ("HorizontalPodAutoscaler", "spec/metrics/0/type", "Resources"),
        ("Ingress", "spec/rules/0/http/paths/0/pathType", "Regex"),
        ("Ingress", "spec/tls/0/secretName", "my_tls"),
        ("NetworkPolicy", "spec/egress/0/ports/0/protocol", "UDPs"),
        ("NetworkPolicy", "spec/policyTypes/0", "In"),
        ("NetworkPolicy", "spec/ingress/1/from/0", {}),
    ],
    "selectors": [
        ("Deployment", "spec/selector/matchLabels", {"app.kubernetes.io/name": "other"}),
        (
            "Deployment",
            "spec/template/spec/topologySpreadConstraints/0/labelSelector",
            {"matchLabels": {}},
        ),
    ],
    "companions": [
        ("Service", "spec/selector", {"app.kubernetes.io/name": "myservice"}),
        ("PodDisruptionBudget", "spec/selector/matchLabels", {"app.kubernetes.io/name": "other"}),
        ("NetworkPolicy", "spec/podSelector/matchLabels", {"app.kubernetes.io/component": "api"}),
    ],
    "targets": [
        ("Service", "spec/ports/0/targetPort", "web"),
        ("Service", "spec/ports/1/targetPort", "prometheus"),
        ("NetworkPolicy", "spec/ingress/0/ports/0/port", "web"),
        ("NetworkPolicy", "spec/ingress/1/ports/0/port", "web"),
        ("NetworkPolicy", "spec/egress/1/ports/0/port", 0),
        ("Deployment", f"{CONTAINER}/ports/0/containerPort", 800000),
        ("Service", "spec/ports/0/port", 65536),
    ],
    "ingresses": [
        ("Service", "spec/ports/0/name", "web"),
        ("Ingress", f"{BACKEND}/port/name", "web"),
        ("Ingress", f"{BACKEND}/port/name", "metrics"),
        ("Ingress", f"{BACKEND}/name", "other"),
        ("Ingress", "spec/rules/0/http/paths/0/path", "/"),
        ("Ingress", "spec/tls/0/hosts", ["other.example.com"]),
    ],
    "probes": [
        ("Deployment", f"{CONTAINER}/livenessProbe/httpGet/path", "/healthz"),
        ("Deployment", f"{CONTAINER}/livenessProbe/httpGet/path", "/ready"),
        ("Deployment", f"{CONTAINER}/readinessProbe/httpGet/path", "/health"),
        ("Deployment", f"{CONTAINER}/readinessProbe/httpGet/port", "web"),
        ("Deployment", f"{CONTAINER}/startupProbe", {}),
    ],
    "settings": [
        ("ConfigMap", "data/DRAIN_DELAY", "5"),
        ("ConfigMap", "data/ENVIRONMENT", "development"),
        ("ConfigMap", "data/HOST", "127.0.0.1"),
        ("ConfigMap", "data/PORT", "8080"),
        ("ConfigMap", "data/METRICS_PORT", "9090"),
        ("Deployment", f"{CONTAINER}/env", []),
        ("Job", f"{CONTAINER}/env/1/name", "DATABASE"),
        ("CronJob", f"{PURGE}/containers/0/env", []),
    ],
    "references": [
        ("ConfigMap", "metadata/name", "myservice"),
        ("HorizontalPodAutoscaler", "spec/scaleTargetRef/name", "other"),
        ("Deployment", "spec/template/spec/serviceAccountName", "default"),
        ("Job", "spec/template/spec/serviceAccountName", "migrate"),
        ("CronJob", f"{PURGE}/serviceAccountName", "purge"),
    ],
    "secrets": [
        ("Ingress", "kind", "Secret"),
        ("Deployment", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/key", "SECRET_KEY"),
        ("Deployment", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/name", "other"),
        ("Deployment", f"{CONTAINER}/env/0", {"name": "DATABASE_URL", "value": "postgresql://a"}),
        ("Deployment", f"{CONTAINER}/env/2/valueFrom/secretKeyRef/optional", False),
        ("Deployment", f"{CONTAINER}/env/2", {"name": "REDIS_URL", "value": "redis://a"}),
        ("Job", f"{CONTAINER}/env/1/name", "LOG_LEVEL"),
        ("CronJob", f"{PURGE}/containers/0/env/1/valueFrom/secretKeyRef/key", "DATABASE"),
    ],
    "resources": [
        ("Deployment", f"{CONTAINER}/resources/requests/cpu", "5oom"),
        ("Deployment", f"{CONTAINER}/resources/requests/memory", "1Gi"),
        ("Job", f"{CONTAINER}/resources/limits", {"cpu": "1"}),
        ("CronJob", f"{PURGE}/containers/0/resources/requests/cpu", 2),
    ],
    "schedules": [
        ("CronJob", "spec/schedule", "17 25 * * *"),
        ("CronJob", "spec/schedule", "@often"),
        ("CronJob", "spec/timeZone", "Moon/Crater"),
        ("CronJob", "spec/concurrencyPolicy", "Allow"),
    ],
    "restrictions": [
        ("Deployment", f"{CONTAINER}/image", "registry.example.com/myservice:latest"),
        ("Deployment", f"{CONTAINER}/securityContext/readOnlyRootFilesystem", False),
        ("Deployment", "spec/template/spec/securityContext/runAsUser", 1000),
        ("Job", "spec/template/spec/securityContext/seccompProfile", {"type": "Unconfined"}),
        ("Job", "spec/template/spec/automountServiceAccountToken", True),
        ("ServiceAccount", "automountServiceAccountToken", True),
        ("Deployment", "spec/template/spec/securityContext/runAsUser", 0),
        ("CronJob", f"{PURGE}/securityContext/runAsUser", 0),
        ("CronJob", f"{PURGE}/containers/0/securityContext", {"runAsUser": 0}),
    ],
    "rollouts": [
        ("Deployment", "spec/template/spec/terminationGracePeriodSeconds", 25),
        ("Deployment", "spec/strategy/rollingUpdate/maxUnavailable", 1),
        ("Deployment", "spec/replicas", 3),
        ("Deployment", "spec/progressDeadlineSeconds", 60),
        ("PodDisruptionBudget", "spec/maxUnavailable", 0),
        ("PodDisruptionBudget", "spec/minAvailable", 1),
        ("Deployment", f"{CONTAINER}/lifecycle", {"preStop": {"sleep": {"seconds": 5}}}),
        ("HorizontalPodAutoscaler", "spec/minReplicas", 9),
        ("ConfigMap", "data/DATABASE_POOL_SIZE", "50"),
    ],
}


@pytest.mark.parametrize(
    ("check", "kind", "place", "value"),
    [(check, *defect) for check, defects in DEFECTS.items() for defect in defects],
)
def test_a_planted_defect_is_found(
    release: Release, check: str, kind: str, place: str, value: Any
) -> None:
    spoilt = copy.deepcopy(release)
    [found] = [each for each in spoilt.objects if each["kind"] == kind]

    plant(found, place, value)

    assert check in {problem.split(":")[0] for problem in problems(spoilt)}


class Mistake(NamedTuple):
    """In a file, what is written instead of what, and which check finds it in which environment."""

    check: str
    file: str
    written: str
    instead: str
    environment: str = "staging"


STAGING, PRODUCTION = (f"overlays/{each}/kustomization.yaml" for each in ("staging", "production"))
MORE = "=production\n      - "
MISTAKES = [
    Mistake("probes", "base/deployment.yaml", "path: /ready", "path: /readyz"),
    Mistake("settings", "base/deployment.yaml", "name: SECRET_KEY", "name: SECRETKEY"),
    Mistake("secrets", "base/deployment.yaml", "key: SECRET_KEY", "key: SECRETKEY"),
    Mistake("restrictions", "base/deployment.yaml", "runAsUser: 10001", "runAsUser: 0"),
    Mistake("targets", "base/deployment.yaml", "name: http,", "name: web,"),
    Mistake("ingresses", "base/service.yaml", "name: http,", "name: web,"),
    Mistake("settings", "base/purge.yaml", "name: SECRET_KEY", "name: SECRETKEY"),
    Mistake("secrets", "base/purge.yaml", "key: DATABASE_URL", "key: DATABASE"),
    Mistake("restrictions", "base/purge.yaml", "runAsUser: 10001", "runAsUser: 0"),
    Mistake("settings", "migrate/job.yaml", "name: DATABASE_URL", "name: DATABASE"),
    Mistake("restrictions", "migrate/job.yaml", "runAsUser: 10001", "runAsUser: 0"),
    Mistake("secrets", "README.md", "\nSECRET_KEY=", "\nSECRETKEY="),
    Mistake("settings", STAGING, "=staging", "=test"),
    Mistake("ingresses", STAGING, "/hosts/0, value: ", "/hosts/0, value: api."),
    Mistake("rollouts", STAGING, "minReplicas, value: 1", "minReplicas, value: 3"),
    Mistake("settings", PRODUCTION, "ENVIRONMENT=", "ENVIRONMENTS=", "production"),
    Mistake("settings", PRODUCTION, "=production\n", f"{MORE}PORT=80\n", "production"),
    Mistake("rollouts", PRODUCTION, "=production\n", f"{MORE}DATABASE_POOL_SIZE=9\n", "production"),
    Mistake("secrets", PRODUCTION, "=production\n", f"{MORE}REDIS_URL=redis://a\n", "production"),
]


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda each: f"{each.file}-{each.instead.strip()}"
)
def test_a_mistake_in_a_file_is_found(
    project: Path, released: Released, tmp_path: Path, mistake: Mistake
) -> None:
    """A broken probe path, a missing key, a wrong port name, a root user: as people write them."""
    copied = tmp_path / "myservice"
    shutil.copytree(project, copied)
    path = copied / "deploy/kubernetes" / mistake.file
    assert mistake.written in path.read_text()
    path.write_text(path.read_text().replace(mistake.written, mistake.instead))

    spoilt = released(copied, mistake.environment)

    assert mistake.check in {problem.split(":")[0] for problem in problems(spoilt)}


@pytest.mark.parametrize(
    ("place", "value", "error"),
    [
        ("spec/maxUnavailabel", 1, kubernetes_validate.ValidationError),
        ("spec/maxUnavailable", True, kubernetes_validate.ValidationError),
        ("apiVersion", "policy/v1beta1", kubernetes_validate.SchemaNotFoundError),
        ("kind", "PodBudget", kubernetes_validate.SchemaNotFoundError),
    ],
)
def test_what_kubernetes_does_not_know_is_found(
    release: Release, place: str, value: Any, error: type[Exception]
) -> None:
    [budget] = copy.deepcopy(release.of("PodDisruptionBudget"))

    plant(budget, place, value)

    with pytest.raises(error):
        kubernetes_validate.validate(budget, all_versions()[-1], strict=True)


def plant(found: Any, place: str, value: Any) -> None:
    """As JSON Pointer writes places: `~1` is a slash."""
    steps = [step.replace("~1", "/") for step in place.split("/")]
    *way, last = [int(step) if step.isdigit() else step for step in steps]
    for step in way:
        found = found[step]
    found[last] = value
