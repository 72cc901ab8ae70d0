"""What the service is told: .env beside what its settings read, and whether they are accepted."""

import ast
import re
import shlex
import sys
from collections.abc import Iterator

from scaffold.doctor.finding import OK, PROBLEM, WARNING, Finding, Look, Place, Variable, look
from scaffold.errors import nearest

LIMIT_SECONDS = 20.0
TELLING = 6  # characters, below which a value is a word or a number like others
SED = "sed -i ''" if sys.platform == "darwin" else "sed -i"
KEY = "export SECRET_KEY=\"$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')\""

# Run by the project's own interpreter: the class knows what it needs. No value is printed.
PROBE = """\
import json
from pydantic import ValidationError
from app.settings import settings
try:
    settings()
    found = []
except ValidationError as error:
    found = [(".".join(map(str, e["loc"])).upper(), e["type"], e["msg"]) for e in error.errors()]
print(json.dumps(found))
"""
DATABASES = {
    "postgresql": "postgresql://nobody@127.0.0.1:1/none",
    "mysql": "mysql://nobody@127.0.0.1:1/none",
    "sqlite": "sqlite:///none.db",
}


def unknown(place: Place) -> Iterator[Finding]:
    """A typing error in .env is a default that nobody notices."""
    if not place.dotenv:
        return
    known = _known(place)
    strange = {name: found for name, found in place.dotenv.items() if name.upper() not in known}
    for name, found in strange.items():
        told = f".env:{found.line}: nothing reads {name}"
        guess = nearest(name.upper(), sorted(known))
        if guess:
            told, change = f"{told}; did you mean {guess}?", f"s/{name}/{guess}/"
        else:
            change = "s/^/# /"
        way = place.command(f"{SED} '{found.line}{change}' .env")
        yield Finding("env-unknown", WARNING, told, way)
    if not strange:
        yield Finding("env-unknown", OK, f"each of the {len(place.dotenv)} in .env is read")


def missing(place: Place) -> Iterator[Finding]:
    if not place.is_set_up:
        return
    asked = answered(place, PROBE)
    refused = asked.document if asked and asked.code == 0 else None
    if refused is None:
        why = _masked(place, asked.last) if asked else "the Python of .venv does not run"
        told = f"the settings cannot be asked: {why}"
        yield Finding("env-missing", PROBLEM, told, place.command("make setup"))
        return
    for name, kind, said in refused:
        yield _refused(place, name, kind, _masked(place, said.removeprefix("Value error, ")))
    if not refused:
        yield Finding("env-missing", OK, f"the settings are accepted in {place.environment}")


def answered(place: Place, probe: str) -> Look | None:
    """What the project's own interpreter answers: it has the settings, and the drivers."""
    return look([place.python, "-B", "-c", probe], place.folder, LIMIT_SECONDS, **_lent(place))


def _lent(place: Place) -> dict[str, str]:
    """In development `make dev` brings a database: settings are asked as if there were one."""
    if place.environment not in ("development", "test") or place.variable("DATABASE_URL"):
        return {}
    return {"DATABASE_URL": DATABASES.get(str((place.answers or {}).get("database")), "")}


def silence(place: Place, name: str, found: Variable) -> str:
    """The command without which a setting stays out of the way."""
    if found.line is None:
        return place.command(f"env -u {name} make dev")
    return place.command(f"{SED} '{found.line}s/^/# /' .env")


def _masked(place: Place, text: str) -> str:
    """`text` without the value of a setting, which a check of the owner's could repeat."""
    values = [found.value for name in _known(place) if (found := place.variable(name))]
    for value in values:
        text = text.replace(value, "***") if len(value) >= TELLING else text
    return text


def _refused(place: Place, name: str, kind: str, said: str) -> Finding:
    name = name or next(iter(re.findall(r"\b[A-Z][A-Z_]{2,}\b", said)), "")
    absent = kind == "missing" or not place.variable(name)
    told = f"{name} is not set: {place.environment} needs it" if absent else f"{name}: {said}"
    way = place.command(f"grep {name or 'setting'} docs/settings.md")
    if name == "SECRET_KEY":
        way = KEY
    elif absent:
        way = f"export {name}={shlex.quote(_example(place, name))}"
    return Finding("env-missing" if absent else "env-invalid", PROBLEM, told, way)


def _example(place: Place, name: str) -> str:
    found = re.search(rf"^(?:# ?)?{name}=(.+)$", place.text(".env.example"), re.MULTILINE)
    return found[1] if found else "..."


def _known(place: Place) -> set[str]:
    """What the settings class has, the tests and tools read, and compose.yaml takes from .env."""
    fields = {
        node.target.id.upper()
        for node in _class_body(place.text("app/settings.py"))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    example = re.findall(r"^(?:# ?)?([A-Z][A-Z0-9_]*)=", place.text(".env.example"), re.MULTILINE)
    composed = re.findall(r"\$\{?([A-Z][A-Z0-9_]*)", place.text("compose.yaml"))
    return {*fields, *example, *composed}


def _class_body(source: str) -> Iterator[ast.stmt]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Settings":
            yield from node.body
