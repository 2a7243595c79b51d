"""Another process with a warm set: what is committed here is what it answers next."""

import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from persistence.tables.checkouts import purchases
from persistence.tables.entitlements import entitlement_grants, feature_promotions
from tests.makers.entitlements import buy_for_good, change, give, promote
from tests.world import Person, World

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def another_process(world: World, client: Person) -> AsyncIterator[Process]:
    module = ("-m", "tests.billing.another_process", world.database.url, str(client.organization_id), "einvoice")
    process = await create_subprocess_exec(sys.executable, *module, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def answer(process: Process) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"now\n")
    return (await process.stdout.readline()).decode().strip()


async def test_billing_invariant_5_what_is_committed_shows_on_the_next_read_of_another_process(world: World) -> None:
    client, now = await world.client_side(), world.clock.now()
    async with another_process(world, client) as process:
        assert [await answer(process), await answer(process)] == ["off", "off"]
        bought = await buy_for_good(world, client.organization_id)
        assert [await answer(process), await answer(process)] == ["on", "on"]
        await change(world, purchases, bought, client.organization_id, status="REFUNDED", revoked_at=now)
        assert await answer(process) == "off"
        grant = await give(world, client.organization_id, "einvoice")
        assert await answer(process) == "on"
        revoked = {"revoked_at": now, "revoke_reason": "It was a test"}
        await change(world, entitlement_grants, grant, client.organization_id, **revoked)
        assert await answer(process) == "off"
        promotion = await promote(world, "einvoice", kinds=["CLIENT"])
        assert await answer(process) == "on"
        await change(world, feature_promotions, promotion, None, ended_at=now)
        assert await answer(process) == "off"
