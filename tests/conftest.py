"""Which tests share a worker, when several run side by side.

A combination is rendered once, by the worker that has all its tests. What drives services is done
by one worker, at the end, since some of it is timed. Another builds images meanwhile, and projects
of its own.
"""

import re

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]  # it brings no types
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # nor here

GROUPS = {
    "tests/generated/test_growth.py": "builds",
    "tests/generated/test_upgrades.py": "builds",
    "tests/workflows/test_runs.py": "builds",
    "tests/generated/": "services",
    "tests/containers/": "builds",
    "tests/test_readme.py": "builds",
}


class Grouped(LoadScopeScheduling):  # type: ignore[misc]  # so of Any
    """Marks of the plugin's own would do; its 3.8 writes them where pytest 9.2 does not look."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        combination = re.search(r"\[(.+)\]$", nodeid)
        if file.startswith("tests/template/") and combination:
            return combination[1]
        return next((group for start, group in GROUPS.items() if file.startswith(start)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Grouped:
    return Grouped(config, log)
