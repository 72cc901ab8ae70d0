"""Which trace a request belongs to; its spans too, where an exporter is configured."""

import os
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple, Protocol

from app.edge.asgi import Head

EXPORTERS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
End = Callable[[str, int], None]  # of a request: its route's template, its status

trace_id: ContextVar[str] = ContextVar("trace_id", default="-")


class Parent(NamedTuple):
    trace_id: str
    span_id: str
    flags: str


class Telemetry(Protocol):
    def begin(self, head: Head) -> End:
        """Set trace_id; what is returned ends the request's span."""

    def close(self) -> None: ...


def make_telemetry() -> Telemetry:
    if not is_exporting():
        return Ids()
    from app.spans import Spans  # noqa: PLC0415  # the SDK takes a third of a second to import

    return Spans()


def is_exporting() -> bool:
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and any(os.environ.get(name) for name in EXPORTERS)


class Ids:
    """No spans: a trace is the word that log lines of several services share."""

    def begin(self, head: Head) -> End:
        parent = parent_of(head)
        trace_id.set(parent.trace_id if parent else os.urandom(16).hex())
        return _no_span

    def close(self) -> None:
        pass


def _no_span(route: str, status: int) -> None:
    pass


def parent_of(head: Head) -> Parent | None:
    """By W3C Trace Context: version ff and ids of zeros are invalid, and only versions to come may
    say more."""
    given = head.headers.get("traceparent")
    found = TRACEPARENT.fullmatch(given) if given else None
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or not (int(trace, 16) and int(span, 16)):
        return None
    return Parent(trace, span, flags)
