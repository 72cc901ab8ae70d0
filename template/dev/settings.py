"""`python -m dev.settings > docs/settings.md`"""

from collections.abc import Iterator

from pydantic_core import PydanticUndefined

from app.settings import Settings

TRACES = """
Traces are sent where OpenTelemetry's own variables say, above all `OTEL_EXPORTER_OTLP_ENDPOINT`;
without one there are none."""


def lines() -> Iterator[str]:
    yield "# Settings\n"
    yield "They come from the environment, in development also from `.env`; an empty one is unset."
    yield "Outside development and test nothing weak is taken: the process names it and ends.\n"
    yield "| setting | default | meaning |\n| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        yield f"| `{name.upper()}` | {_written(field.default)} | {field.description} |"
    yield TRACES


def _written(default: object) -> str:
    if default is PydanticUndefined or not str(default or ""):
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


if __name__ == "__main__":
    print("\n".join(lines()))
