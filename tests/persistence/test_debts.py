"""Debts: whatever comes into a wallet repays what its organization owes first."""

import asyncio

import pytest
from sqlalchemy import text

from tests.makers.debts import owe
from tests.makers.earnings import earn, trade_of
from tests.makers.payments import postings
from tests.makers.payouts import earner, figures, make_payout_method, request_payout
from tests.makers.traces import events
from tests.world import World


@pytest.mark.parametrize(
    ("earned", "left", "owed"), [(3_000, 0, 2_000), (5_000, 0, 0), (8_000, 3_000, 0)], ids=["less", "all", "more"]
)
async def test_a_debt_is_repaid_by_what_comes_in(world: World, earned: int, left: int, owed: int) -> None:
    freelancer = await world.freelancer_side()
    trade = await trade_of(world, freelancer)
    await owe(world, freelancer, 5_000)
    await earn(world, trade, earned)
    repaid = earned - left
    expected = {"available": left, "earned": earned, "takenBack": repaid, "debt": owed}
    assert await figures(freelancer) == {name: amount for name, amount in expected.items() if amount}
    assert await postings(world) == ["P16", "P1", "P3", "P18"]
    assert await events(world, "debt.") == ["debt.incurred", "debt.recovered"]


async def test_each_payment_repays_a_part_until_nothing_is_owed(world: World) -> None:
    freelancer = await world.freelancer_side()
    trade = await trade_of(world, freelancer)
    await owe(world, freelancer, 5_000)
    for amount in (3_000, 1_500, 2_000, 1_000):
        await earn(world, trade, amount)
    assert await figures(freelancer) == {"available": 2_500, "earned": 7_500, "takenBack": 5_000}
    assert (await postings(world)).count("P18") == 3
    assert (await events(world, "debt.")).count("debt.recovered") == 3


async def test_only_the_debt_of_the_same_currency_is_repaid(world: World) -> None:
    freelancer = await world.freelancer_side()
    await owe(world, freelancer, 5_000, "USD")
    await earn(world, await trade_of(world, freelancer), 3_000)
    assert await figures(freelancer) == {"available": 3_000, "earned": 3_000}


async def test_a_payout_that_comes_back_repays_the_debt_too(world: World) -> None:
    freelancer = await earner(world, 10_000, token="sim_bank_decline")
    await request_payout(freelancer, 10_000)
    await owe(world, freelancer, 4_000)
    await world.settle()
    assert await figures(freelancer) == {"available": 6_000, "earned": 10_000, "takenBack": 4_000}


async def test_payments_at_once_repay_a_debt_once(world: World) -> None:
    freelancer = await world.freelancer_side()
    trade = await trade_of(world, freelancer)
    await owe(world, freelancer, 5_000)
    await asyncio.gather(*(earn(world, trade, 1_000) for _ in range(8)))
    assert await figures(freelancer) == {"available": 3_000, "earned": 8_000, "takenBack": 5_000}
    async with world.database.connection() as connection:
        found = await connection.execute(text("SELECT sum(amount_minor) FROM ledger_entries"))
        assert found.scalar_one() == 0


async def test_who_owes_can_still_pay_out_what_is_left(world: World) -> None:
    freelancer = await world.freelancer_side()
    await owe(world, freelancer, 2_000)
    await earn(world, await trade_of(world, freelancer), 10_000)
    await make_payout_method(freelancer)
    await request_payout(freelancer, 8_000)
    await world.settle()
    assert await figures(freelancer) == {"paidOut": 8_000, "earned": 10_000, "takenBack": 2_000}
