"""A process that is killed at any point of a refund's way: the jobs of the next one lose and double nothing."""

from datetime import timedelta

import pytest

from jobs.refunds import ask_unanswered, send_pending
from tests.jobs.test_refunds import GONE, make_refund
from tests.makers.crashes import killed_at
from tests.makers.credits import given_back, refund_of
from tests.makers.payments import Claim, balances, postings
from tests.makers.providers import DiesAfterTheCall, DiesBeforeTheCall, Killed, Stand, put_in_place, simulator
from tests.world import World


async def one_life(world: World) -> None:
    """What a worker does until the refund has an outcome, each step in its turn."""
    await send_pending(world.database, world.clock.now())
    await ask_unanswered(world.database, world.clock.now())


async def let_others_finish(world: World) -> None:
    """Other workers carry on for a day and a half."""
    for pause in (timedelta(), *[timedelta(minutes=6)] * 8, *[timedelta(hours=12)] * 3):
        world.clock.advance(pause)
        await one_life(world)


async def assert_given_back_once(claim: Claim) -> None:
    world = claim.world
    assert (await refund_of(claim)).status.name == "SUCCEEDED"
    assert await given_back(world) == 40_000
    assert await balances(world) == GONE
    assert await postings(world) == ["P1", "P3", "P9", "P10", "P10"]


@pytest.mark.parametrize("token", ["sim_ok", "sim_refund_timeout_done", "sim_refund_late"])
async def test_a_crash_after_the_call_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    claim = await make_refund(world, token)
    await _killed_at_the_call(world, monkeypatch, DiesAfterTheCall(simulator(world)))
    assert (await refund_of(claim)).status.name == "PROCESSING"
    await let_others_finish(world)
    await assert_given_back_once(claim)


async def test_a_crash_before_the_call_sends_nothing_and_keeps_the_money(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await make_refund(world)
    before = await balances(world)
    await _killed_at_the_call(world, monkeypatch, DiesBeforeTheCall(simulator(world)))
    await let_others_finish(world)
    assert ((await refund_of(claim)).status.name, await given_back(world)) == ("FAILED", 0)
    kept = before | {"customer_credit": before["refund_payable"]}
    assert await balances(world) == {code: amount for code, amount in kept.items() if code != "refund_payable"}


@pytest.mark.parametrize("statement_number", range(1, 26))
async def test_a_crash_before_any_statement_loses_and_doubles_nothing(world: World, statement_number: int) -> None:
    claim = await make_refund(world)
    try:
        with killed_at(world.database, statement_number):
            await one_life(world)
    except Killed:
        await let_others_finish(world)
    if (await refund_of(claim)).status.name == "FAILED":
        assert await given_back(world) == 0
        assert (await balances(world))["customer_credit"] == -40_000
    else:
        await assert_given_back_once(claim)


async def _killed_at_the_call(world: World, monkeypatch: pytest.MonkeyPatch, stand: Stand) -> None:
    with monkeypatch.context() as during:
        put_in_place(during, stand)
        with pytest.raises(Killed):
            await send_pending(world.database, world.clock.now())
