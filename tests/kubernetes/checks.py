"""What a cluster would refuse, or take and never serve.

JSON Schema (kubernetes-validate) knows types and fields. This knows what they refer to.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from tests.kubernetes.manifests import Release, environment, pod, ports
from tests.kubernetes.values import SUBDOMAIN, values

Problems = Iterator[str]

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|Ki|Mi|Gi)?\Z")
FACTORS = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(1000), "M": Decimal(1000) ** 2}
FACTORS |= {"Ki": Decimal(1024), "Mi": Decimal(1024) ** 2, "Gi": Decimal(1024) ** 3}
IMAGE = re.compile(r"[a-z0-9.:/_-]+:[\w.-]+@sha256:[0-9a-f]{64}\Z")


def problems(release: Release) -> list[str]:
    return [f"{check.__name__}: {problem}" for check in CHECKS for problem in check(release)]


def names(release: Release) -> Problems:
    for each in release.objects:
        strict = each["kind"] in ("Service", "Job")  # names of hosts and values of labels
        if not (LABEL if strict else SUBDOMAIN).match(each["metadata"]["name"]):
            yield f"{each['kind']} {each['metadata']['name']}"
    for workload in release.workloads:
        containers = [each["name"] for each in pod(workload)["containers"]]
        yield from (f"container {name}" for name in containers if not LABEL.match(name))
    for scheduled in release.of("CronJob"):  # a Job's name is longer by the minute that it starts
        if len(scheduled["metadata"]["name"]) > 52:
            yield f"CronJob {scheduled['metadata']['name']}"
    namespaces = {each["metadata"].get("namespace") for each in release.objects}
    if len(namespaces) != 1 or None in namespaces:
        yield f"namespaces {namespaces}"


def selectors(release: Release) -> Problems:
    for deployment in release.of("Deployment"):
        labels = deployment["spec"]["selector"]["matchLabels"]
        if release.selected(labels) != [deployment]:
            yield f"the Deployment selects {labels}"
        for spread in pod(deployment)["topologySpreadConstraints"]:
            if spread["labelSelector"]["matchLabels"] != labels:
                yield "pods of others are spread"


def companions(release: Release) -> Problems:
    """What comes beside the Deployment is about its pods and, but for the policy, no others."""
    serving = release.of("Deployment")
    for service in release.of("Service"):
        if release.selected(service["spec"]["selector"]) != serving:
            yield f"the Service selects {service['spec']['selector']}"
    for budget in release.of("PodDisruptionBudget"):
        if release.selected(budget["spec"]["selector"]["matchLabels"]) != serving:
            yield "the budget is not that of the Deployment"
    for policy in release.of("NetworkPolicy"):
        if release.selected(policy["spec"]["podSelector"]["matchLabels"]) != release.workloads:
            yield "the policy leaves a workload out"


def targets(release: Release) -> Problems:
    """From the Service to the listener."""
    for service in release.of("Service"):
        for workload in release.selected(service["spec"]["selector"]):
            for port in service["spec"]["ports"]:
                if port["targetPort"] not in ports(workload):
                    yield f"{port['targetPort']} is no port of {workload['kind']}"
    listening = {name for each in release.workloads for name in ports(each)}
    for policy in release.of("NetworkPolicy"):
        opened = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
        if opened != listening:
            yield f"the policy opens {opened}, the pods listen on {listening}"
    yield from (f"{number} is no port" for number in _numbers(release) if not 0 < number < 65536)


def _numbers(release: Release) -> Iterator[int]:
    for workload in release.workloads:
        yield from ports(workload).values()
    for service in release.of("Service"):
        yield from (port["port"] for port in service["spec"]["ports"])
    for policy in release.of("NetworkPolicy"):
        yield from (port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"])


def ingresses(release: Release) -> Problems:
    offered = _offered(release)
    for ingress in release.of("Ingress"):
        spec = ingress["spec"]
        certified = {host for each in spec["tls"] for host in each["hosts"]}
        if certified != {rule["host"] for rule in spec["rules"]}:
            yield f"the certificate is for {certified}"
        for path in (path for rule in spec["rules"] for path in rule["http"]["paths"]):
            backend = path["backend"]["service"]
            if path["path"] not in release.service.public:
                yield f"{path['path']} is not for the public"
            if (backend["name"], backend["port"]["name"]) not in offered:
                yield f"{path['path']} leads nowhere"


def gateways(release: Release) -> Problems:
    """HTTPRoute, where it takes the Ingress's place."""
    if len(release.of("Ingress", "HTTPRoute")) != 1:
        yield "there is not one way in"
    offered = _offered(release)
    for rule in (rule for each in release.of("HTTPRoute") for rule in each["spec"]["rules"]):
        paths = {match["path"]["value"] for match in rule["matches"]}
        if paths != release.service.public:
            yield f"{paths} are for the public"
        for backend in rule["backendRefs"]:
            if (backend["name"], backend["port"]) not in offered:
                yield f"{backend} leads nowhere"


