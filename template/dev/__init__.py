"""For development and tests only; no part of the service."""

import os

from dotenv import dotenv_values


def named(variable: str) -> str | None:
    """A database that the environment or .env names."""
    return os.environ.get(variable) or dotenv_values().get(variable)
