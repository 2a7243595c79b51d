"""Bringing a database to the current shape."""

import asyncio
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from persistence.database import sqlalchemy_url
from persistence.tables import metadata


async def migrate(url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute(Path(__file__).with_name("guards.sql").read_text())
    await engine.dispose()


if __name__ == "__main__":
    import sys

    asyncio.run(migrate(sys.argv[1]))