def _offered(release: Release) -> set[tuple[str, str | int]]:
    """To the public: ports of Services, by name and by number."""
    return {
        (each["metadata"]["name"], reference)
        for each in release.of("Service")
        for port in each["spec"]["ports"]
        if port["name"] == "http"
        for reference in (port["name"], port["port"])
    }


def probes(release: Release) -> Problems:
    for deployment in release.of("Deployment"):
        for container in pod(deployment)["containers"]:
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = container.get(kind, {}).get("httpGet", {})
                if probe.get("port") not in ports(deployment):
                    yield f"{kind} asks at {probe.get('port')}"
                wanted = "/ready" if kind == "readinessProbe" else "/health"
                if probe.get("path") != wanted or wanted not in release.service.probes:
                    yield f"{kind} asks for {probe.get('path')}"


def settings(release: Release) -> Problems:
    for each in release.of("ConfigMap"):
        yield from (f"{key} is none" for key in each["data"].keys() - release.service.settings)
    for workload in release.workloads:
        for container in pod(workload)["containers"]:
            known = environment(release, container)
            yield from (f"{key} is none" for key in known.keys() - release.service.settings)
            yield from (f"{key} is missing" for key in release.service.required - known.keys())
            if known.get("ENVIRONMENT") not in ("staging", "production"):
                yield f"ENVIRONMENT is {known.get('ENVIRONMENT')}"
    for deployment in release.of("Deployment"):
        for container in pod(deployment)["containers"]:
            known = environment(release, container)
            if known.get("HOST") != "0.0.0.0":  # noqa: S104 what a pod must listen on
                yield "HOST is out of reach"
            listening = {"http": known.get("PORT"), "metrics": known.get("METRICS_PORT")}
            if listening != {name: str(port) for name, port in ports(deployment).items()}:
                yield f"it listens on {listening}, the pod's ports are {ports(deployment)}"


