"""Which tests share a worker, when several run side by side.

A combination is rendered once, by the worker that has all its tests. What starts services is done
by one worker, at the end: it takes the whole machine, and its time is measured.
"""

import pytest

TAKE_THE_MACHINE = ("tests/generated/", "tests/containers/", "tests/test_readme.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    file = item.nodeid.partition("::")[0]
    if file.startswith(TAKE_THE_MACHINE):
        return "services"
    indices = item.callspec.indices if hasattr(item, "callspec") else {}
    return f"combination {indices['answers']}" if "answers" in indices else file
