"""How fast is a generated service, with its whole contract, beside a tutorial's?

    .venv/bin/python -m benchmarks.service [--rounds 5] [--seconds 4] [--plot FILE.svg]

* `service`: a new project with every default taken, in production, served by `app serve`.
* `tutorial`: tutorial.py beside this file, the bare framework doing the same work in the same
  database, served by uvicorn with uvloop and httptools, without an access log.

Both are up all the time, each idle until its turn; every second round goes in reverse. A closed
loop measures list, read and create (ours with an Idempotency-Key); an open loop then sends a mix
of them at 0.7 and at 2 times what the closed loop got through of it. Judge by the CPU time of the
server's process: what else runs on the machine disturbs it least.
"""

import argparse
import asyncio
import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.chart import Bars, draw
from tests.generated.process import (
    SECRET_KEY,
    Database,
    children,
    environment,
    free_port,
    generate,
    run,
    wait_until,
)

HERE = Path(__file__).parent
UVICORN = "uvicorn --loop uvloop --http httptools --no-access-log --port {port}"
ITEMS = "/api/v1/items"
ROWS = 1000
USERS = 32
CONNECTIONS = 512  # of the open loop: more would find the limit of open files first
GOALS = {"list": 1.5, "read": 1.3, "create": 1.2}
SHARES = (0.7, 2.0)
GOOD, REFUSED = (200, 201), 503
# Ids count up; the only value in it is our own constant (S608).
SEED = f"""
TRUNCATE items;
INSERT INTO items (id, name, description, quantity, version, created_at, updated_at)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'item ' || n,
       'a description of ordinary length, number ' || n, n % 100, 1,
       timestamptz '2026-01-01' + n * interval '1 second',
       timestamptz '2026-01-01' + n * interval '1 second'
FROM generate_series(1, {ROWS}) n;
ANALYZE items
"""  # noqa: S608
LINE = "{:9} {:9} {:>6} {:>17} {:>7} {:>17} {:>7} {:>5} {:>6}"

Act = Callable[[], Awaitable[int]]
Results = dict[tuple[str, str], list["Result"]]  # (workload, server) → one for each round


@dataclass(frozen=True)
class Result:
    """Of one workload in one round. Times in ms; `cpu` in µs of the server's process for each
    request that it accepted."""

    rate: float
    cpu: float
    p50: float
    p95: float
    p99: float
    refused: int
    failed: int


