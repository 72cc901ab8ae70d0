"""Each check finds the defect that it is there for."""

import copy
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has none
import pytest
from kubernetes_validate.utils import all_versions  # type: ignore[import-untyped]  # nor this

from tests.kubernetes.checks import problems
from tests.kubernetes.manifests import Release

CONTAINER = "spec/template/spec/containers/0"
BACKEND = "spec/rules/0/http/paths/0/backend/service"

# By check: the kind of the object, where in it, and what stands there instead.
DEFECTS: dict[str, list[tuple[str, str, Any]]] = {
    "names": [
        ("Service", "metadata/name", "my_service"),
        ("Job", "metadata/name", f"migrate-{'a' * 60}"),
        ("Ingress", "metadata/namespace", "elsewhere"),
        ("Deployment", f"{CONTAINER}/ports/0/name", "HTTP_PORT"),
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
    ],
    "references": [
        ("ConfigMap", "metadata/name", "myservice"),
        ("HorizontalPodAutoscaler", "spec/scaleTargetRef/name", "other"),
        ("Deployment", "spec/template/spec/serviceAccountName", "default"),
        ("Job", "spec/template/spec/serviceAccountName", "migrate"),
    ],
    "secrets": [
        ("Ingress", "kind", "Secret"),
        ("Deployment", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/key", "SECRET_KEY"),
        ("Deployment", f"{CONTAINER}/env/0/valueFrom/secretKeyRef/name", "other"),
        ("Deployment", f"{CONTAINER}/env/0", {"name": "DATABASE_URL", "value": "postgresql://a"}),
        ("Deployment", f"{CONTAINER}/env/2/valueFrom/secretKeyRef/optional", False),
        ("Deployment", f"{CONTAINER}/env/2", {"name": "REDIS_URL", "value": "redis://a"}),
        ("Job", f"{CONTAINER}/env/1/name", "LOG_LEVEL"),
    ],
    "resources": [
        ("Deployment", f"{CONTAINER}/resources/requests/cpu", "5oom"),
        ("Deployment", f"{CONTAINER}/resources/requests/memory", "1Gi"),
        ("Job", f"{CONTAINER}/resources/limits", {"cpu": "1"}),
    ],
    "restrictions": [
        ("Deployment", f"{CONTAINER}/image", "registry.example.com/myservice:latest"),
        ("Deployment", f"{CONTAINER}/securityContext/readOnlyRootFilesystem", False),
        ("Deployment", "spec/template/spec/securityContext/runAsUser", 1000),
        ("Job", "spec/template/spec/securityContext/seccompProfile", {"type": "Unconfined"}),
        ("Job", "spec/template/spec/automountServiceAccountToken", True),
        ("ServiceAccount", "automountServiceAccountToken", True),
    ],
    "rollouts": [
        ("Deployment", "spec/template/spec/terminationGracePeriodSeconds", 25),
        ("Deployment", "spec/strategy/rollingUpdate/maxUnavailable", 1),
        ("Deployment", "spec/replicas", 3),
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
    *way, last = [int(step) if step.isdigit() else step for step in place.split("/")]
    for step in way:
        found = found[step]
    found[last] = value
