"""A project's image and the stack of its compose.yaml, on a real engine."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.generated.process import free_port


@dataclass(frozen=True)
class Engine:
    prefix: tuple[str, ...]  # before each command of docker

    def docker(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, "docker", *command],
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def output(self, *command: str, **settings: str) -> str:
        """What it prints. Fails with all that it said when it fails."""
        done = self.docker(*command, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def build(self, folder: Path, image: str) -> subprocess.CompletedProcess[str]:
        return self.docker("build", "--network=host", f"--tag={image}", str(folder))

    def inspect(self, name: str) -> dict[str, Any]:
        [found] = json.loads(self.output("inspect", name))
        inspected: dict[str, Any] = found
        return inspected


@dataclass(frozen=True)
class Stack:
    """Of the project in `folder`; its image has the project's name."""

    engine: Engine
    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def image(self) -> str:
        return self.folder.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def services(self) -> list[str]:
        return self.compose("config", "--services").split()

    def compose(self, *command: str, **settings: str) -> str:
        return self.engine.output(*self.command(*command), **self.settings | settings)

    def command(self, *command: str) -> list[str]:
        return ["compose", f"--project-directory={self.folder}", *command]

    @property
    def settings(self) -> dict[str, str]:
        return {"PORT": str(self.port)}

    def up(self) -> None:
        self.compose("up", "--no-build", "--wait", "--wait-timeout=90")

    def container(self, service: str) -> dict[str, Any]:
        return self.engine.inspect(self.compose("ps", "--all", "--quiet", service).strip())

    def inside(self, *command: str) -> str:
        """What a command prints in the container that serves."""
        return self.compose("exec", "--no-TTY", "app", *command)

    def in_image(self, *command: str) -> str:
        """What a command prints in a container of its own."""
        return self.engine.output("run", "--rm", self.image, *command)
