"""A project on a stand-in for GitHub: its repository, its secrets, the machines of its jobs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import BIN
from tests.generated.process import OWNER, run

NAME = "octo/myservice"
URL = f"https://github.com/{NAME}"
# Of what a fresh runner brings, what a step may lean on; and of root's, what PostgreSQL's wheel
# asks for where there is no other user.
PROGRAMS = """
awk base64 basename bash cat chgrp chmod chown cmp comm cp curl cut date dd diff dirname du env
expr false find getent git grep groups gzip head hostname id install jq ldconfig ln locale ls make
mkdir mkfifo mktemp mv nproc openssl paste pgrep printf ps pwd readlink realpath rm rmdir sed seq
setpriv sh sha256sum sleep sort stat su tac tail tar tee test timeout touch tr true truncate uname
uniq useradd wc which whoami xargs
"""
# Trust in certificates and caches of what is downloaded, which all of this machine's tests share.
SHARED = ("CURL_", "GIT_SSL_", "NODE_", "PIP_", "REQUESTS_", "SSL_", "UV_")
PYTHON = f"""\
#!/bin/sh
exec {Path(getattr(sys, "_base_executable", sys.executable)).resolve()} "$@"
"""
SUDO = '#!/bin/sh\nexec "$@"\n'
# Nothing is installed: a package that the machine has lends its programs to the job.
APT_GET = """\
#!/bin/sh
test "$1" = install || exit 0
shift
for package; do
    case $package in -*) continue ;; esac
    files=$(/usr/bin/dpkg-query --listfiles "$package") || exit 100
    for file in $files; do
        case $file in */bin/* | */sbin/*) ln -sf "$file" "$(dirname "$0")" ;; esac
    done
done
"""


@dataclass(frozen=True)
class Run:
    """What became of a workflow."""

    result: str  # success, failure or skipped
    jobs: dict[str, Any]
    seconds: float
    path_seconds: float  # where each job has a machine of its own

    def steps(self) -> Iterator[dict[str, Any]]:
        return _steps(self.jobs)

    def result_of(self, *path: str) -> str:
        """Of a job, by its name; by two, of one in a workflow that it calls."""
        jobs: Any = {"jobs": self.jobs}
        for name in path:
            jobs = jobs["jobs"][name]
        return str(jobs["result"])

    @property
    def failed(self) -> list[str]:
        """The names of the steps that failed."""
        return [step["name"] for step in self.steps() if step["result"] == "failure"]

    @property
    def summary(self) -> str:
        return "".join(step.get("summary", "") for step in self.steps())

    @property
    def said(self) -> str:
        """All that the steps printed, for who has to find out why."""
        return "\n".join(
            f"{step['result']:>8} {step['seconds']:6.1f} s  {step['name']}\n{step['output']}"
            for step in self.steps()
        )


@dataclass
class Github:
    """Holds one repository, by `remote`, and runs its workflows with what `folder` keeps."""

    folder: Path
    node: Path  # where npm has put what the runner needs
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    # Stand-ins for the outside, by name: scripts, or programs of the machine.
    programs: dict[str, str | Path] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    urls: dict[str, Path] = field(default_factory=dict)  # where git finds what has which address

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def host(self, project: Path) -> None:
        """Take in the project's main branch as it is committed."""
        if not self.remote.exists():
            run(
                self.folder,
                "git",
                "init",
                "--bare",
                "--quiet",
                "--initial-branch=main",
                "remote.git",
            )
        run(project, "git", "push", "--quiet", str(self.remote), "+HEAD:refs/heads/main")

    def start(
        self,
        workflow: str,
        event: str = "push",
        ref: str = "refs/heads/main",
        inputs: Mapping[str, str] | None = None,
    ) -> Run:
        request = {
            "workflow": f".github/workflows/{workflow}",
            "repository": str(self.remote),
            "repository_name": NAME,
            "sha": run(self.remote, "git", "rev-parse", f"{ref}^{{commit}}").strip(),
            "ref": ref,
            "event_name": event,
            "event": {},
            "inputs": dict(inputs or {}),
            "secrets": self.secrets,
            "vars": self.variables,
            "tools": self._tools(),
            "provided": {name: str(BIN / name) for name in ("uv", "uvx")},
            "environment": self._environment(),
            "folder": str(self.folder),
        }
        done = subprocess.run(
            [BIN / "node", self.node / "run.mjs"],
            input=json.dumps(request),
            env=os.environ | OWNER,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return Run(*(answer[key] for key in ("result", "jobs", "seconds", "path_seconds")))

    def _tools(self) -> dict[str, str]:
        """A fresh runner's programs and the stand-ins; nothing else of this machine."""
        found = {
            name: shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin")
            for name in PROGRAMS.split()
        }
        own = {"python3": PYTHON, "sudo": SUDO, "apt-get": APT_GET} | self.programs
        return {name: path for name, path in found.items() if path} | {
            name: str(program if isinstance(program, Path) else self._written(name, program))
            for name, program in own.items()
        }

    def _written(self, name: str, script: str) -> Path:
        path = self.folder / f"programs/{name}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
        return path

    def _environment(self) -> dict[str, str]:
        shared = {key: value for key, value in os.environ.items() if key.startswith(SHARED)}
        caches = {
            "PIP_CACHE_DIR": _said(sys.executable, "-m", "pip", "cache", "dir"),
            "UV_CACHE_DIR": _said(str(BIN / "uv"), "cache", "dir"),
        }
        addresses = {URL: self.remote} | self.urls
        git = {"GIT_CONFIG_COUNT": str(len(addresses))}
        for number, (url, path) in enumerate(addresses.items()):
            git[f"GIT_CONFIG_KEY_{number}"] = f"url.file://{path}.insteadOf"
            git[f"GIT_CONFIG_VALUE_{number}"] = url
        return caches | shared | git | self.settings


def _said(*command: str) -> str:
    return subprocess.check_output(command, text=True).strip()


def _steps(jobs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for job in jobs.values():
        yield from job.get("steps", ())
        yield from _steps(job.get("jobs", {}))