def references(release: Release) -> Problems:
    existing = {(each["kind"], each["metadata"]["name"]) for each in release.objects}
    for workload in release.workloads:
        for container in pod(workload)["containers"]:
            for source in container.get("envFrom", ()):
                if ("ConfigMap", source["configMapRef"]["name"]) not in existing:
                    yield f"ConfigMap {source['configMapRef']['name']}"
        account = pod(workload).get("serviceAccountName")
        if ("ServiceAccount", account) not in existing:
            yield f"ServiceAccount {account}"
    for scaler in release.of("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if (target["kind"], target["name"]) not in existing:
            yield f"{target['kind']} {target['name']}"


def secrets(release: Release) -> Problems:
    """By reference, to what the README has people make."""
    if release.of("Secret"):
        yield "a Secret with its values"
    for each in release.of("ConfigMap"):
        yield from (f"{key} in the open" for key in each["data"].keys() & release.service.secrets)
    wanted = release.service.required - {"ENVIRONMENT"}
    yield from (f"nobody is told of {key}" for key in wanted - release.service.secrets)
    yield from (f"{key} is none" for key in release.service.secrets - release.service.settings)
    for workload in release.workloads:
        for container in pod(workload)["containers"]:
            for variable in container["env"]:
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                made = {"name": release.service.secret, "key": variable["name"]}
                if variable["name"] not in release.service.required:
                    made["optional"] = True
                if reference and (reference != made or made["key"] not in release.service.secrets):
                    yield f"{variable['name']} from {reference}"
                if not reference and variable["name"] in release.service.secrets:
                    yield f"{variable['name']} in the open"


def resources(release: Release) -> Problems:
    for workload in release.workloads:
        for container in pod(workload)["containers"]:
            wanted = container["resources"]
            for name in ("cpu", "memory"):
                try:
                    fits = 0 < amount(wanted["requests"][name]) <= amount(wanted["limits"][name])
                except (KeyError, ValueError) as error:
                    yield f"{name}: {error}"
                else:
                    if not fits:
                        yield f"{name} is requested beyond its limit"


def schedules(release: Release) -> Problems:
    """Minute, hour, day, month, weekday; and that a run has ended when the next one begins."""
    for scheduled in release.of("CronJob"):
        spec = scheduled["spec"]
        fields, ranges = spec["schedule"].split(), ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
        if len(fields) != len(ranges) or not all(map(_is_within, fields, ranges)):
            yield f"{spec['schedule']} never comes"
        if spec.get("timeZone") != "Etc/UTC":  # or the hour is that of whoever runs the cluster
            yield f"the time zone {spec.get('timeZone')}"
        if spec.get("concurrencyPolicy") != "Forbid":
            yield "two at once"


def _is_within(field: str, limits: tuple[int, int]) -> bool:
    return field == "*" or (field.isdigit() and limits[0] <= int(field) <= limits[1])


def restrictions(release: Release) -> Problems:
    """Those of the Pod Security Standard `restricted`, and a root that cannot be written."""
    for account in release.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield "a token of the cluster for whoever uses the account"
    for workload in release.workloads:
        shared = pod(workload)["securityContext"]
        if pod(workload).get("automountServiceAccountToken") is not False:
            yield "a token of the cluster"
        if (
            shared.get("runAsNonRoot") is not True
            or shared.get("runAsUser") != release.service.user
        ):
            yield f"user {shared.get('runAsUser')}, the image's is {release.service.user}"
        if shared.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield "seccomp"
        for container in pod(workload)["containers"]:
            wanted = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            if container.get("securityContext") != wanted:
                yield f"{container.get('securityContext')}"
            if not IMAGE.match(container["image"]):
                yield f"image {container['image']} may become another one"


def rollouts(release: Release) -> Problems:
    """No request is lost, and PostgreSQL's 100 connections suffice meanwhile."""
    for deployment in release.of("Deployment"):
        spec, [container] = deployment["spec"], pod(deployment)["containers"]
        known = environment(release, container)
        needed = float(known.get("DRAIN_DELAY_SECONDS", 5)) + release.service.grace_seconds
        if pod(deployment)["terminationGracePeriodSeconds"] <= needed:
            yield f"the grace period ends before {needed:g} s"
        if "lifecycle" in container:
            yield "a second drain beside the process's own"
        rolling = spec["strategy"]["rollingUpdate"]
        if rolling["maxUnavailable"] != 0 or rolling["maxSurge"] < 1:
            yield "a pod goes before its successor is ready"
        [scaler] = [each["spec"] for each in release.of("HorizontalPodAutoscaler")]
        probe = container.get("startupProbe", {})
        slowest = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
        if spec["progressDeadlineSeconds"] <= slowest + spec.get("minReadySeconds", 0):
            yield "a pod that may still come up is given up"
        if "replicas" in spec or not 1 <= scaler["minReplicas"] <= scaler["maxReplicas"]:
            yield "the number of replicas"
        for budget in (each["spec"] for each in release.of("PodDisruptionBudget")):
            if budget.get("maxUnavailable", 1) < 1 or budget.get("minAvailable", 0):
                yield "no node can be emptied while there is one pod"
        processes = scaler["maxReplicas"] + rolling["maxSurge"]
        if processes * 2 * int(known.get("DATABASE_POOL_SIZE", 10)) > 90:
            yield f"{processes} processes use the database up"


def amount(quantity: str) -> Decimal:
    match = QUANTITY.match(str(quantity))
    if not match:
        raise ValueError(quantity)
    return Decimal(match[1]) * FACTORS[match[2] or ""]


CHECKS: tuple[Callable[[Release], Problems], ...] = (
    names,
    values,
    selectors,
    companions,
    targets,
    ingresses,
    gateways,
    probes,
    settings,
    references,
    secrets,
    resources,
    schedules,
    restrictions,
    rollouts,
)
