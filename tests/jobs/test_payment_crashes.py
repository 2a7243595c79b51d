"""A process that is killed at any point of a payment's way: the jobs of the next one lose and double nothing."""

from datetime import timedelta

import pytest

from domain.invoices import CollectionMode, InvoiceStatus
from jobs.payments import ask_unanswered, collect_due, send_created
from tests.makers.crashes import killed_at
from tests.makers.payments import Claim, balances, charged, make_claim, postings
from tests.makers.providers import DiesAfterTheCall, DiesBeforeTheCall, Killed, Stand, put_in_place, simulator
from tests.world import World

PAID_IN_FULL = {"provider_cash": 100_000, "wallet_available": -95_000, "platform_fee": -5_000}


async def one_life(world: World) -> None:
    """What a worker does until the charge has an outcome, each step in its turn."""
    now = world.clock.now()
    await send_created(world.database, now)
    await ask_unanswered(world.database, now)
    await collect_due(world.database, now)


async def let_others_finish(world: World) -> None:
    """Other workers carry on for three days."""
    for pause in (timedelta(), *[timedelta(minutes=6)] * 8, *[timedelta(hours=12)] * 6):
        world.clock.advance(pause)
        await one_life(world)


async def assert_paid_once(claim: Claim) -> None:
    world = claim.world
    invoice = await claim.invoice()
    assert (invoice.status, invoice.paid_minor) == (InvoiceStatus.PAID, 100_000)
    assert await charged(world) == 100_000
    assert await balances(world) == PAID_IN_FULL
    assert await postings(world) == ["P1", "P3"]
    assert (await claim.payments())[-1] == "SUCCEEDED"


@pytest.mark.parametrize("token", ["sim_ok", "sim_timeout_charged"])
@pytest.mark.parametrize("stand", [DiesBeforeTheCall, DiesAfterTheCall])
async def test_a_crash_around_the_call_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, stand: type[Stand], token: str
) -> None:
    claim = await make_claim(world, token=token, mode=CollectionMode.AUTO)
    with monkeypatch.context() as during:
        put_in_place(during, stand(simulator(world)))
        with pytest.raises(Killed):
            await send_created(world.database, world.clock.now())
    assert await claim.payments() == ["PROCESSING"]
    await let_others_finish(world)
    await assert_paid_once(claim)


@pytest.mark.parametrize("statement_number", range(1, 36))
async def test_a_crash_before_any_statement_loses_and_doubles_nothing(world: World, statement_number: int) -> None:
    claim = await make_claim(world, token="sim_ok", mode=CollectionMode.AUTO)
    try:
        with killed_at(world.database, statement_number):
            await one_life(world)
    except Killed:
        await let_others_finish(world)
    await assert_paid_once(claim)


async def test_a_crash_while_asking_is_asked_again(world: World) -> None:
    claim = await make_claim(world, token="sim_timeout_charged", mode=CollectionMode.AUTO)
    await send_created(world.database, world.clock.now())
    for statement_number in (1, 3, 5, 8):
        world.clock.advance(timedelta(hours=6))
        with killed_at(world.database, statement_number), pytest.raises(Killed):
            await ask_unanswered(world.database, world.clock.now())
        assert await claim.payments() == ["UNKNOWN"]
    await let_others_finish(world)
    await assert_paid_once(claim)
