"""What watches the service: found, understood, and loud when a budget is spent."""

import copy
import dataclasses
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.kubernetes.custom import validate
from tests.kubernetes.monitoring import Monitoring, problems
from tests.kubernetes.promtool import Case, Fires, Promtool
from tests.kubernetes.test_checks import plant
from tests.kubernetes.test_manifests import NEWEST, OLDEST

HOUR, DAY = 60, 24 * 60
JOB = 'job="myservice", namespace="myservice-production"'
OURS = {"job": "myservice", "namespace": "myservice-production"}
FAST, SLOWLY = {"ErrorBudgetBurnsFast": OURS}, {"ErrorBudgetBurnsSlowly": OURS}
SLOW = {"AnswersAreSlow": OURS}
NONE_READY: Fires = {"NoPodIsReady": {}}

UP = f'up{{{JOB}, pod="a"}}'
READY = 'kube_deployment_status_replicas_available{deployment="myservice", '
READY += 'namespace="myservice-production"}'
CALM = {UP: "1x5000", READY: "2x5000"}
POOL = f'{JOB}, pod="a", pool="write"'
LIMIT = {f"database_connections_limit{{{POOL}}}": "5x5000"}


def answers(errors: str, *, status: str = "503", job: str = JOB) -> dict[str, str]:
    """Six thousand a minute that succeed, for five thousand minutes, and `errors`."""
    name = f'http_requests_total{{{job}, pod="a", method="GET", route="/api/v1/items"'
    return {f'{name}, status="200"}}': "0+6000x5000", f'{name}, status="{status}"}}': errors}


def durations(fast: int) -> dict[str, str]:
    """Of a hundred a minute, `fast` within 200 ms, the others within 250 ms."""
    name = f'http_request_duration_seconds_bucket{{{JOB}, pod="a", method="GET", route="/"'
    counts = {"0.1": 10, "0.2": fast, "0.25": 100, "+Inf": 100}
    return {f'{name}, le="{le}"}}': f"0+{count}x60" for le, count in counts.items()}


def used(values: str) -> dict[str, str]:
    return CALM | LIMIT | {f"database_connections_used{{{POOL}}}": values}


