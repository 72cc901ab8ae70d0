"""Is our service on a framework as fast as that framework bare, doing the same work?

    .venv/bin/python -m benchmarks.frameworks [--rounds 5] [--seconds 4] [--workshop FOLDER]

For each framework what benchmarks.service measures for the default: the closed loops of list, read
and create, beside the tutorial that is written in that framework, on the server that its users
take. Judge by the CPU time of the server's processes.
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from benchmarks.service import (
    CORES,
    GOALS,
    SEED,
    UVICORN,
    Bench,
    Results,
    ratios,
    servers,
    spread,
)
from tests.generated.process import Database, generate, run

GUNICORN = "gunicorn --worker-class gthread --threads 10 --keep-alive 60 --bind 127.0.0.1:{port}"
BARE = {
    "fastapi": f"{UVICORN} tutorial:app",
    "litestar": f"{UVICORN} tutorial_litestar:app",
    "flask": f"{GUNICORN} tutorial_flask:app",
}
GOAL = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--workshop", type=Path, help="where projects stay for the next run")
    options = parser.parse_args()
    if len(CORES) > 1:
        os.sched_setaffinity(0, CORES - {min(CORES)})
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        workshop = options.workshop or Path(scratch)
        workshop.chmod(0o755)  # root's PostgreSQL runs as another user
        found = {name: measure(name, workshop, options) for name in BARE}
    report(found)


def measure(framework: str, workshop: Path, options: argparse.Namespace) -> Results:
    project = workshop / f"{framework}-service"
    if not project.exists():
        generate(project, framework=framework)
        run(project, "make", "setup")
        run(project, ".venv/bin/uv", "pip", "install", "gunicorn", UV_SYSTEM_CERTS="1")
    with Database(project) as database, servers(project, database, BARE[framework]) as (url, both):
        bench = Bench(project, both, lambda: database.execute(url, SEED))
        return asyncio.run(bench.run(options.rounds, options.seconds, [*GOALS]))


def report(found: dict[str, Results]) -> None:
    print("requests per CPU second, our service / the framework bare; in brackets the range\n")
    for framework, results in found.items():
        for workload in GOALS:
            ratio = spread(ratios(results, workload), 2)
            print(f"{framework:9} {workload:9} {ratio}   goal: {GOAL} or more")


if __name__ == "__main__":
    main()
