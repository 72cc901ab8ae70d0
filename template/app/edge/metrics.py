"""Rate, errors, duration and what is in use, for Prometheus. No label takes a stranger's word: the
number of series is bounded by what the service itself has."""

from collections.abc import Callable, Iterator
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.edge.asgi import METHODS
from app.edge.store import Answer, Store
from app.settings import Settings

# Close together around 0.2 s, which 95 of 100 requests must stay under.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
Series = tuple[Counter, Histogram]


class Metrics:
    def __init__(self, store: Store, settings: Settings, in_flight: Callable[[], int]) -> None:
        self._settings = settings
        self._server: WSGIServer | None = None
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Answers", ["method", "route", "status"], registry=self._registry
        )
        self._durations = Histogram(
            "http_request_duration_seconds",
            "From the head of a request to the end of its answer",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._series: dict[tuple[str, str, int], Series] = {}
        self._registry.register(_Use(store, settings.in_flight_limit, in_flight))
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        key = method if method in METHODS else "OTHER", route, status
        if key not in self._series:
            self._series[key] = self._make_series(*key)
        requests, durations = self._series[key]
        requests.inc()
        durations.observe(seconds)

    def _make_series(self, method: str, route: str, status: int) -> Series:
        """Kept by who asks: finding them by their labels takes longer than counting."""
        requests = self._requests.labels(method, route, str(status))
        return requests, self._durations.labels(method, route)

    def answer(self) -> Answer:
        headers = [("content-type", CONTENT_TYPE_PLAIN_0_0_4)]
        return Answer(200, headers, generate_latest(self._registry))

    def serve(self) -> None:
        """On METRICS_PORT, if it is set. Raises OSError, naming it, when the port is taken."""
        port = self._settings.metrics_port
        if port is None:
            return
        try:
            self._server, _ = start_http_server(port, self._settings.host, self._registry)
        except OSError as error:
            raise OSError(f"METRICS_PORT {port}: {error.strerror}") from error
        # Who leaves early is no event; by default it would be text in a log of JSON.
        self._server.handle_error = _ignore  # type: ignore[method-assign]  # made by the library

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _ignore(request: object, client_address: object) -> None:
    pass


class _Use(Collector):
    """Read when Prometheus asks."""

    def __init__(self, store: Store, limit: int, in_flight: Callable[[], int]) -> None:
        self._store, self._limit, self._in_flight = store, limit, in_flight

    def collect(self) -> Iterator[GaugeMetricFamily]:
        name, about = "http_requests_in_flight", "Requests being worked on"
        yield GaugeMetricFamily(name, about, self._in_flight())
        yield GaugeMetricFamily(f"{name}_limit", "More are refused", self._limit)
        used = GaugeMetricFamily("database_connections_used", "Taken by requests", labels=["pool"])
        limit = GaugeMetricFamily("database_connections_limit", "All there are", labels=["pool"])
        for pool, (taken, places) in self._store.connections().items():
            used.add_metric([pool], taken)
            limit.add_metric([pool], places)
        yield from (used, limit)
