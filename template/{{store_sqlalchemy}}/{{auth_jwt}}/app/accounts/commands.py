"""`app accounts create|grant|list`"""

import argparse
import sys

from pydantic import ValidationError

from app.accounts import service
from app.accounts.schemas import AccountCreate
from app.auth.roles import ROLES
from app.store import in_unit

Arguments = argparse.Namespace


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    actions = commands.add_parser("accounts", help="accounts and their roles").add_subparsers(
        required=True
    )
    creating = actions.add_parser("create", help="the first admin is made here")
    creating.add_argument("email")
    creating.add_argument("--role", choices=ROLES, required=True)
    creating.add_argument(
        "--password-stdin", action="store_true", required=True, help="read the password's line"
    )
    creating.set_defaults(run=_create)
    granting = actions.add_parser("grant", help="give an account another role")
    granting.add_argument("email")
    granting.add_argument("role", choices=ROLES)
    granting.set_defaults(run=_grant)
    actions.add_parser("list", help="every account and its role").set_defaults(run=_list)


def _create(arguments: Arguments) -> None:
    password = sys.stdin.readline().rstrip("\n")
    try:
        new = AccountCreate(email=arguments.email, password=password)
    except ValidationError as error:
        told = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        sys.exit(f"error: {told}")
    in_unit(
        lambda session: service.create_account(session, new.email, new.password, arguments.role)
    )


def _grant(arguments: Arguments) -> None:
    in_unit(lambda session: service.grant_role(session, arguments.email, arguments.role))


def _list(arguments: Arguments) -> None:
    for account in in_unit(service.list_accounts):
        print(f"{account.email}  {account.role}  {account.created_at:%Y-%m-%d}")
