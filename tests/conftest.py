"""Which cases CI samples, and which tests share a worker when several run side by side.

A combination is rendered once, by the worker that has all its tests. What drives services is done
at the end, since some of it is timed, in parts of several minutes: the last ones are small, so that
no worker is left with one alone.
"""

import os
import re
import signal
from collections import Counter

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]  # it brings no types
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # nor here

GROUPS = {
    "tests/generated/test_contract.py": "contract",
    "tests/generated/test_growth.py": "builds",
    "tests/generated/test_upgrades.py": "builds",
    "tests/workflows/test_runs.py": "builds",
    "tests/generated/test_life.py": "life",
    "tests/generated/test_observability.py": "life",
    "tests/generated/test_oidc.py": "life",
    "tests/generated/test_recovery.py": "recovery",
    "tests/generated/test_rollout": "releases",
    "tests/generated/": "services",
    "tests/containers/": "builds",
    "tests/docs/test_how_to.py": "builds",
    "tests/docs/test_readme.py": "builds",
    "tests/docs/test_tutorial.py": "builds",
}


# Of each parametrized test there, CI runs the first case and then one in so many, since they are
# slow and mostly fail together. make test-all runs all.
SAMPLED = {
    "tests/cli/commands/test_protocol.py": 5,
    "tests/cli/commands/": 3,
    "tests/cli/programs/test_completion.py": 3,
    "tests/cli/asking/": 3,
    "tests/generated/test_commands.py": 2,
    "tests/generated/test_life.py": 2,
    "tests/generated/test_observability.py": 3,
    "tests/generated/test_recovery.py": 2,
    "tests/generated/test_rollout.py": 2,
    "tests/generated/test_rollout_migrations.py": 3,
    "tests/generated/test_settings.py": 3,
    "tests/kubernetes/test_checkov.py": 3,
    "tests/kubernetes/test_monitoring.py": 4,
    "tests/template/test_kubernetes.py": 4,
    "tests/update/test_copier_record.py": 3,
    "tests/update/test_losses.py": 2,
    "tests/update/test_round_trips.py": 2,
    "tests/update/test_surroundings.py": 3,
    "tests/workflows/test_runs.py": 3,
}


def pytest_configure() -> None:
    """What tests start inherits nothing of how they were started: `nohup` and a shell's `&` ignore
    signals, and below `make` another `make` prints more and may do less."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        os.environ.pop(name, None)


class Grouped(LoadScopeScheduling):  # type: ignore[misc]  # so of Any
    """Marks of the plugin's own would do; its 3.8 writes them where pytest 9.2 does not look."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        combination = re.search(r"\[(.+)\]$", nodeid)
        if file.startswith("tests/template/") and combination:
            return combination[1]
        return next((group for start, group in GROUPS.items() if file.startswith(start)), file)


@pytest.hookimpl(tryfirst=True)  # before marks choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        every = next((n for start, n in SAMPLED.items() if test.startswith(start)), 1)
        if item.get_closest_marker("full") is None:
            if seen[test] % every:
                item.add_marker(pytest.mark.full)
            seen[test] += 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Grouped:
    return Grouped(config, log)