QUIET = "0x4320 "  # three days
OF_ERRORS = [
    Case("half the budget", CALM | answers("0+3x4400"), 3 * DAY, {}),
    Case("1.3 % for an hour", CALM | answers(f"{QUIET}0+79x100"), 3 * DAY + HOUR, {}),
    Case("0.5 % for 6 hours", CALM | answers(f"{QUIET}0+30x400"), 3 * DAY + 6 * HOUR, {}),
    Case("2 % for an hour", CALM | answers(f"{QUIET}0+120x100"), 3 * DAY + HOUR, FAST),
    Case(
        "2 % for 50 minutes, 10 minutes ago",
        CALM | answers(f"{QUIET}0+120x50 6000x20"),
        3 * DAY + HOUR,
        {},
    ),
    Case("0.8 % for 5 hours", CALM | answers(f"{QUIET}0+48x400"), 3 * DAY + 5 * HOUR, FAST),
    Case("0.4 % for 20 hours", CALM | answers("0x3120 0+24x1300"), 3 * DAY, SLOWLY),
    Case("0.4 % until 6 hours ago", CALM | answers("0x2760 0+24x1200 28800x400"), 3 * DAY, {}),
    Case("0.12 % for 3 days", CALM | answers("0+7.2x4400"), 3 * DAY, SLOWLY),
    Case("clients' mistakes", CALM | answers("0+6000x100", status="404"), HOUR, {}),
    Case("clients that left", CALM | answers("0+6000x100", status="499"), HOUR, {}),
    Case(
        "another service's errors",
        CALM | answers("0+6000x100", job=JOB.replace("myservice", "other")),
        HOUR,
        {},
    ),
]
OF_MINUTES = [
    Case("94 of 100 in time", CALM | durations(94), 20, SLOW),
    Case("94 of 100 in time, for 8 minutes", CALM | durations(94), 8, {}),
    Case("96 of 100 in time", CALM | durations(96), 20, {}),
    Case("a full pool", used("5x60"), 20, {"DatabasePoolIsFull": OURS | {"pool": "write"}}),
    Case("a pool that is full at times", used("5 1 1 " * 10), 20, {}),
    Case("a busy pool", used("4x60"), 20, {}),
    Case("both pods away", {UP: "1x10 0x60", READY: "2x10 0x60"}, 15, NONE_READY),
    Case("pods that are not ready", {UP: "1x60", READY: "2x10 0x60"}, 15, NONE_READY),
    Case("pods that are not ready, for 2 minutes", {UP: "1x60", READY: "2x10 0x60"}, 12, {}),
    Case("pods that cannot be reached", {UP: "1x10 0x60", READY: "2x60"}, 15, NONE_READY),
    Case("pods that tell nothing", {READY: "2x60"}, 15, NONE_READY),
    Case("staging away", CALM | {UP.replace("production", "staging"): "0x60"}, 15, {}),
]
CASES = [("1h", OF_ERRORS), ("1m", OF_MINUTES)]
# Where in the rules of which alert what is written instead of what.
MUTATIONS = [
    ("ErrorBudgetBurnsFast", "14.4 * 0.001", "28.8 * 0.001"),
    ("ErrorBudgetBurnsFast", "14.4 * 0.001", "12 * 0.001"),
    ("ErrorBudgetBurnsFast", "6 * 0.001", "12 * 0.001"),
    ("ErrorBudgetBurnsFast", "6 * 0.001", "4.5 * 0.001"),
    ("ErrorBudgetBurnsFast", "ratio_rate5m", "ratio_rate6h"),
    ("ErrorBudgetBurnsFast", "ratio_rate5m", "ratio_rate1h"),
    ("ErrorBudgetBurnsSlowly", "> 0.001", "> 0.002"),
    ("ErrorBudgetBurnsSlowly", "> 0.001", "> 0.0004"),
    ("ErrorBudgetBurnsSlowly", "ratio_rate6h", "ratio_rate3d"),
    ("AnswersAreSlow", "0.95", "0.9"),
    ("AnswersAreSlow", "0.95", "0.97"),
    ("AnswersAreSlow", "> 0.2", "> 0.25"),
    ("AnswersAreSlow", "> 0.2", "> 0.19"),
    ("DatabasePoolIsFull", "> 0.9", "> 1"),
    ("DatabasePoolIsFull", "> 0.9", "> 0.7"),
    ("DatabasePoolIsFull", "avg_over_time", "max_over_time"),
    ("NoPodIsReady", "== 1", ">= 0"),
    ("NoPodIsReady", "> 0)", ">= 0)"),
]
# Of which alert how long it has to hold instead.
DURATIONS = [
    ("AnswersAreSlow", "5m"),
    ("AnswersAreSlow", "30m"),
    ("DatabasePoolIsFull", "30m"),
    ("NoPodIsReady", "1m"),
    ("NoPodIsReady", "10m"),
]
# By check: the kind of the object, where in it, and what stands there instead.
RULES, TARGETS = "spec/groups/1/rules", "panels/0/targets/0"
DEFECTS: dict[str, list[tuple[str, str, Any]]] = {
    "metrics": [
        ("PrometheusRule", f"{RULES}/2/expr", 'http_request_seconds_bucket{job="myservice"} > 1'),
        ("PrometheusRule", f"{RULES}/0/expr", 'job:http_errors:ratio_rate2d{job="myservice"} > 1'),
        ("Dashboard", f"{TARGETS}/expr", 'http_requests{job="myservice", namespace="$namespace"}'),
    ],
    "labels": [
        ("PrometheusRule", f"{RULES}/3/expr", 'max by (gate) (up{job="myservice"}) > 1'),
        ("PrometheusRule", f"{RULES}/3/expr", 'http_requests_total{job="myservice", code="500"}'),
    ],
    "subjects": [
        ("PrometheusRule", f"{RULES}/4/expr", 'absent(up{job="other"})'),
        ("PrometheusRule", f"{RULES}/4/labels/namespace", "production"),
    ],
    "scopes": [
        ("PrometheusRule", f"{RULES}/3/expr", "database_connections_used > 5"),
        ("Dashboard", f"{TARGETS}/expr", 'http_requests_total{job="myservice"}'),
    ],
    "monitors": [
        ("ServiceMonitor", "spec/endpoints/0/port", "http"),
        ("ServiceMonitor", "spec/endpoints/0/port", "prometheus"),
        ("ServiceMonitor", "spec/selector/matchLabels", {"app.kubernetes.io/name": "other"}),
        ("ServiceMonitor", "spec/namespaceSelector/matchNames", ["myservice-staging"]),
    ],
    "ways": [("ServiceMonitor", "metadata/namespace", "prometheus")],
    "runbooks": [
        ("PrometheusRule", f"{RULES}/0/alert", "ErrorBudgetBurns"),
        ("PrometheusRule", f"{RULES}/0/annotations/runbook", "docs/runbook.md#errors"),
    ],
    "panels": [
        ("Dashboard", "panels/1/gridPos/x", 0),
        ("Dashboard", "panels/3/targets/1/refId", "A"),
        ("Dashboard", "panels/0/title", "Requests"),
    ],
}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_is_what_its_operator_knows(monitoring: Monitoring, version: str) -> None:
    for each in monitoring.objects:
        validate(each, version)

    kinds = [each["kind"] for each in monitoring.objects]
    assert sorted(kinds) == ["ConfigMap", "PrometheusRule", "ServiceMonitor"]


