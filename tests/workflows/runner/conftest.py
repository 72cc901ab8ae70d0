"""A GitHub of its own for each test."""

from tests.workflows.runner.fixtures import github, node_folder

__all__ = ["github", "node_folder"]
