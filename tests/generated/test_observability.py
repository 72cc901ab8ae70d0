"""What a service tells about itself: metrics, traces, log lines."""

import base64
import itertools
import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.generated.conftest import Make, Project
from tests.generated.credentials import ADMIN, credentials
from tests.generated.process import (
    SECRET_KEY,
    Database,
    Service,
    free_port,
    run,
)

ITEMS = "/api/v1/items"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT_ON = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
FIELDS = {
    "/api/v1/auth/register": ["email", "password"],
    "/api/v1/auth/token": ["email", "password"],
    "/api/v1/auth/refresh": ["refresh_token"],
}
JSON = {"Content-Type": "application/json"}
ADDRESSES = itertools.count(1)
SECRETS = [ADMIN["password"], "another long password", "a-token-that-nobody-gave-out"]
# Run by the project's Python, which has the format's definition.
DECODE = """
import pathlib, sys
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
whole = ExportTraceServiceRequest()
for path in sys.argv[1:]:
    whole.MergeFromString(pathlib.Path(path).read_bytes())
print(MessageToJson(whole))
"""
Serve = Callable[..., Service]


class Collector(ThreadingHTTPServer):
    """Takes what is sent by OTLP over HTTP. While `held` is set it says nothing to anybody."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.received: list[bytes] = []
        self.arrived, self.held = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Exchange(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.arrived.set()
        while self.server.held.is_set():
            time.sleep(0.05)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def collecting(port: int = 0) -> Iterator[Collector]:
    with Collector(port) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        yield collector
        collector.held.clear()
        collector.shutdown()


def decoded(project: Project, received: list[bytes], folder: Path) -> tuple[str, dict[str, Any]]:
    """The service's name, and its spans by their names."""
    files = [folder / f"{number}.bin" for number in range(len(received))]
    for file, body in zip(files, received, strict=True):
        file.write_bytes(body)
    printed = run(project.folder, ".venv/bin/python", "-c", DECODE, *map(str, files))
    sent = json.loads(printed)["resourceSpans"]
    spans = [span for each in sent for scope in each["scopeSpans"] for span in scope["spans"]]
    return attributes(sent[0]["resource"])["service.name"], {span["name"]: span for span in spans}


