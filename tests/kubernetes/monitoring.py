"""What watches the service, and whether each of its words means something."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.kubernetes.manifests import Manifest, Release

Problems = Iterator[str]

# Not of the service: what Prometheus knows of each target, and kube-state-metrics of the cluster.
BESIDE = {
    "up": set[str](),
    "kube_deployment_status_replicas_available": {"deployment"},
}
OF_A_TARGET = {"job", "namespace", "pod"}  # by the ServiceMonitor
STRING = r'"[^"]*"'
MATCHERS = re.compile(rf"\{{((?:{STRING}|[^}}\"])*)\}}")
MATCHER = re.compile(rf"(\w+)\s*(?:=~|!~|!=|=)\s*({STRING})")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
NAME = re.compile(r"[A-Za-z_:][\w:]*\b(?!\s*\()")
OPERATORS = {"and", "or", "unless", "bool", "offset"}


@dataclass(frozen=True)
class Monitoring:
    """`exposed`: metrics with their labels. `sections`: of the runbook."""

    objects: tuple[Manifest, ...]
    dashboard: Manifest
    exposed: Mapping[str, set[str]]
    sections: tuple[str, ...]
    releases: tuple[Release, ...]

    def of(self, kind: str) -> list[Manifest]:
        return [each for each in self.objects if each["kind"] == kind]

    @property
    def rules(self) -> list[Manifest]:
        groups = [group for each in self.of("PrometheusRule") for group in each["spec"]["groups"]]
        return [rule for group in groups for rule in group["rules"]]

    @property
    def alerts(self) -> list[Manifest]:
        return [rule for rule in self.rules if "alert" in rule]

    @property
    def expressions(self) -> list[str]:
        targets = [target for panel in self.dashboard["panels"] for target in panel["targets"]]
        return [each["expr"] for each in [*self.rules, *targets]]

    def named(self, kind: str, field: str = "name") -> set[str]:
        """Names, or namespaces, of all objects of a kind that the service's releases hold."""
        return {each["metadata"][field] for release in self.releases for each in release.of(kind)}


def problems(monitoring: Monitoring) -> list[str]:
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check(monitoring)]


def metrics(monitoring: Monitoring) -> Problems:
    known = monitoring.exposed.keys() | BESIDE.keys()
    known |= {rule["record"] for rule in monitoring.rules if "record" in rule}
    for expression in monitoring.expressions:
        yield from (f"nothing tells {name}" for name in names(expression) - known)


def labels(monitoring: Monitoring) -> Problems:
    every = OF_A_TARGET.union(*monitoring.exposed.values(), *BESIDE.values())
    for expression in monitoring.expressions:
        grouping = {word for words in GROUPING.findall(expression) for word in words.split(", ")}
        used = grouping | {label for label, _ in matchers(expression)}
        yield from (f"nothing has the label {label}" for label in used - every)


def subjects(monitoring: Monitoring) -> Problems:
    """What is asked for by name is what a release makes."""
    known = {
        "job": monitoring.named("Service"),
        "deployment": monitoring.named("Deployment"),
        "namespace": monitoring.named("Service", "namespace") | {"$namespace"},
    }
    for expression in monitoring.expressions:
        for label, value in matchers(expression):
            if value not in known.get(label, {value}):
                yield f"no {label} is called {value}"
    for alert in monitoring.alerts:
        for label, value in alert["labels"].items():
            if value not in known.get(label, {value}):
                yield f"{alert['alert']} tells of the {label} {value}"


def scopes(monitoring: Monitoring) -> Problems:
    """Neither another service's errors nor, on the dashboard, another environment's."""
    for rule in monitoring.rules:
        if "job" not in dict(matchers(rule["expr"])):
            yield f"{rule} is about every service"
    for panel in monitoring.dashboard["panels"]:
        for target in panel["targets"]:
            if not {"job", "namespace"} <= dict(matchers(target["expr"])).keys():
                yield f"{panel['title']} is about every service or environment"


def monitors(monitoring: Monitoring) -> Problems:
    """From Prometheus to the port on which the service tells."""
    for monitor in monitoring.of("ServiceMonitor"):
        spec = monitor["spec"]
        namespaces = set(spec["namespaceSelector"]["matchNames"])
        if namespaces != monitoring.named("Service", "namespace"):
            yield f"it looks in {namespaces}"
        wanted = spec["selector"]["matchLabels"].items()
        for service in (each for release in monitoring.releases for each in release.of("Service")):
            if not wanted <= service["metadata"]["labels"].items():
                yield f"it does not choose {service['metadata']['labels']}"
            ports = {port["name"]: port["targetPort"] for port in service["spec"]["ports"]}
            for endpoint in spec["endpoints"]:
                if ports.get(endpoint["port"]) != "metrics":
                    yield f"it asks at {endpoint['port']}"


def ways(monitoring: Monitoring) -> Problems:
    """What is applied lies where the network policy lets Prometheus come from."""
    for release in monitoring.releases:
        for policy in release.of("NetworkPolicy"):
            sources = [peer for rule in policy["spec"]["ingress"] for peer in rule.get("from", ())]
            for each in monitoring.objects:
                name = {"kubernetes.io/metadata.name": each["metadata"]["namespace"]}
                if {"namespaceSelector": {"matchLabels": name}} not in sources:
                    yield f"{name} is shut out"


def runbooks(monitoring: Monitoring) -> Problems:
    described = {alert["alert"] for alert in monitoring.alerts}
    if described != set(monitoring.sections) or len(described) != len(monitoring.sections):
        yield f"alerts {sorted(described)}, sections {sorted(monitoring.sections)}"
    for alert in monitoring.alerts:
        if alert["annotations"]["runbook"] != f"docs/runbook.md#{alert['alert'].lower()}":
            yield f"{alert['alert']} leads to {alert['annotations']['runbook']}"


def panels(monitoring: Monitoring) -> Problems:
    """Each its own place, and something to show."""
    taken: set[tuple[int, int]] = set()
    for panel in monitoring.dashboard["panels"]:
        at = panel["gridPos"]
        place = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        if place & taken or at["x"] + at["w"] > 24:
            yield f"{panel['title']} lies on another or beside the page"
        taken |= place
        if len({target["refId"] for target in panel["targets"]}) != len(panel["targets"]):
            yield f"{panel['title']} names two targets alike"
    told = {panel["title"].split(":")[0] for panel in monitoring.dashboard["panels"]}
    if told != {"Rate", "Errors", "Duration", "Saturation"}:
        yield f"it shows {told}"


def names(expression: str) -> set[str]:
    """Of metrics; what remains when strings, selectors, ranges and groupings are gone."""
    bare = re.sub(STRING, "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", GROUPING.sub("", bare))
    return set(NAME.findall(bare)) - OPERATORS


def matchers(expression: str) -> list[tuple[str, Any]]:
    selectors = " ".join(MATCHERS.findall(expression))
    return [(label, value.strip('"')) for label, value in MATCHER.findall(selectors)]


CHECKS: tuple[Callable[[Monitoring], Problems], ...] = (
    metrics,
    labels,
    subjects,
    scopes,
    monitors,
    ways,
    runbooks,
    panels,
)
