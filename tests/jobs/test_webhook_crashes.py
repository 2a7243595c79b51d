"""A worker that is killed, or too slow, while it handles what providers have told: nothing is lost or doubled."""

import asyncio
from typing import Any

import pytest

from domain.inbound_webhooks import LEASE
from integrations.payments import Asked, Finding
from jobs.webhook_handling import handle_due
from tests.makers.crashes import killed_at
from tests.makers.handling import INSTANT, actions, handle, lost_answer, standing, the_one
from tests.makers.payments import charged, postings
from tests.makers.providers import Killed, Stand, put_in_place, simulator
from tests.makers.webhooks import told
from tests.world import World


class DiesAsking(Stand):
    """The process ends while it waits for the answer."""

    async def find(self, asked: Asked) -> Finding:
        raise Killed


async def test_what_a_killed_worker_had_leased_is_handled_after_ten_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, message = await lost_answer(world)
    await told(world, message)
    with monkeypatch.context() as during:
        put_in_place(during, DiesAsking(simulator(world)))
        with pytest.raises(Killed):
            await handle(world)
    webhook = await the_one(world)
    assert (webhook.status.name, webhook.lease_until) == ("PROCESSING", webhook.updated_at + LEASE)
    assert await handle_due(world.database, webhook.updated_at + LEASE - INSTANT) == 0
    assert await handle_due(world.database, webhook.updated_at + LEASE) == 1
    assert (await the_one(world)).error == "Whoever handled it never came back."
    await handle(world, minutes=11)
    assert (await standing(world), await claim.payments()) == (["PROCESSED"], ["SUCCEEDED"])


@pytest.mark.parametrize("statement_number", range(1, 34, 4))
async def test_a_crash_before_any_statement_loses_and_doubles_nothing(world: World, statement_number: int) -> None:
    claim, message = await lost_answer(world)
    await told(world, message)
    try:
        with killed_at(world.database, statement_number):
            await handle(world)
    except Killed:
        for _ in range(3):
            await handle(world, minutes=11)
    assert (await standing(world), await claim.payments()) == (["PROCESSED"], ["SUCCEEDED"])
    assert (await charged(world), await postings(world)) == (100_000, ["P1", "P3"])


class Slow(Stand):
    """Answers only when it is let."""

    def __init__(self, real: Any) -> None:
        super().__init__(real)
        self.reached, self.let_go = asyncio.Event(), asyncio.Event()

    async def find(self, asked: Asked) -> Finding:
        self.reached.set()
        await self.let_go.wait()
        return await self.real.find(asked)


async def test_whoever_comes_back_after_their_lease_has_no_say(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, message = await lost_answer(world)
    await told(world, message)
    slow = Slow(simulator(world))
    with monkeypatch.context() as during:
        put_in_place(during, slow)
        late = asyncio.create_task(handle(world))
        await slow.reached.wait()
    await handle(world, minutes=10)
    await handle(world, seconds=10)
    before = await actions(world)
    slow.let_go.set()
    await late
    assert await actions(world) == before
    assert (await standing(world), await claim.payments()) == (["PROCESSED"], ["SUCCEEDED"])
    assert await postings(world) == ["P1", "P3"]
