"""A toy template of two releases, and a service made from the older one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from scaffold.choices.questions import Answers
from tests.cli.terminal import Terminal
from tests.update.service import Service, start
from tests.update.toys import LINES, Installation, Toy, question

ANSWERS: Answers = {"database": "sqlite", "auth": "none", "deploy": ["compose"], "ci": "none"}

# What `check --drift` holds a project to, and what set and remove leave to people.
FACTS = """\
managed: {type: yaml, when: false, default: [Dockerfile, edge/**]}
leaving:
  type: yaml
  when: false
  default:
    database:
      sqlite: ["The rows: dump them before, load them after."]
      "*": ["The backups of the old database."]
    auth: {jwt: ["The accounts: their passwords do not move."]}
    deploy: {kubernetes: ["The objects in the cluster: delete them by hand."]}
"""
KUBERNETES = """\
deploy:
  type: str
  help: Where will it run
  multiselect: true
  default: [compose]
  choices:
    "Compose  one machine": compose
    "Kubernetes  many machines":
      value: kubernetes
      validator: >-
        {{ 'cannot run on `sqlite`: replicas cannot share a file' if database == 'sqlite' else '' }}
"""
QUESTIONS = (
    question("database", "sqlite", "sqlite", "postgresql", "mysql")
    + question("auth", "none", "none", "jwt", "api-key")
    + KUBERNETES
    + question("ci", "none", "none", "github-actions")
    + FACTS
)
CACHE = question("cache", "none", "none", "redis")

FIRST = Toy(
    {
        "settings.txt": f"timeout = 30\n{LINES}RATE_PER_MINUTE\n",
        "edge/old.txt": LINES,
        "Dockerfile": "FROM one\n",
        "main.txt.jinja": "{{ database }} {{ auth }}\n",
        "{% if database == 'sqlite' %}file.txt{% endif %}": "file\n" * 20,
        "{% if auth == 'jwt' %}tokens.txt{% endif %}": "tokens\n" * 20,
        "{% if 'compose' in deploy %}compose.yaml{% endif %}": "compose\n" * 20,
        "{% if 'kubernetes' in deploy %}kubernetes.yaml{% endif %}": "kubernetes\n" * 20,
    },
    QUESTIONS,
)
SECOND = FIRST.then(
    {
        "settings.txt": f"timeout = 60\n{LINES}RATE\n",
        "edge/old.txt": None,
        "edge/new.txt": LINES,
        "fresh.txt": "fresh\n",
    },
    QUESTIONS + CACHE,
)
UPGRADES = """\
- version: 1.0.0
- version: 2.0.0
  renames: [{from: edge/old.txt, to: edge/new.txt}]
  environment: [{from: RATE_PER_MINUTE, to: RATE}, {from: OLD, when: {auth: jwt}}]
  breaking: [{what: The answers of `/health` are shorter., when: {database: [sqlite, mysql]}}]
  manual: [{do: Run `app migrate` before the rollout., when: {deploy: kubernetes}}]
"""
RELEASES = {"v1.0.0": FIRST, "v2.0.0": SECOND}

Make = Callable[..., Service]


@pytest.fixture(scope="session")
def stock() -> dict[str, Service]:
    """Services as they were made: making one takes longer than most tests."""
    return {}


@pytest.fixture
def make(
    stock: dict[str, Service],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    environment: dict[str, str],
) -> Make:
    """A service made from v1.0.0 of a template that is at the last of `releases`; `within` a
    repository, or one of its own."""

    def make(
        answers: Answers = ANSWERS,
        releases: Mapping[str, Toy] = RELEASES,
        upgrades: str = UPGRADES,
        within: str | None = None,
    ) -> Service:
        key = repr((answers, releases, upgrades, within))
        if key not in stock:
            place = tmp_path_factory.mktemp("stock")
            installation = Installation.make(place / "installation", releases, upgrades)
            top = place / ("mono" if within else "svc")
            stock[key] = start(installation, top / (within or ""), environment, answers, top)
        copied = stock[key].copy(tmp_path / "desk" / stock[key].top.name)
        return replace(copied, environment=environment)

    return make


@pytest.fixture
def current(make: Make) -> Make:
    """As `make`, where no newer release is there."""

    def current(within: str | None = None) -> Service:
        return make(releases={"v1.0.0": FIRST}, within=within)

    return current


Ask = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[Ask]:
    """A service's `scaffold` on a terminal of its own."""
    started: list[Terminal] = []

    def start(service: Service, *words: str) -> Terminal:
        command = [*service.installation.words, *words]
        own = {**service.environment, "LC_ALL": "C.UTF-8"}
        started.append(Terminal(command, service.folder, own, columns=100, rows=40))
        return started[-1]

    yield start
    for spawned in started:
        spawned.process.close(force=True)
