"""The command as its users run it: a real process with a home of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from scaffold import distribution
from scaffold.choices.questions import Answer, Answers
from tests.cli import forked
from tests.cli.terminal import Terminal

SCAFFOLD = forked.SCAFFOLD

# Enough for a project without steps that need a network or a git identity.
BARE = ("--defaults", "--no-git", "--no-lock")

GITCONFIG = "[user]\nname = Ada\nemail = ada@example.com\n"

# As if `scaffold` had been installed with the template in the folder that is the next word.
PROGRAM = """\
import pathlib, sys
from scaffold import cli, distribution
source = pathlib.Path(sys.argv.pop(1))
distribution.source = lambda: source
cli.main()
"""
ON_SOURCE = (sys.executable, "-c", PROGRAM)

# Everything that copier.yml may come to use: several choices, and choices that exclude others.
RICH = """\
_subdirectory: template
_envops: {undefined: jinja2.StrictUndefined, block_start_string: "#{%"}
name:
  type: str
  help: What is it called
  default: "{{ _folder_name | lower | regex_replace('[^a-z]+', '-') | trim('-') }}"
  validator: "{{ '' if name | regex_search('^[a-z-]+$') else 'use small letters' }}"
database:
  type: str
  help: Which database
  default: sqlite
  choices:
    "SQLite  a file": sqlite
    "PostgreSQL  a server": postgresql
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
        {{ 'cannot run on `sqlite`: replicas cannot share a file; use postgresql'
        if database == 'sqlite' else '' }}
    "Bare  none at all": bare
  validator: "{{ 'bare goes with nothing' if 'bare' in deploy and deploy | length > 1 else '' }}"
"""
BANNER = """\
banner:
  type: str
  help: What does it say
  default: "{{ name }} on {{ database }} in {{ deploy | length }}"
"""


DEFAULTS: dict[str, Answer] = {
    "project_name": "myservice",
    "description": "A backend service.",
    "framework": "fastapi",
    "database": "postgresql",
    "auth": "none",
    "deploy": ["compose", "kubernetes"],
    "ci": "github-actions",
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".gitconfig").write_text(GITCONFIG)
    return folder


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The empty folder in which commands run."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "COPIER_", "SCAFFOLD_", "XDG_")) and name != "EMAIL"
    }
    own = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "TERM": "xterm"}
    return kept | own | {"GIT_ALLOW_PROTOCOL": "file"}  # nothing asks the network


@pytest.fixture
def scaffold(desk: Path, environment: dict[str, str]) -> Run:
    """Run `scaffold` with these words, its input closed."""

    def run(
        *words: str | Path, cwd: Path = desk, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return execute([SCAFFOLD, *words], cwd, environment | (env or {}))

    return run


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    return source(tmp_path, RICH + BANNER)


@pytest.fixture
def wizard(desk: Path, environment: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """`scaffold new` on a terminal of its own, in UTF-8 unless said."""
    started: list[Terminal] = []

    def start(
        *words: str,
        redirect: str = "",
        program: Sequence[str] = (str(SCAFFOLD),),
        columns: int = 80,
        rows: int = 24,
        **more: str,
    ) -> Terminal:
        command = ["sh", "-c", f'exec "$@" {redirect}', "-", *program, "new", *words]
        own = environment | {"LC_ALL": "C.UTF-8"} | more
        started.append(Terminal(command, desk, own, columns, rows))
        return started[-1]

    yield start
    for terminal in started:
        terminal.process.close(force=True)


def source(folder: Path, questions: str) -> Path:
    """A template that renders its answers only."""
    (folder / "source/template").mkdir(parents=True)
    (folder / "source/copier.yml").write_text(questions)
    answers_file = "{{ _copier_conf.answers_file }}.jinja"
    shutil.copy(distribution.source() / "template" / answers_file, folder / "source/template")
    return folder / "source"


def flags(answers: Answers) -> list[str]:
    """Every answer as `scaffold new` takes it."""
    return [f"--{key.replace('_', '-')}={_words(value)}" for key, value in answers.items()]


def _words(answer: Answer) -> str:
    return answer if isinstance(answer, str) else ",".join(answer) or "none"


def execute(
    words: Sequence[str | Path], cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    done = forked.run(words, cwd, environment)
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(words, done.returncode, out, err)


def tree(folder: Path) -> dict[str, bytes]:
    """The bytes of every file by its path, without the repository."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def said(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    """All that a command answers: exit code, stdout, stderr."""
    return done.returncode, done.stdout, done.stderr


def refusal(message: str, hint: str) -> str:
    return f"error: {message}\n\nhint: {hint}\n"
