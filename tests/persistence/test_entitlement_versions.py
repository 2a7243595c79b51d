"""Versions of entitlements: each transaction that changes a set raises them once, however many do so at a time."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from persistence.entitlement_versions import Key, bump
from persistence.tables.entitlements import entitlement_versions
from persistence.tables.platform import outbox
from persistence.unit import Unit, transact, unit_of_work
from tests.world import World


async def raise_all(world: World, *keys: Key, fails: bool = False) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        for organization_id, app_id in keys:
            await bump(db, organization_id, app_id)
        if fails:
            raise ZeroDivisionError


async def versions(world: World) -> dict[UUID | None, int]:
    columns = entitlement_versions.c
    async with world.database.connection() as connection:
        rows = await connection.execute(select(columns.organization_id, columns.version))
        return {row.organization_id: row.version for row in rows}


async def test_a_transaction_raises_each_version_once_and_tells_of_it(world: World) -> None:
    mine = (await world.client_side()).organization_id
    await raise_all(world, (mine, None))
    await raise_all(world, (mine, None), (None, None), (mine, None))
    assert await versions(world) == {mine: 2, None: 1}
    told = select(outbox.c.organization_ids, outbox.c.data).where(outbox.c.type == "entitlements.changed")
    async with world.database.connection() as connection:
        rows = (await connection.execute(told)).all()
    found = sorted((ids, data["entitlementsVersion"]) for ids, data in rows)
    assert found == [([], "1"), ([mine], "1"), ([mine], "2")]


async def test_a_transaction_that_fails_raises_nothing(world: World) -> None:
    mine = (await world.client_side()).organization_id
    with pytest.raises(ZeroDivisionError):
        await raise_all(world, (mine, None), fails=True)
    assert await versions(world) == {}


async def test_many_at_once_lose_none_and_never_wait_in_a_circle(world: World) -> None:
    keys: list[Key] = [((await world.client_side()).organization_id, None) for _ in range(3)]

    async def change(first: int) -> None:
        async def work(db: Unit) -> None:
            for key in (*keys[first:], *keys[:first], (None, None)):
                await bump(db, *key)

        await transact(world.database, work, by=SYSTEM, at=world.clock.now())

    await asyncio.gather(*(change(number % 3) for number in range(12)))
    assert await versions(world) == {None: 12, **{organization: 12 for organization, _ in keys}}