def test_monitoring_fits_the_service(monitoring: Monitoring) -> None:
    assert problems(monitoring) == []


def test_every_combination_is_watched_alike(each_project: Path, project: Path) -> None:
    told, expected = (
        {path.name: path.read_text() for path in (each / "deploy/monitoring").iterdir()}
        for each in (each_project, project)
    )

    assert told == expected


def test_the_service_tells_of_each_budget(monitoring: Monitoring) -> None:
    """Or the checks above compare with nothing."""
    assert monitoring.exposed["http_requests_total"] == {"method", "route", "status"}
    assert "le" in monitoring.exposed["http_request_duration_seconds_bucket"]
    assert monitoring.exposed["database_connections_used"] == {"pool"}


def test_prometheus_can_read_every_expression(monitoring: Monitoring, promtool: Promtool) -> None:
    shown = [
        {"record": "shown", "expr": expression, "labels": {"number": str(number)}}
        for number, expression in enumerate(monitoring.expressions)
    ]

    run = promtool.check([*groups(monitoring), {"name": "shown", "rules": shown}])

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(("every", "cases"), CASES, ids=["errors", "minutes"])
def test_alerts_fire_when_a_budget_is_spent_and_only_then(
    monitoring: Monitoring, promtool: Promtool, every: str, cases: list[Case]
) -> None:
    run = promtool.test(groups(monitoring), cases, every)

    assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_is_seen_to_fire(monitoring: Monitoring) -> None:
    assert {name for _, cases in CASES for case in cases for name in case.fires} == {
        alert["alert"] for alert in monitoring.alerts
    }


@pytest.mark.parametrize(("alert", "written", "instead"), MUTATIONS)
def test_a_wrong_threshold_is_noticed(
    monitoring: Monitoring, promtool: Promtool, alert: str, written: str, instead: str
) -> None:
    spoilt = copy.deepcopy(groups(monitoring))
    [rule] = [rule for rule in spoilt[1]["rules"] if rule["alert"] == alert]
    assert written in rule["expr"]
    rule["expr"] = rule["expr"].replace(written, instead)

    every, cases = CASES[0 if "Budget" in alert else 1]
    run = promtool.test(spoilt, cases, every)

    assert run.returncode == 1, run.stdout


@pytest.mark.parametrize(("alert", "duration"), DURATIONS)
def test_a_wrong_patience_is_noticed(
    monitoring: Monitoring, promtool: Promtool, alert: str, duration: str
) -> None:
    spoilt = copy.deepcopy(groups(monitoring))
    [rule] = [rule for rule in spoilt[1]["rules"] if rule["alert"] == alert]
    rule["for"] = duration

    run = promtool.test(spoilt, OF_MINUTES, "1m")

    assert run.returncode == 1, run.stdout


@pytest.mark.parametrize(
    ("check", "kind", "place", "value"),
    [(check, *defect) for check, defects in DEFECTS.items() for defect in defects],
)
def test_a_planted_defect_is_found(
    monitoring: Monitoring, check: str, kind: str, place: str, value: Any
) -> None:
    spoilt = copy.deepcopy(monitoring)
    found = spoilt.dashboard if kind == "Dashboard" else spoilt.of(kind)[0]

    plant(found, place, value)

    assert check in {problem.split(":")[0] for problem in problems(spoilt)}


def test_a_missing_section_of_the_runbook_is_found(monitoring: Monitoring) -> None:
    spoilt = dataclasses.replace(monitoring, sections=monitoring.sections[1:])

    assert [problem.split(":")[0] for problem in problems(spoilt)] == ["runbooks"]


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        ("ServiceMonitor", "spec/endpoints/0/ports", "metrics"),
        ("ServiceMonitor", "spec/endpoints/0/interval", "30"),
        ("PrometheusRule", f"{RULES}/0/labels/severity", "page"),
        ("PrometheusRule", f"{RULES}/0/expression", "up"),
    ],
)
def test_what_an_operator_does_not_know_is_found(
    monitoring: Monitoring, kind: str, place: str, value: Any
) -> None:
    [spoilt] = copy.deepcopy(monitoring).of(kind)

    plant(spoilt, place, value)

    with pytest.raises(jsonschema.ValidationError):
        validate(spoilt, NEWEST)


def groups(monitoring: Monitoring) -> list[Any]:
    [rules] = monitoring.of("PrometheusRule")
    found: list[Any] = rules["spec"]["groups"]
    return found
