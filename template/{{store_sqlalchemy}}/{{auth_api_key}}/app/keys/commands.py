"""`app keys create|list|rotate|revoke`"""

import argparse
import sys
from datetime import UTC, datetime, timedelta

from app.errors import ValidationFailed
from app.keys import service
from app.store import in_unit

Arguments = argparse.Namespace


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    actions = commands.add_parser("keys", help="API keys").add_subparsers(required=True)
    creating = actions.add_parser("create", help="print a new key, once")
    creating.add_argument("name")
    creating.add_argument("--scope", required=True, help="items:read,items:write")
    creating.add_argument("--expires-days", type=int, metavar="N")
    creating.set_defaults(run=_create)
    actions.add_parser("list", help="every key, without its secret").set_defaults(run=_list)
    for name, run, text in (
        ("rotate", _rotate, "print a new secret; the old one ends at once"),
        ("revoke", _revoke, "end a key"),
    ):
        acting = actions.add_parser(name, help=text)
        acting.add_argument("name")
        acting.set_defaults(run=run)


def _create(arguments: Arguments) -> None:
    scopes = _known(arguments.scope.split(","))
    days = arguments.expires_days
    expires_at = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    print(in_unit(lambda session: service.create_key(session, arguments.name, scopes, expires_at)))
    print("Keep it now: only a digest of it is stored.", file=sys.stderr)


def _known(scopes: list[str]) -> list[str]:
    """Raises ValidationFailed: a misspelt scope would be a key that opens nothing."""
    from app.main import routes

    known = {route.permission for route in routes if route.permission}
    unknown = [scope for scope in scopes if scope not in known]
    if unknown:
        raise ValidationFailed(f"{unknown[0]} is no scope; there are {', '.join(sorted(known))}.")
    return scopes


def _list(arguments: Arguments) -> None:
    for key in in_unit(service.list_keys):
        state = "revoked" if key.revoked_at else f"until {key.expires_at or 'revoked'}"
        print(f"{key.name}  {key.id}  {','.join(key.scopes)}  {state}")


def _rotate(arguments: Arguments) -> None:
    print(in_unit(lambda session: service.rotate_key(session, arguments.name)))


def _revoke(arguments: Arguments) -> None:
    in_unit(lambda session: service.revoke_key(session, arguments.name))
