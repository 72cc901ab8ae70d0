"""What a real API server refused of 1,334 spoilt values, and schemas had let through."""

import re
from collections.abc import Iterator
from typing import Any

from tests.kubernetes.manifests import Release

LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?\Z")
PORT_NAME = re.compile(r"(?=.{1,15}\Z)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*\Z")
SUBDOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z")
# By key: what may stand there.
WORDS = {
    "restartPolicy": {"Never"},
    "pathType": {"Prefix", "Exact"},
    "protocol": {"TCP", "UDP"},
    "policyTypes": {"Ingress", "Egress"},
    "whenUnsatisfiable": {"ScheduleAnyway", "DoNotSchedule"},
}
MAY_BE_ZERO = {"maxUnavailable"}


def values(release: Release) -> Iterator[str]:
    for each in release.objects:
        if each["kind"] != "ConfigMap":
            yield from (f"{each['kind']}: {problem}" for problem in _spoilt(each))
    for job in release.of("Job", "CronJob"):
        found = job["spec"].get("jobTemplate", job)["spec"]["template"]["spec"]
        if "restartPolicy" not in found:
            yield f"{job['kind']}: no restartPolicy"
    for scaler in release.of("HorizontalPodAutoscaler"):
        for metric in scaler["spec"]["metrics"]:
            wanted = {"name": "cpu", "target": {"type": "Utilization"}}
            target = dict(metric.get("resource", {}).get("target", {}))
            share = target.pop("averageUtilization", 0)
            if metric.get("resource", {}) | {"target": target} != wanted or not 0 < share < 100:
                yield f"HorizontalPodAutoscaler: {metric}"
            if metric.get("type") != "Resource":
                yield f"HorizontalPodAutoscaler: {metric.get('type')}"


def _spoilt(found: Any, key: str = "", within: str = "") -> Iterator[str]:
    """`key` and the one around it say what kind of value it is."""
    if isinstance(found, dict | list):
        items = found.items() if isinstance(found, dict) else ((key, each) for each in found)
        for name, each in items:
            yield from _spoilt(each, name, within if isinstance(found, list) else key)
    if found in ("", [], {}):
        yield f"{within} {key} is empty"
    if type(found) is int and (found < 0 or (found == 0 and key not in MAY_BE_ZERO)):
        yield f"{key} is {found}"
    if key in WORDS and isinstance(found, str) and found not in WORDS[key]:
        yield f"{key} is {found}"
    if within in ("labels", "matchLabels") and not LABEL_VALUE.match(str(found)):
        yield f"the label {found}"
    if key == "secretName" and not SUBDOMAIN.match(str(found)):
        yield f"the name {found}"
    if within == "ports" and key == "name" and not PORT_NAME.match(str(found)):
        yield f"the port {found}"
