"""A process that is killed at any point of a payout's way: the jobs of the next one lose and double nothing."""

from datetime import timedelta

import pytest

from domain.provider_reports import LineKind
from jobs.payouts import ask_unanswered, send_pending
from tests.makers.crashes import killed_at
from tests.makers.payments import balances, postings
from tests.makers.payouts import earner, figures, request_payout, states_of_payouts, wrong_books
from tests.makers.providers import (
    Breaks,
    DiesAfterTheCall,
    DiesBeforeTheCall,
    Killed,
    Stand,
    TakesAnotherAmount,
    put_in_place,
    simulator,
)
from tests.makers.simulator import moved
from tests.world import Person, World


async def one_life(world: World) -> None:
    """What a worker does for payouts, each step in its turn."""
    now = world.clock.now()
    await send_pending(world.database, now)
    await ask_unanswered(world.database, now)


async def let_others_finish(world: World) -> None:
    """Other workers carry on for a day."""
    for pause in (timedelta(), *[timedelta(minutes=11)] * 6, *[timedelta(hours=7)] * 3):
        world.clock.advance(pause)
        await one_life(world)


async def assert_paid_once(world: World, freelancer: Person) -> None:
    assert await states_of_payouts(world) == ["PAID"]
    assert await moved(world, LineKind.PAYOUT) == 20_000
    assert await figures(freelancer) == {"available": 30_000, "paidOut": 20_000, "earned": 50_000}
    assert await balances(world) == {"provider_cash": 30_000, "wallet_available": -30_000}
    assert await postings(world) == ["P1", "P3", "P12", "P12", "P12"]


async def assert_given_back(world: World, freelancer: Person) -> None:
    assert await states_of_payouts(world) == ["FAILED"]
    assert await moved(world, LineKind.PAYOUT) == 0
    assert await figures(freelancer) == {"available": 50_000, "earned": 50_000}


@pytest.mark.parametrize("token", ["sim_bank_ok", "sim_bank_timeout_paid"])
async def test_a_crash_after_the_call_pays_once(world: World, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    freelancer = await earner(world, 50_000, token=token)
    await request_payout(freelancer, 20_000)
    with monkeypatch.context() as during:
        put_in_place(during, DiesAfterTheCall(simulator(world)))
        with pytest.raises(Killed):
            await send_pending(world.database, world.clock.now())
    assert await states_of_payouts(world) == ["IN_TRANSIT"]
    await let_others_finish(world)
    await assert_paid_once(world, freelancer)


async def test_a_crash_before_the_call_never_sends_it_again_and_gives_the_money_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    freelancer = await earner(world, 50_000)
    await request_payout(freelancer, 20_000)
    with monkeypatch.context() as during:
        put_in_place(during, DiesBeforeTheCall(simulator(world)))
        with pytest.raises(Killed):
            await send_pending(world.database, world.clock.now())
    await let_others_finish(world)
    await assert_given_back(world, freelancer)


@pytest.mark.parametrize("statement_number", range(1, 34))
async def test_a_crash_before_any_statement_loses_and_doubles_nothing(world: World, statement_number: int) -> None:
    freelancer = await earner(world, 50_000)
    await request_payout(freelancer, 20_000)
    try:
        with killed_at(world.database, statement_number):
            await one_life(world)
    except Killed:
        await let_others_finish(world)
    await assert_paid_once(world, freelancer)
    assert await wrong_books(world) == []


@pytest.mark.parametrize("stand", [Breaks, TakesAnotherAmount])
async def test_an_answer_that_is_none_is_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch, stand: type[Stand]
) -> None:
    freelancer = await earner(world, 50_000)
    await request_payout(freelancer, 20_000)
    with monkeypatch.context() as during:
        put_in_place(during, stand(simulator(world)))
        await send_pending(world.database, world.clock.now())
    assert await states_of_payouts(world) == ["IN_TRANSIT"]
    assert await figures(freelancer) == {"available": 30_000, "inTransit": 20_000, "earned": 50_000}
