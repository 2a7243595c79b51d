"""A library of two authors and four books."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from planner.planning import Planner
from tests.planner.library import ADA, BOB, EVE, Library
from tests.planner.toy import SCHEMA, ToyBindings, metadata


@pytest.fixture
async def library(postgres: str) -> AsyncIterator[Library]:
    driver = await asyncpg.connect(postgres)
    transaction = driver.transaction()
    await transaction.start()
    dialect: Any = postgresql.dialect
    for table in metadata.sorted_tables:
        await driver.execute(str(CreateTable(table).compile(dialect=dialect())))
    await driver.executemany(
        "INSERT INTO authors VALUES ($1, $2, $3)", [(ADA, 'Ada "A" \u2028', 1815), (BOB, "Bob", None)]
    )
    rows = [(ADA, EVE, 1, "One"), (ADA, BOB, 2, None), (ADA, EVE, 3, "Th\\ree"), (BOB, BOB, 4, "Four")]
    for number, (author, owner, position, title) in enumerate(rows):
        await driver.execute(
            "INSERT INTO books VALUES ($1,$2,$3,$4,$5)", UUID(int=10 + number), author, owner, position, title
        )
    yield Library(driver, Planner(SCHEMA, ToyBindings()))
    await transaction.rollback()
    await driver.close()
