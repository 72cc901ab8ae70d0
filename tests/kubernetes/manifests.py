"""What one release gives to an environment, and how to find one's way in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Service:
    """What the service itself says about how it wants to be run."""

    settings: frozenset[str]
    required: frozenset[str]
    secret: str  # what README.md has people make, and what it holds
    secrets: frozenset[str]
    user: int
    grace_seconds: int
    probes: frozenset[str]
    public: frozenset[str]


@dataclass(frozen=True)
class Release:
    """All objects that one environment holds, its migration included."""

    objects: tuple[Manifest, ...]
    service: Service

    def of(self, *kinds: str) -> list[Manifest]:
        return [each for each in self.objects if each["kind"] in kinds]

    @property
    def workloads(self) -> list[Manifest]:
        return self.of("Deployment", "Job", "CronJob")

    def selected(self, wanted: Mapping[str, str]) -> list[Manifest]:
        return [each for each in self.workloads if wanted.items() <= labels(each).items()]


def labels(workload: Manifest) -> Mapping[str, str]:
    """Those of its pods."""
    found: Mapping[str, str] = _template(workload)["metadata"]["labels"]
    return found


def pod(workload: Manifest) -> Manifest:
    spec: Manifest = _template(workload)["spec"]
    return spec


def _template(workload: Manifest) -> Manifest:
    job = workload["spec"].get("jobTemplate", workload)
    template: Manifest = job["spec"]["template"]
    return template


def ports(workload: Manifest) -> dict[str, int]:
    found = [port for each in pod(workload)["containers"] for port in each.get("ports", ())]
    return {port["name"]: port["containerPort"] for port in found}


def environment(release: Release, container: Manifest) -> dict[str, str]:
    """Names and values of a container's environment; what a Secret holds is unknown: ''."""
    maps = {each["metadata"]["name"]: each["data"] for each in release.of("ConfigMap")}
    known: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        known |= maps.get(source["configMapRef"]["name"], {})
    return known | {each["name"]: each.get("value", "") for each in container.get("env", ())}
