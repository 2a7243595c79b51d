"""Rows as they are stored, and changes to them that no API makes: for what runs on real time."""

from typing import Any

from sqlalchemy import ColumnElement, Executable, Table, func, select

from tests.world import World


async def rows(world: World, statement: Executable) -> list[tuple[Any, ...]]:
    async with world.database.connection() as connection:
        return [tuple(row) for row in (await connection.execute(statement)).all()]


async def count(world: World, table: Table, *conditions: ColumnElement[bool]) -> int:
    ((number,),) = await rows(world, select(func.count()).select_from(table).where(*conditions))
    return int(number)


async def write(world: World, statement: Executable) -> None:
    async with world.database.connection() as connection:
        await connection.execute(statement)
