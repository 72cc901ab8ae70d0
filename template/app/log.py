"""One JSON line an event; readable text in development on a terminal."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from app.edge.asgi import request_id
from app.telemetry import trace_id

log = logging.getLogger("app")
_ENCODER = json.JSONEncoder(default=str, allow_nan=False)
LENGTH = 8_000  # of a text: collectors cut lines of 16 KiB in two, and half a line is no JSON


class JsonLines(logging.Formatter):
    """`fields`, given by `extra={"fields": …}`, are keys of the line beside the usual ones."""

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record)
        try:
            return _ENCODER.encode(line)
        except Exception:  # a value that has no text either: the event must not be lost for it
            return json.dumps({name: _shown(value) for name, value in line.items()})


class Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        words = [f"{record.levelname:<7}", _event(record)]
        words += [f"{name}={_printable(value)}" for name, value in _fields(record).items()]
        return "\n".join([" ".join(words), *filter(None, [_trace(record)])])


def _line(record: logging.LogRecord) -> dict[str, Any]:
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": _event(record),
        "logger": record.name,
        "request_id": request_id.get(),
        "trace_id": trace_id.get(),
        **_fields(record),
    }
    trace = _trace(record)
    return line | {"exception": trace} if trace else line


def _event(record: logging.LogRecord) -> str:
    try:
        return _cut(record.getMessage())
    except Exception:  # arguments that do not fit the message, or that have no text
        return _cut(f"{record.msg} {_shown(record.args)}")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _trace(record: logging.LogRecord) -> str:
    frames = [logging.Formatter().formatException(record.exc_info)] if record.exc_info else []
    return _cut("\n".join([*frames, *filter(None, [record.stack_info])]))


def _shown(value: object) -> str:
    try:
        return _cut(str(value))
    except Exception:
        return f"<{type(value).__name__}>"


def _printable(value: object) -> str:
    text = _shown(value)
    return text if text.isprintable() else repr(text)


def _cut(text: str) -> str:
    """The middle goes: a trace says the most at its end."""
    half = LENGTH // 2
    return text if len(text) <= LENGTH else f"{text[:half]} … {text[-half:]}"


def configure(level: str, *, readable: bool) -> None:
    """Everything that the process logs goes through one handler; the access line is the edge's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Text() if readable and sys.stderr.isatty() else JsonLines())
    libraries = "INFO" if level == "DEBUG" else level  # they debug by showing bodies and secrets
    logging.basicConfig(level=libraries, handlers=[handler], force=True)
    log.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    # No line tells which thread or process, and to ask takes time.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.captureWarnings(True)
