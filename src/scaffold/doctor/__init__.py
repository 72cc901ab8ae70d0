"""Is a machine ready for a project? Rules that look, in limited time, and change nothing."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from scaffold.doctor import machine, services, settings
from scaffold.doctor.finding import WARNING, Finding, Place
from scaffold.errors import Usage
from scaffold.template.rendering import ANSWERS_FILE
from scaffold.update import project

Rule = Callable[[Place], Iterator[Finding]]

# What each finds may be told under further names: docs/reference/doctor.md.
OF_A_MACHINE: dict[str, Rule] = {
    "git": machine.git,
    "python": machine.python,
    "make": machine.make,
}
OF_A_PROJECT: dict[str, Rule] = {
    "docker": machine.docker,
    "kubectl": machine.kubectl,
    "setup": services.setup,
    "lock": services.lock,
    "env-unknown": settings.unknown,
    "env-missing": settings.missing,
    "port": services.port,
    "database": services.database,
    "redis": services.redis,
}


def find(folder: Path) -> Place:
    """A project, or any other folder: there it is about what a new project needs."""
    if not os.path.isdir(folder):  # noqa: PTH112 Path.is_dir raises for a name that is too long
        raise Usage(f"{folder} is no folder", "name a project with `--project`, or go to one")
    made = (folder / ANSWERS_FILE).exists()
    return Place(folder.resolve(), project.public(project.read(folder)) if made else None)


def examine(place: Place) -> Iterator[Finding]:
    rules = OF_A_MACHINE if place.answers is None else OF_A_MACHINE | OF_A_PROJECT
    for name, rule in rules.items():
        try:
            yield from rule(place)
        except OSError as error:
            yield Finding(name, WARNING, f"cannot be looked at: {error}")
