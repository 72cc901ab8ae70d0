"""What the service meets when it runs: its environment, its port, its database, its Redis.

The database is asked through the project's own interpreter: its drivers are its own.
"""

import re
import socket
import sys
from collections.abc import Iterator
from errno import EADDRINUSE
from pathlib import Path
from urllib.parse import unquote

from scaffold.doctor.finding import OK, PROBLEM, WARNING, Finding, Place, Variable, look
from scaffold.doctor.settings import answered, silence

LIMIT_SECONDS = 20.0
LAST_PORT = 65535
FURTHER = 20  # ports that are tried after one that is taken

# "refused": the settings are not accepted, of which a rule of theirs tells.
DATABASE = """\
import asyncio, inspect, json
from pydantic import ValidationError
from app.edge.store import NotReady
from app.settings import settings
from app.store import store
async def end(waiting): await waiting
try:
    settings()
    found = store.check()
    if inspect.isawaitable(found):
        asyncio.run(end(found))
    found = {"state": "ok"}
except ValidationError:
    found = {"state": "refused"}
except NotReady as error:
    found = {"state": "behind", "said": str(error)}
except Exception as error:
    found = {"state": "away", "said": str(getattr(error, "orig", None) or error)}
print(json.dumps(found))
"""
REDIS = """\
import json, redis
from pydantic import ValidationError
from app.settings import settings
try:
    url = settings().redis_url.get_secret_value()
    redis.from_url(url, socket_connect_timeout=2, socket_timeout=2).ping()
    found = {"state": "ok"}
except ValidationError:
    found = {"state": "refused"}
except Exception as error:
    found = {"state": "away", "said": str(error)}
print(json.dumps(found))
"""


def setup(place: Place) -> Iterator[Finding]:
    if place.is_set_up:
        yield Finding("setup", OK, "the service is installed in .venv")
    else:
        way = place.command("make setup")
        yield Finding("setup", WARNING, "the service is not installed yet", way)


def lock(place: Place) -> Iterator[Finding]:
    from uv import find_uv_bin

    asked = ["lock", "--check", "--offline", "--no-progress", "--python", sys.executable]
    seen = look([find_uv_bin(), *asked], place.folder, LIMIT_SECONDS)
    way = place.command("uv lock")
    if not seen or seen.code is None:
        yield Finding("lock", WARNING, f"uv: {seen.last if seen else 'it does not run'}", way)
    elif seen.code == 0:
        yield Finding("lock", OK, "uv.lock follows pyproject.toml")
    elif "Failed to parse" in seen.err:
        yield Finding("lock", PROBLEM, "uv cannot read pyproject.toml or uv.lock", way)
    elif not (place.folder / "uv.lock").exists():
        yield Finding("lock", WARNING, "there is no uv.lock yet", place.command("make setup"))
    else:
        told = "uv.lock is behind pyproject.toml: no image can be built"
        yield Finding("lock", PROBLEM, told, way)


def port(place: Place) -> Iterator[Finding]:
    host = (place.variable("HOST") or Variable("127.0.0.1", None)).value
    for name, usual in (("PORT", "8000"), ("METRICS_PORT", "")):
        found = (place.variable(name) or Variable(usual, None)).value
        if not found.isdecimal() or int(found) > LAST_PORT:
            continue  # of which the settings themselves speak
        number = int(found)
        told = f"{host}:{number}"
        if not (why := _refusal(host, number)):
            yield Finding("port", OK, f"{told} is free")
            continue
        near = range(number + 1, min(number + FURTHER, LAST_PORT + 1))
        free = next((other for other in near if not _refusal(host, other)), None)
        way = place.command(f"{name}={free} make dev") if free else None
        yield Finding("port", WARNING, f"{told} {why}: `make dev` cannot listen there", way)


def database(place: Place) -> Iterator[Finding]:
    """Only where one is named: without, `make dev` brings its own."""
    found = place.variable("DATABASE_URL")
    if not found:
        return
    where = shown(found.value)
    if file := _absent_file(place, found.value):
        told = f"{file} is not there yet"
        yield Finding("database", WARNING, told, place.command("make migrate"))
        return
    if not place.is_set_up:
        yield _not_asked(place, "database", where)
        return
    state, said = _answer(place, DATABASE, found.value)
    if state == "away":
        way = silence(place, "DATABASE_URL", found)
        yield Finding("database", PROBLEM, f"{where}: {said}", way)
    if state in ("ok", "behind"):
        yield Finding("database", OK, where)
    if state == "ok":
        yield Finding("migrations", OK, "the database has them all")
    if state == "behind":
        yield Finding("migrations", WARNING, said, place.command("make migrate"))


def redis(place: Place) -> Iterator[Finding]:
    found = place.variable("REDIS_URL")
    if not found:
        return
    where = shown(found.value)
    if not place.is_set_up:
        yield _not_asked(place, "redis", where)
        return
    state, said = _answer(place, REDIS, found.value)
    if state == "ok":
        yield Finding("redis", OK, where)
    if state == "away":
        told = f"{where}: {said}; each process counts requests for itself"
        yield Finding("redis", WARNING, told, silence(place, "REDIS_URL", found))


def shown(url: str) -> str:
    """An address without what could be secret in it: who, by which password, and with what."""
    scheme, divided, rest = url.partition("://")
    if not divided or not re.fullmatch(r"[a-z0-9+]+", scheme):
        return "what it is set to"
    return f"{scheme}://{re.split('[?#]', rest.rpartition('@')[2])[0]}"


def hidden(text: str, url: str) -> str:
    """`text` without the address and its password."""
    whose = url.partition("://")[2].rpartition("@")[0]
    if re.search("[/?#@]|:.*:", whose):  # a driver may take parts of the password for the host
        return "no connection; in a password : / ? # @ are written %3A %2F %3F %23 %40"
    password = whose.partition(":")[2]
    for secret in filter(None, (url, password, unquote(password))):
        text = text.replace(secret, "***")
    return text


def _answer(place: Place, probe: str, url: str) -> tuple[str, str]:
    """The state that the probe found, and what was said, in one line without secrets."""
    asked = answered(place, probe)
    if not asked:
        return "away", "the Python of .venv does not run"
    found = asked.document or {"state": "away", "said": asked.last}
    said = hidden(found.get("said", ""), url).strip().partition("\n")[0].rstrip(".")
    return found["state"], said


def _not_asked(place: Place, rule: str, where: str) -> Finding:
    told = f"{where} was not asked: the service is not installed yet"
    return Finding(rule, WARNING, told, place.command("make setup"))


def _absent_file(place: Place, url: str) -> Path | None:
    """Of SQLite: to connect would make it."""
    file = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", url)
    path = place.folder / file[1] if file else None
    return path if path and not path.exists() else None


def _refusal(host: str, number: int) -> str:
    """Why nothing can listen there, or nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError as error:
            taken = error.errno == EADDRINUSE
            return "is taken" if taken else f"is refused: {(error.strerror or str(error)).lower()}"
    return ""
