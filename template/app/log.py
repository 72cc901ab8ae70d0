"""One JSON line an event; readable text in development on a terminal."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from app.edge.asgi import request_id

log = logging.getLogger("app")


class JsonLines(logging.Formatter):
    """`fields`, given by `extra={"fields": …}`, are keys of the line beside the usual ones."""

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        words = [f"{record.levelname:<7}", record.getMessage()]
        words += [f"{name}={value}" for name, value in fields.items()]
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return " ".join(words) + trace


def _line(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
        "level": record.levelname.lower(),
        "event": record.getMessage(),
        "logger": record.name,
        "request_id": request_id.get(),
        **fields,
    }


def configure(level: str, *, readable: bool) -> None:
    """Everything that the process logs goes through one handler; the access line is the edge's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Text() if readable and sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    logging.captureWarnings(True)
