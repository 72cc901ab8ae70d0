"""Stands where a cluster would: takes what kubectl sends and keeps it in the order of arrival."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.kubernetes.manifests import Manifest

# Everything but the cluster is real: what is applied was rendered by kubectl itself.
KUBECTL = """\
#!/bin/sh
test "$1" = kustomize && exec {kubectl} "$@"
echo "$*" >>{folder}/commands
case $1 in
    apply)
        test "$5" = base/serviceaccount.yaml && exit # the overlay brings it again
        tee -a {folder}/applied | sed -n 's#^  name: \\(migrate.*\\)#job.batch/\\1#p'
        echo --- >>{folder}/applied ;;
    get) echo "{condition}" ;;
esac
"""


@dataclass(frozen=True)
class Cluster:
    """One whose migrations end in `condition`."""

    folder: Path
    kubectl: str
    condition: str = "Complete"

    def release(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = self.folder / "kubectl"
        values = {"kubectl": self.kubectl, "folder": self.folder, "condition": self.condition}
        program.write_text(KUBECTL.format(**values))
        program.chmod(0o755)
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        command = ["sh", str(script), *arguments]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment, timeout=60
        )

    @property
    def commands(self) -> list[str]:
        return (self.folder / "commands").read_text().splitlines()

    @property
    def applied(self) -> list[Manifest]:
        return [each for each in yaml.safe_load_all((self.folder / "applied").read_text()) if each]
