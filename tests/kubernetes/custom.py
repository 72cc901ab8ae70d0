"""Kinds that operators bring. Their published schemas are long and change every few weeks; these
shapes say what our manifests use of them, and nothing else passes."""

from typing import Any

import jsonschema
import kubernetes_validate  # type: ignore[import-untyped]  # it has none

from tests.kubernetes.manifests import Manifest

TEXT, EXPRESSION, DURATION = r"\S.*", r"\S[\s\S]*", r"[1-9]\d*[smhd]"
MONITORING = "monitoring.coreos.com/v1"
RECORD = {"record": r"[a-z:_]+[a-z0-9]+", "expr": EXPRESSION}
ALERT = {
    "alert": r"[A-Z]\w+",
    "expr": EXPRESSION,
    "for?": DURATION,
    "labels": {"severity": "critical|warning", "namespace?": TEXT, "job?": TEXT},
    "annotations": {"summary": TEXT, "runbook": r"docs/runbook\.md#[a-z]+"},
}
# By version and kind the spec: an object, a list with what its items may be, a pattern, a type.
SHAPES: dict[tuple[str, str], Any] = {
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): {
        "parentRefs": [{"name": TEXT, "namespace": TEXT, "sectionName": TEXT}],
        "hostnames": [r"[a-z0-9.-]+"],
        "rules": [
            {
                "matches": [{"path": {"type": "Exact|PathPrefix", "value": "/.*"}}],
                "backendRefs": [{"name": TEXT, "port": int}],
            }
        ],
    },
    ("external-secrets.io/v1", "ExternalSecret"): {
        "refreshInterval": DURATION,
        "secretStoreRef": {"kind": "SecretStore|ClusterSecretStore", "name": TEXT},
        "target": {"name": TEXT},
        "dataFrom": [{"extract": {"key": TEXT}}],
    },
    (MONITORING, "ServiceMonitor"): {
        "namespaceSelector": {"matchNames": [TEXT]},
        "selector": {"matchLabels": {"app.kubernetes.io/name": TEXT}},
        "endpoints": [{"port": TEXT, "interval": DURATION}],
    },
    (MONITORING, "PrometheusRule"): {"groups": [{"name": TEXT, "rules": [RECORD, ALERT]}]},
}


def validate(manifest: Manifest, version: str) -> None:
    """Raises ValidationError of either library; SchemaNotFoundError where there is no schema."""
    version_and_kind = manifest["apiVersion"], manifest["kind"]
    if version_and_kind in SHAPES:
        jsonschema.validate(manifest["spec"], schema(SHAPES[version_and_kind]))
    else:
        kubernetes_validate.validate(manifest, version, strict=True)


def schema(shape: Any) -> dict[str, Any]:
    """A key that ends in `?` may be missing."""
    if isinstance(shape, dict):
        return {
            "type": "object",
            "properties": {key.removesuffix("?"): schema(part) for key, part in shape.items()},
            "required": [key for key in shape if not key.endswith("?")],
            "additionalProperties": False,
        }
    if isinstance(shape, list):
        return {"type": "array", "items": {"oneOf": list(map(schema, shape))}, "minItems": 1}
    if shape is int:
        return {"type": "integer"}
    return {"type": "string", "pattern": f"^(?:{shape})$"}
