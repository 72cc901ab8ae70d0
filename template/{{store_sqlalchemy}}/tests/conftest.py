"""A real database, migrated once and empty before each test; the service in this process."""

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack

import httpx2
import pytest

from dev.database import fresh_database


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module imports `app`, which reads its settings then."""
    databases = ExitStack()
    config.add_cleanup(databases.close)
    os.environ["DATABASE_URL"] = databases.enter_context(fresh_database())
    os.environ["ENVIRONMENT"] = "test"
    os.environ["SECRET_KEY"] = "one for this process and for those that tests start"


@pytest.fixture(scope="session", autouse=True)
async def store() -> AsyncIterator[None]:
    from app import migrations
    from app.store import store

    migrations.migrate()
    yield
    await store.close()


@pytest.fixture(autouse=True)
async def empty_tables(store: None) -> None:
    from app.database import Base, connections

    async with connections().writers.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
        await session.commit()


@pytest.fixture
async def client(empty_tables: None) -> AsyncIterator[httpx2.AsyncClient]:
    from app.main import app
    from tests.credentials import credentials

    transport = httpx2.ASGITransport(app=app)
    headers = await credentials()
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client
