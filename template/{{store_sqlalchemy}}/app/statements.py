"""A span for each statement, inside that of its request. Values are not part of a statement."""

from typing import Any

from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import Engine, ExceptionContext, event

from app.telemetry import is_exporting


def trace_statements(engine: Engine) -> None:
    """Costs nothing where no spans are exported."""
    if not is_exporting():
        return
    tracer = trace.get_tracer("app")

    @event.listens_for(engine, "before_cursor_execute")
    def begin(_connection: Any, _cursor: Any, statement: str, *others: Any) -> None:
        attributes = {"db.system.name": engine.dialect.name, "db.query.text": statement}
        _, execution, _ = others
        verb = statement.split(maxsplit=1)[0]
        execution.span = tracer.start_span(verb, kind=SpanKind.CLIENT, attributes=attributes)

    @event.listens_for(engine, "after_cursor_execute")
    def end(*others: Any) -> None:
        *_, execution, _ = others
        execution.span.end()

    @event.listens_for(engine, "handle_error")
    def fail(failed: ExceptionContext) -> None:
        span = getattr(failed.execution_context, "span", trace.INVALID_SPAN)
        span.set_status(StatusCode.ERROR)
        span.end()
