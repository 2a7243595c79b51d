"""Databases for tests that need one without the tests' tables."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from server.migrations import database_at


@pytest.fixture
async def new_database(postgres: str) -> AsyncIterator[str]:
    """The URL of an empty database."""
    name = f"new_{uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    yield database_at(postgres, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()
