"""Which tests share a worker, when several run side by side.

A combination is rendered once, by the worker that has all its tests. What drives services is done
by one worker, at the end, since some of it is timed. Another builds images meanwhile, and projects
of its own.
"""

import pytest

LARGE = {
    "tests/generated/test_growth.py": "builds",
    "tests/generated/test_upgrades.py": "builds",
    "tests/generated/": "services",
    "tests/containers/": "builds",
    "tests/test_readme.py": "builds",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    file = item.nodeid.partition("::")[0]
    for start, group in LARGE.items():
        if file.startswith(start):
            return group
    indices = item.callspec.indices if hasattr(item, "callspec") else {}
    return f"combination {indices['answers']}" if "answers" in indices else file
