"""Stands where a cluster would: takes what kubectl sends and keeps it in the order of arrival."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.kubernetes.manifests import Manifest

IMAGE = f"registry.example.com:5000/team/myservice:v1.2.3@sha256:{'a1' * 32}"

# Everything but the cluster is real: what is applied was rendered by kubectl itself.
KUBECTL = """\
#!/bin/sh
test "$1" = kustomize && exec {kubectl} "$@"
for file; do :; done
there=$PWD
cd {folder}
printf '%s\\n' "$*" >>commands
next() {{ head -n 1 "$1"; sed -i '1{{$!d}}' "$1"; }}
case "$*" in
    *base/serviceaccount.yaml) ;; # the overlay brings it again
    apply*)
        (cd "$there" && cat "$file") | tee -a applied |
            sed -n 's#^  name: \\(migrate.*\\)#job.batch/\\1#p'
        echo --- >>applied
        case $file in *now.yaml) exit {applies} ;; esac ;;
    *.spec.paused*) echo "{paused}" ;;
    *containers*image*) next images ;;
    "get job"*) echo "{condition}" ;;
    "get replicasets"*) echo "{serving}" ;;
    "get --filename"*) printf %s '{before}' ;;
    "rollout status"*)
        status=$(next statuses)
        test "$status" != hangs || exec /bin/sleep 60
        exit "$status" ;;
esac
"""


@dataclass(frozen=True)
class Cluster:
    """One whose migrations end in `condition`, and what else kubectl tells of it. Of `images` and
    `statuses`, of the Deployment and its rollouts, each asking takes a line; the last one stays."""

    folder: Path
    kubectl: str
    condition: str = "Complete"
    paused: str = ""
    serving: str = ""
    before: str = ""
    applies: int = 0
    images: str = f"before\n{IMAGE}"
    statuses: str = "0"

    def release(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.begin(script, *arguments) as run:
            output, errors = run.communicate(timeout=120)
        return subprocess.CompletedProcess(run.args, run.returncode, output, errors)

    def begin(self, script: Path, *arguments: str) -> subprocess.Popen[str]:
        self.install()
        return subprocess.Popen(
            ["sh", str(script), *arguments],
            env=os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def install(self) -> Path:
        """Its kubectl, beside a `sleep` that does not wait."""
        for name, text in {"sleep": "#!/bin/sh\n", "kubectl": KUBECTL.format(**vars(self))}.items():
            program = self.folder / name
            program.write_text(text)
            program.chmod(0o755)
        (self.folder / "images").write_text(f"{self.images}\n")
        (self.folder / "statuses").write_text(f"{self.statuses}\n")
        return self.folder / "kubectl"

    @property
    def commands(self) -> list[str]:
        written = self.folder / "commands"
        return written.read_text().splitlines() if written.exists() else []

    @property
    def applied(self) -> list[Manifest]:
        return [each for each in yaml.safe_load_all((self.folder / "applied").read_text()) if each]
