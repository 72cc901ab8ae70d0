"""Spans by OpenTelemetry, sent in batches from a thread of their own: a collector that is away or
hangs costs spans, never a request."""

import logging
import threading
from collections.abc import Sequence
from importlib.metadata import entry_points

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span, SpanKind, StatusCode

from app.edge.asgi import METHODS, Head
from app.log import log
from app.telemetry import End, Parent, parent_of, trace_id

CLOSE_SECONDS = 2.0
PATH_LENGTH = 1_000  # a stranger's word: a full queue must fit into memory

logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)  # Exporter tells it once


class Spans:
    def __init__(self) -> None:
        named = Resource.create({SERVICE_NAME: _distribution()})
        resource = named.merge(OTELResourceDetector().detect())  # the environment wins
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(Exporter()))
        self._tracer = self._provider.get_tracer("app")
        trace.set_tracer_provider(self._provider)

    def begin(self, head: Head) -> End:
        known = head.method in METHODS
        name = head.method if known else "HTTP"
        attributes = {
            "http.request.method": head.method if known else "_OTHER",
            "url.path": head.path[:PATH_LENGTH],
            "client.address": head.client,
        }
        parent = _context(parent_of(head))
        span = self._tracer.start_span(name, parent, SpanKind.SERVER, attributes)
        token = context.attach(trace.set_span_in_context(span))
        trace_id.set(trace.format_trace_id(span.get_span_context().trace_id))

        def end(route: str, status: int) -> None:
            _end(span, name, route, status)
            context.detach(token)

        return end

    def close(self) -> None:
        """The library would wait for half a minute."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(CLOSE_SECONDS)


class Exporter(OTLPSpanExporter):
    """Says when spans no longer arrive and when they do again, not at each attempt."""

    _arriving = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        arriving = result is SpanExportResult.SUCCESS
        if arriving is not self._arriving:
            log.warning("spans arrive again" if arriving else "spans do not arrive")
        self._arriving = arriving
        return result


def _distribution() -> str:
    """The one whose command is `app`."""
    [command] = entry_points(group="console_scripts", name="app", value="app.cli:main")
    return command.dist.name if command.dist else "app"


def _context(parent: Parent | None) -> context.Context:
    if parent is None:
        return context.Context()
    remote = trace.SpanContext(
        int(parent.trace_id, 16),
        int(parent.span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(int(parent.flags, 16) & trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(remote), context.Context())


def _end(span: Span, name: str, route: str, status: int) -> None:
    """By the semantic conventions a template is named only where there is one."""
    span.set_attribute("http.response.status_code", status)
    if route != "unmatched":
        span.set_attribute("http.route", route)
        span.update_name(f"{name} {route}")
    if status >= 500:
        span.set_attribute("error.type", str(status))
        span.set_status(StatusCode.ERROR)
    span.end()
