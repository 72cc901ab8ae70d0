"""Prometheus' own judge of rules: whether they parse, and when they fire."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.kubernetes.manifests import Manifest

# After what: who fires, with which labels besides those of its rule.
Fires = dict[str, dict[str, str]]


class Case(NamedTuple):
    """Series in promtool's notation, a value a minute, and what fires `at` which minute."""

    name: str
    series: dict[str, str]
    at: int
    fires: Fires


@dataclass(frozen=True)
class Promtool:
    program: str
    folder: Path

    def check(self, groups: list[Any]) -> subprocess.CompletedProcess[str]:
        self._write("rules.yml", {"groups": groups})
        return self._run("check", "rules", "rules.yml")

    def test(
        self, groups: list[Any], cases: list[Case], every: str
    ) -> subprocess.CompletedProcess[str]:
        """Rules are judged `every` so often: days of every minute take long."""
        tests = {
            "rule_files": ["rules.yml"],
            "evaluation_interval": every,
            "group_eval_order": [group["name"] for group in groups],
            "tests": [_test(case, groups) for case in cases],
        }
        self._write("rules.yml", {"groups": groups})
        self._write("tests.yml", tests)
        return self._run("test", "rules", "tests.yml")

    def _write(self, name: str, document: Manifest) -> None:
        (self.folder / name).write_text(yaml.safe_dump(document))

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.program, *arguments]
        return subprocess.run(
            command, cwd=self.folder, check=False, capture_output=True, text=True, timeout=120
        )


def _test(case: Case, groups: list[Any]) -> dict[str, Any]:
    """Every alert is asked after: those that do not fire are silent."""
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    return {
        "name": case.name,
        "interval": "1m",
        "input_series": [{"series": key, "values": value} for key, value in case.series.items()],
        "alert_rule_test": [
            {
                "eval_time": f"{case.at}m",
                "alertname": rule["alert"],
                "exp_alerts": [
                    {
                        "exp_labels": rule["labels"] | case.fires[rule["alert"]],
                        "exp_annotations": rule["annotations"],
                    }
                ]
                if rule["alert"] in case.fires
                else [],
            }
            for rule in alerts
        ],
    }
