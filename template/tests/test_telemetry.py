import pytest

from app.edge.asgi import Head
from app.telemetry import is_exporting, make_telemetry, trace_id

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def traced(traceparent: str) -> str:
    head = Head("GET", "/", b"", {"traceparent": traceparent}, "-")
    make_telemetry().begin(head)("/", 200)
    return trace_id.get()


@pytest.mark.parametrize("version", ["00", "cc"])
def test_a_trace_goes_on(version: str) -> None:
    assert traced(f"{version}-{TRACE}-{SPAN}-01") == TRACE


def test_a_version_to_come_may_say_more() -> None:
    assert traced(f"01-{TRACE}-{SPAN}-01-more") == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01, 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_what_is_not_valid_begins_a_trace(traceparent: str) -> None:
    first, second = traced(traceparent), traced(traceparent)

    assert TRACE not in (first, second)
    assert first != second
    assert len(bytes.fromhex(first)) == 16


def test_spans_are_made_only_where_an_exporter_is_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    configured = is_exporting()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")

    assert (configured, is_exporting()) == (True, False)