class Server:
    """One of the two, on one core; what loads it and the database have the others."""

    def __init__(self, command: Sequence[str | Path], folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [str(word).format(port=self.port) for word in command],
            cwd=folder,
            env=environment(PORT=str(self.port), **settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.sched_setaffinity(self.process.pid, {min(CORES)})

    def cpu_seconds(self) -> float:
        """Of all its processes."""
        pids = self.process.pid, *children(self.process.pid)
        stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
        ticks = sum(int(stat[11]) + int(stat[12]) for stat in stats)
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


CORES = os.sched_getaffinity(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    parser.add_argument("--project", type=Path, help="one that is set up, instead of a new one")
    options = parser.parse_args()
    if len(CORES) > 1:
        os.sched_setaffinity(0, CORES - {min(CORES)})
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        project = options.project or new_project(Path(scratch))
        with Database(project) as database, servers(project, database) as (url, both):
            bench = Bench(project, both, lambda: database.execute(url, SEED))
            results = asyncio.run(bench.run(options.rounds, options.seconds))
    report(results, options)
    if options.plot:
        options.plot.write_text(plot(results))


def new_project(scratch: Path) -> Path:
    scratch.chmod(0o755)  # root's PostgreSQL runs as another user
    generate(scratch / "service")
    run(scratch / "service", "make", "setup")
    return scratch / "service"


@contextmanager
def servers(
    project: Path, database: Database, bare: str = f"{UVICORN} tutorial:app"
) -> Iterator[tuple[str, dict[str, Server]]]:
    url = database.create("benchmark")
    run(project, ".venv/bin/app", "migrate", DATABASE_URL=url)
    settings = {"ENVIRONMENT": "production", "SECRET_KEY": SECRET_KEY, "RATE_LIMIT": "100000000/1"}
    run_module = [str(project / ".venv/bin/python"), "-m"]
    both = {
        "service": Server([*run_module, "app.cli", "serve"], project, DATABASE_URL=url, **settings),
        "tutorial": Server([*run_module, *bare.split()], HERE, DATABASE_URL=url),
    }
    try:
        for server in both.values():
            wait_until(server.url + ITEMS, 200, 30)
        yield url, both
    finally:
        for server in both.values():
            server.stop()


class Bench:
    """The generator of load is the one that ships in a project: its dev/load.py."""

    def __init__(self, project: Path, both: dict[str, Server], seed: Callable[[], None]) -> None:
        sys.path.insert(0, str(project))
        self.load: Any = importlib.import_module("dev.load")
        self.both, self.seed = both, seed
        self.results: Results = {}

    async def run(
        self, rounds: int, seconds: float, workloads: Sequence[str] = (*GOALS, "mix")
    ) -> Results:
        order = list(self.both)
        await self.round(order, min(seconds, 1), workloads)
        self.results.clear()  # that was to warm up
        for turn in range(rounds):
            await self.round(order if turn % 2 == 0 else order[::-1], seconds, workloads)
        return self.results

    async def round(self, order: list[str], seconds: float, workloads: Sequence[str]) -> None:
        for workload in workloads:
            for name in order:
                await self.turn(workload, name, seconds)

    async def turn(self, workload: str, name: str, seconds: float) -> None:
        client = self.load.Client(self.both[name].url)
        act = Requests(client).acts[workload]
        self.seed()
        work = self.load.closed(act, seconds, USERS)
        capacity = (await self.measure(workload, name, work, seconds)).rate
        for share in SHARES if workload == "mix" else ():
            self.seed()
            work = self.load.steady(few(act), capacity * share, seconds)
            await self.measure(f"{share} x", name, work, seconds)
        await client.close()

    async def measure(
        self, workload: str, name: str, work: Awaitable[Any], seconds: float
    ) -> Result:
        before = self.both[name].cpu_seconds()
        samples = await work
        cpu = self.both[name].cpu_seconds() - before
        good = [sample for sample in samples if sample.status in GOOD]
        refused = sum(sample.status == REFUSED for sample in samples)
        result = Result(
            rate=len(good) / seconds,
            cpu=cpu / max(len(good), 1) * 1e6,
            p50=self.load.percentile(good, 0.50),
            p95=self.load.percentile(good, 0.95),
            p99=self.load.percentile(good, 0.99),
            refused=refused,
            failed=len(samples) - len(good) - refused,
        )
        self.results.setdefault((workload, name), []).append(result)
        return result


class Requests:
    def __init__(self, client: Any) -> None:
        self.client = client
        self.turns = itertools.count()
        self.acts: dict[str, Act] = {
            "list": self.list,
            "read": self.read,
            "create": self.create,
            "mix": self.mix,
        }

    async def list(self) -> int:
        return await self.status(f"GET {ITEMS}")

    async def read(self) -> int:
        number = next(self.turns) % ROWS + 1
        return await self.status(f"GET {ITEMS}/01900000-0000-7000-8000-{number:012x}")

    async def create(self) -> int:
        key = uuid.uuid4().hex
        item = {"name": f"item {key}", "description": "of ordinary length", "quantity": 1}
        body = json.dumps(item).encode()
        return await self.status(f"POST {ITEMS}", f"idempotency-key: {key}", body=body)

    async def mix(self) -> int:
        """Of ten requests seven read, two list, one creates."""
        acts = [self.create, self.list, self.list, *[self.read] * 7]
        return await acts[next(self.turns) % 10]()

    async def status(self, *request: str, body: bytes = b"") -> int:
        status, _ = await self.client.ask(*request, body=body)
        return int(status)


def few(act: Act) -> Act:
    """Over at most CONNECTIONS; who waits for one waits for the service."""
    free = asyncio.Semaphore(CONNECTIONS)

    async def acted() -> int:
        async with free:
            return await act()

    return acted


def report(results: Results, options: argparse.Namespace) -> None:
    print(f"{options.rounds} rounds of {options.seconds:g} s, {USERS} users, {ROWS} rows:")
    print("medians, in brackets the range over the rounds\n")
    titles = "req/s", "cpu µs", "p50 ms", "p95 ms", "p99 ms", "503", "failed"
    print(LINE.format("", "", *titles))
    for (workload, name), rounds in results.items():
        rate, p50, p99 = (
            f"{median(getattr(result, field) for result in rounds):.0f}"
            for field in ("rate", "p50", "p99")
        )
        cpu, p95 = spread([r.cpu for r in rounds], 0), spread([r.p95 for r in rounds], 0)
        refused, failed = sum(r.refused for r in rounds), sum(r.failed for r in rounds)
        print(LINE.format(workload, name, rate, cpu, p50, p95, p99, refused, failed))
    print("\nrequests per CPU second, service / tutorial")
    for workload, goal in GOALS.items():
        print(f"{workload:9} {spread(ratios(results, workload), 2)}   goal: {goal} or more")


def ratios(results: Results, workload: str) -> list[float]:
    pairs = zip(results[workload, "tutorial"], results[workload, "service"], strict=True)
    return [theirs.cpu / ours.cpu for theirs, ours in pairs]


def spread(values: Sequence[float], digits: int) -> str:
    low, high = min(values), max(values)
    return f"{median(values):.{digits}f} [{low:.{digits}f}..{high:.{digits}f}]"


def plot(results: Results) -> str:
    def bars(workload: str, value: Callable[[Result], float]) -> dict[str, float]:
        return {
            name: median(value(result) for result in results[workload, name])
            for name in ("service", "tutorial")
        }

    speed = {workload: bars(workload, lambda result: 1e6 / result.cpu) for workload in GOALS}
    waits = {f"{share:g} × capacity": bars(f"{share} x", lambda r: r.p95) for share in SHARES}  # noqa: RUF001  # a product
    return draw(
        Bars("Requests per CPU second of the server", speed),
        Bars("p95 of accepted requests, ms", waits),
    )


if __name__ == "__main__":
    main()
