"""A small template with a file of each kind that a choice can bring."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.cli.conftest import ON_SOURCE, execute, source

QUESTIONS = """\
_subdirectory: template
_envops: {undefined: jinja2.StrictUndefined, keep_trailing_newline: true}
project_name: {type: str, help: What is it called, default: "{{ _folder_name }}"}
database:
  type: str
  help: Which database
  default: postgresql
  choices: {"PostgreSQL  a server": postgresql, "SQLite  a file": sqlite}
auth:
  type: str
  help: Who may call it
  default: none
  choices: {"None  everybody": none, "Keys  programs": keys}
deploy:
  type: str
  multiselect: true
  help: Where will it run (several)
  default: "{{ ['compose'] if database == 'sqlite' else ['compose', 'cluster'] }}"
  choices:
    "Compose  one machine": compose
    "Cluster  many":
      value: cluster
      validator: "{{ 'cannot run on a file; use a server' if database == 'sqlite' else '' }}"
sqlite: {type: str, when: false, default: "{{ '.' if database == 'sqlite' else '' }}"}
keys: {type: str, when: false, default: "{{ '.' if auth == 'keys' else '' }}"}
compose: {type: str, when: false, default: "{{ '.' if 'compose' in deploy else '' }}"}
cluster: {type: str, when: false, default: "{{ '.' if 'cluster' in deploy else '' }}"}
presets:
  type: yaml
  when: false
  default:
    small: {name: Small, gives: little, answers: {database: sqlite}}
"""

FILES = {
    "README.md": "A service.\n",
    "pyproject.toml.jinja": """\
[project]
dependencies = ["web"{{ ', "hashes"' if auth == 'keys' }}]
[dependency-groups]
dev = ["{{ 'lite' if database == 'sqlite' else 'server' }}"]
""",
    ".env.example.jinja": "PORT=1\n{% if auth == 'keys' %}# KEY_SECONDS=2\n{% endif %}",
    "Makefile": "run: ## run it\n\techo\n",
    "{{keys}}/app/keys/commands.py": 'commands.add_parser("keys", help="keys")\n',
    "{{keys}}/app/keys/__init__.py": "",
    "{{keys}}/migrations/versions/keys.py": 'op.create_table(\n    "keys",\n)\n',
    "{{keys}}/last.txt": "no line end",
    "{{sqlite}}/file.txt": "a file\n",
    "{{compose}}/compose.yaml": "services: {}\n",
    "{{cluster}}/deploy/release.sh": "#!/bin/sh\n",
}


def make(folder: Path) -> Path:
    made = source(folder, QUESTIONS)
    for name, text in FILES.items():
        path = made / "template" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if name.endswith(".sh") else 0o644)
    return made


def run(
    toy: Path, words: Sequence[str], desk: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """`scaffold`, as if it had been installed with the toy."""
    return execute([*ON_SOURCE, str(toy), *words], desk, environment)
