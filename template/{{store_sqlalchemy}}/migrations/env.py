"""How Alembic runs here: one sync connection, one migration at a time across all processes."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from alembic import context

import app
from app.database import Base
from app.driver import make_sync_engine, migrating
from app.settings import settings

for package in iter_modules(app.__path__, "app."):
    if package.ispkg and find_spec(f"{package.name}.models"):
        import_module(f"{package.name}.models")


def run_offline() -> None:
    context.configure(
        dialect_name=make_sync_engine(settings()).dialect.name,
        target_metadata=Base.metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    with make_sync_engine(settings()).connect() as connection, migrating(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