def attributes(of: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers are text in protobuf's JSON."""
    return {each["key"]: next(iter(each["value"].values())) for each in of["attributes"]}


def ids(span: dict[str, Any], name: str) -> str:
    """Bytes are base64 in protobuf's JSON."""
    return base64.b64decode(span[name]).hex()


def lines(service: Service) -> list[dict[str, Any]]:
    """Raises when one is not JSON."""
    return [json.loads(line) for line in service.log.read_text().splitlines()]


def requests_of(service: Service) -> list[dict[str, Any]]:
    return [line for line in lines(service) if line["event"] == "request"]


def samples(text: str, name: str) -> dict[str, float]:
    """Value by labels."""
    found = re.findall(rf"^{name}(?:{{(.*?)}})? (.*)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


# Metrics


def test_metrics_count_what_was_asked_and_how_long_it_took(serve: Serve) -> None:
    with serve() as service, service.client() as client:
        for _ in range(3):
            client.get(ITEMS)
        client.post(ITEMS, json={})
        text = client.get("/metrics").text

    listed, refused = (
        f'method="{method}",route="{ITEMS}",status="{status}"'
        for method, status in [("GET", 200), ("POST", 422)]
    )
    assert samples(text, "http_requests_total") == {listed: 3, refused: 1}
    counted = samples(text, "http_request_duration_seconds_count")
    buckets = samples(text, "http_request_duration_seconds_bucket")
    assert counted[f'method="GET",route="{ITEMS}"'] == 3
    assert buckets[f'le="+Inf",method="GET",route="{ITEMS}"'] == 3
    assert f'le="0.2",method="GET",route="{ITEMS}"' in buckets
    assert samples(text, "http_requests_in_flight_limit") == {"": 64}
    assert samples(text, "process_open_fds")[""] > 0


def test_strangers_do_not_make_series(serve: Serve) -> None:
    with serve() as service, service.client() as client:
        for number in range(30):
            client.get(f"/unknown/{number}")
            client.request("PROPFIND", f"/unknown/{number}")
        for path in ("/health", "/ready", "/metrics"):
            client.get(path)
        text = client.get("/metrics").text

    assert samples(text, "http_requests_total") == {
        'method="GET",route="unmatched",status="404"': 30,
        'method="OTHER",route="unmatched",status="404"': 30,
    }


def test_metrics_have_a_port_of_their_own_if_it_is_set(serve: Serve) -> None:
    port = free_port()
    with serve(METRICS_PORT=str(port)) as service:
        service.get(ITEMS)
        own = httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
        main = service.get("/metrics")

    assert main.status_code == 404
    assert own.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert len(samples(own.text, "http_requests_total")) == 1


def test_a_port_that_is_taken_is_named_at_start(serve: Serve) -> None:
    with collecting() as taken:
        service = serve(METRICS_PORT=str(taken.server_port))
        try:
            assert service.process.wait(20) != 0
        finally:
            service.process.kill()
    assert f"METRICS_PORT {taken.server_port}" in service.log.read_text()


# Log lines


def test_a_request_is_one_line_of_the_contract(serve: Serve) -> None:
    with serve() as service:
        service.get(f"{ITEMS}/%0Ano-id", **SENT_ON, **{"X-Request-ID": "mine"})

    [line] = requests_of(service)
    assert line["duration_ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert {key: line[key] for key in line.keys() - {"time", "duration_ms"}} == {
        "level": "info",
        "event": "request",
        "logger": "app.access",
        "method": "GET",
        "route": f"{ITEMS}/{{item_id}}",
        "status": 404,
        "request_id": "mine",
        "trace_id": TRACE,
        "caller": "anonymous",
        "client": "127.0.0.1",
    }


def test_what_is_no_traceparent_begins_a_trace(serve: Serve) -> None:
    with serve() as service:
        for given in ("", f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01"):
            service.get("/unknown", traceparent=given)

    begun = {line["trace_id"] for line in requests_of(service)}
    assert len(begun) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in begun - {TRACE})


@pytest.mark.parametrize("combination", ["postgresql-jwt", "postgresql-api-key", "sqlite-jwt"])
def test_no_secret_is_in_the_log(make: Make, combination: str) -> None:
    folder, auth = make(combination).folder, make(combination).answers["auth"]
    with Database(folder) as database:
        settings = {"DATABASE_URL": database.create("secrets"), "SECRET_KEY": SECRET_KEY}
        run(folder, ".venv/bin/app", "migrate", **settings)
        verbose = {"LOG_LEVEL": "DEBUG", "TRUSTED_PROXIES": "127.0.0.1"}
        with Service(folder, **verbose, **settings) as service:
            service.wait_until("/ready", 200)
            [credential] = credentials(auth, folder, service, **settings)
            given = tell_secrets(service, credential)

    log = service.log.read_text()
    assert [secret for secret in [*given, SECRET_KEY] if secret in log] == []
    statuses = {line["status"] for line in requests_of(service)}
    assert statuses >= {400, 401, 422}
    assert 429 not in statuses


HIDES = """
from app.driver import make_engine
from app.settings import settings
engine = make_engine(settings(), 1, write=True)
assert getattr(engine, "sync_engine", engine).hide_parameters
"""


def test_what_a_statement_holds_is_not_in_its_error(each_project: Project) -> None:
    with Database(each_project.folder) as database:
        run(each_project.folder, ".venv/bin/python", "-c", HIDES, DATABASE_URL=database.server)


def tell_secrets(service: Service, credential: str) -> list[str]:
    """Where they belong, and where they do not. What was told, tokens of answers included."""
    name, _, secret = credential.partition(": ")
    owned = {name: secret}
    stolen = [{"X-API-Key": each, "Authorization": f"Bearer {each}"} for each in SECRETS]
    bodies = [{"email": "a@example.org", "password": s, "refresh_token": s} for s in SECRETS]
    with service.client() as client:
        client.event_hooks["request"] = [from_elsewhere]
        for path, body in itertools.product([ITEMS, *FIELDS], bodies):
            fit = {key: body[key] for key in FIELDS.get(path, body)}
            client.post(path, json=fit, headers=owned)
            client.post(path, content=json.dumps(body)[:-1], headers=owned | JSON)
        for headers in [owned, *stolen]:
            client.get(ITEMS, headers=headers)
            client.get("/unknown", params=headers, headers=headers)
        told = client.post("/api/v1/auth/token", json=ADMIN).json().get("data", {})
    tokens = [value for key, value in told.items() if key in ("access_token", "refresh_token")]
    return [secret.removeprefix("Bearer "), *SECRETS, *tokens]


def from_elsewhere(request: httpx2.Request) -> None:
    """No address asks so often that it is refused before it is heard."""
    request.headers["X-Forwarded-For"] = f"192.0.2.{next(ADDRESSES)}"


# Traces


def test_spans_arrive_with_their_parent(project: Project, serve: Serve, tmp_path: Path) -> None:
    with collecting() as collector:
        with serve(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as service:
            service.get(ITEMS, **SENT_ON)
            service.get("/unknown")
            service.get("/health")
        name, spans = decoded(project, collector.received, tmp_path)

    assert name == "myservice"
    assert spans.keys() == {f"GET {ITEMS}", "GET", "SELECT"}
    listed, selected, unknown = spans[f"GET {ITEMS}"], spans["SELECT"], spans["GET"]
    assert [ids(listed, name) for name in ("traceId", "parentSpanId")] == [TRACE, SPAN]
    assert ids(selected, "parentSpanId") == ids(listed, "spanId")
    assert [ids(each, "traceId") for each in (listed, unknown)] == [
        line["trace_id"] for line in requests_of(service)
    ]
    assert attributes(listed) == {
        "http.request.method": "GET",
        "http.route": ITEMS,
        "http.response.status_code": "200",
        "url.path": ITEMS,
        "client.address": "127.0.0.1",
    }


def test_a_collector_that_hangs_costs_no_request_anything(serve: Serve) -> None:
    with collecting() as collector:
        collector.held.set()
        exporter = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        with serve(**exporter) as service, service.client() as client:
            began = time.monotonic()
            statuses = {client.get(ITEMS).status_code for _ in range(50)}
            assert collector.arrived.wait(10)
            statuses |= {client.get(ITEMS).status_code for _ in range(50)}
            seconds = time.monotonic() - began
            service.process.send_signal(signal.SIGTERM)

            assert service.process.wait(6) == 0
    assert statuses == {200}
    assert seconds < 5


def test_a_collector_that_is_away_is_told_once(serve: Serve) -> None:
    port = free_port()
    exporter = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{port}/v1/traces",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "0.5",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    # The collector outlives the service: what that sends at its end arrives too.
    with ExitStack() as outliving, serve(**exporter) as service, service.client() as client:
        for _ in range(10):
            assert client.get(ITEMS).status_code == 200
            time.sleep(0.1)
        collector = outliving.enter_context(collecting(port))
        client.get(ITEMS)
        assert collector.arrived.wait(10)

    told = [line["event"] for line in lines(service) if line["level"] == "warning"]
    assert [each for each in told if "spans" in each] == [
        "spans do not arrive",
        "spans arrive again",
    ]
