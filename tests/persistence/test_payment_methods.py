"""The default method under concurrency."""

import asyncio
from uuid import UUID

from domain.actors import SYSTEM
from persistence.payment_methods import default_of, for_default, step_back
from persistence.unit import Unit, transact, unit_of_work
from tests.makers.payment_methods import make_method
from tests.world import World


async def test_whoever_waits_for_a_change_of_the_default_gets_the_new_one(world: World) -> None:
    client = await world.client_side()
    await make_method(client)
    second = UUID((await make_method(client, make_default=False)).removeprefix("pmt_"))

    async def look(db: Unit) -> UUID | None:
        found = await default_of(db, client.organization_id, "EUR")
        return found.id if found is not None else None

    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        method, others = await for_default(db, second)
        await step_back(db, others)
        method.make_default(by=SYSTEM)
        await db.flush()
        looking = asyncio.create_task(transact(world.database, look, by=SYSTEM, at=world.clock.now()))
        await asyncio.sleep(0.2)
        assert not looking.done()
    assert await looking == second
