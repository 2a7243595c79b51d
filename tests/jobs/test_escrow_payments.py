"""Payments of holds whose answers come late: the money is held if it still can be, else it is the client's own."""

import asyncio
from datetime import timedelta

import pytest

from jobs.payments import ask_unanswered, send_created
from tests.makers.escrow import fund, make_escrow_project, sound, sums_of, wallet_of
from tests.makers.payments import balances, postings
from tests.makers.projects import Made
from tests.makers.providers import HoldsTheCall, put_in_place, simulator
from tests.world import World

Lost = tuple[str, HoldsTheCall, asyncio.Task[int]]


async def lost(world: World, made: Made, monkeypatch: pytest.MonkeyPatch) -> Lost:
    """A hold whose payment counts as failed, while its charge still stands before the provider's door."""
    hold = (await fund(made))["hold"]["id"]
    stand = HoldsTheCall(simulator(world))
    with monkeypatch.context() as during:
        put_in_place(during, stand)
        sending = asyncio.create_task(send_created(world.database, world.clock.now()))
        await stand.reached.wait()
    for minutes in (10, 5, 10):
        world.clock.advance(timedelta(minutes=minutes))
        await ask_unanswered(world.database, world.clock.now())
    assert (await sums_of(made.client, hold))[0] == "FAILED"
    return hold, stand, sending


async def test_money_that_comes_late_is_held_where_nothing_has_taken_its_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make_escrow_project(world)
    hold, stand, sending = await lost(world, made, monkeypatch)
    stand.let_go.set()
    await sending
    assert await sums_of(made.client, hold) == ["HELD", "0.00", "0.00", "1000.00"]
    assert (await postings(world), await sound(world)) == (["P6"], True)


async def test_money_that_comes_too_late_is_in_the_clients_wallet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make_escrow_project(world)
    hold, stand, sending = await lost(world, made, monkeypatch)
    again = (await fund(made))["hold"]["id"]
    await world.settle()
    stand.let_go.set()
    await sending
    assert [(await sums_of(made.client, one))[0] for one in (hold, again)] == ["FAILED", "HELD"]
    assert await wallet_of(made.client) == "1000.00"
    assert await balances(world) == {"provider_cash": 200_000, "escrow": -100_000, "wallet_available": -100_000}
    assert (await postings(world), await sound(world)) == (["P6", "P3"], True)
