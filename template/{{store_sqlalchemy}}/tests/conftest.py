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


@pytest.fixture(scope="session", autouse=True)
async def store() -> AsyncIterator[None]:
    from app import migrations
    from app.store import store

    migrations.migrate()
    yield
    await store.close()


@pytest.fixture(autouse=True)
async def empty_tables(store: None) -> None:
    from app.database import Base, writers

    async with writers.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
        await session.commit()


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    from app.main import app

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
