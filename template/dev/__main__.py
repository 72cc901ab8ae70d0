"""`python -m dev app serve` runs a command with DATABASE_URL set."""

import os
import signal
import subprocess
import sys

from dev.database import development_database


def main(command: list[str]) -> int:
    with development_database() as url:
        print("database:", url, file=sys.stderr)
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        signal.signal(signal.SIGINT, lambda *_: None)  # the terminal tells the child as well
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
