"""Credits and revenue of changes: what an upgrade adds once it is paid, and when what was paid for it is earned."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from domain.prices import Price, PriceInterval
from domain.refusals import Refused
from domain.sales import Sale, SaleKind
from domain.subscription_changes import ChangeTime, ProrationMode
from domain.subscription_periods import PeriodStatus
from domain.subscription_plans import CreditSchedule
from integrations.chargebacks import ReportedState
from persistence import sales
from persistence.subscription_changes import Made
from persistence.tables.money import payments
from persistence.unit import Unit
from tests.makers.chargebacks import report
from tests.makers.credit_control import account_of, spend_some
from tests.makers.invariants import broken
from tests.makers.subscription_changes import change, granted_to, make_rising_plans
from tests.makers.subscriptions import Subscribed, move_to, pay_with, subscribe
from tests.world import World

JANUARY = datetime(2027, 1, 1, 9, tzinfo=UTC)


async def ten_days_in(world: World, price: Price) -> Subscribed:
    """A subscription from 1 January on, of whose month 21 of 31 days are left."""
    world.clock.advance(JANUARY - world.clock.now())
    subscribed = await subscribe(world, price, time_zone="UTC")
    start = (await subscribed.now()).current_period_start
    assert start is not None
    world.clock.advance(start + timedelta(days=10) - world.clock.now())
    return subscribed


async def sale_of(world: World, made: Made) -> Sale:
    async with world.database.reader() as session:
        sale = await sales.of_subject(Unit(session, world.clock.now(), SYSTEM), SaleKind.CHANGE, made.change.id)
    assert sale is not None
    return sale


async def payment_of(world: World, sale: Sale) -> str:
    async with world.database.reader() as session:
        paid = (await session.scalars(select(payments.c.id).where(payments.c.sale_id == sale.id))).one()
    return f"pay_{paid.hex}"


async def test_billing_example_5_proration_adds_203_credits_once_it_is_paid(world: World) -> None:
    starter, business = await make_rising_plans(world, 100, 400)
    subscribed = await ten_days_in(world, starter)
    await pay_with(subscribed.buyer, "sim_decline")
    await change(subscribed, business)
    await world.settle()
    assert await granted_to(subscribed) == [100]
    await pay_with(subscribed.buyer, "sim_ok")
    made = await change(subscribed, business)
    assert made.change.credits in (202, 203)
    assert await granted_to(subscribed) == [100]
    await world.settle()
    assert await granted_to(subscribed) == [100, made.change.credits]


async def test_billing_invariant_7_credits_of_a_period_stay_within_what_was_paid_for(world: World) -> None:
    plans = await make_rising_plans(world, 100, 400, 1_000)
    subscribed = await ten_days_in(world, plans[0])
    for price in plans[1:]:
        await change(subscribed, price)
        await world.settle()
    assert sum(await granted_to(subscribed)) <= 1_000
    with pytest.raises(Refused, match="includes credits"):
        await change(subscribed, plans[0], mode=ProrationMode.CREATE_PRORATIONS, effective=ChangeTime.NOW)
    await change(subscribed, plans[0])
    end = (await subscribed.now()).current_period_end
    assert end is not None
    before = await granted_to(subscribed)
    await move_to(world, end)
    assert await granted_to(subscribed) == [*before, 100]
    assert await broken(world) == []


async def test_billing_rule_15_of_credits_by_the_month_an_upgrade_adds_to_this_month_alone(world: World) -> None:
    year = {"interval": PriceInterval.YEAR, "credit_schedule": CreditSchedule.MONTHLY}
    small, large = await make_rising_plans(world, 1_200, 4_800, **year)
    subscribed = await ten_days_in(world, small)
    made = await change(subscribed, large)
    assert made.change.credits in (202, 203)
    await world.settle()
    await move_to(world, JANUARY + timedelta(days=31, minutes=5))
    assert await granted_to(subscribed) == [100, made.change.credits, 400]


async def test_what_was_paid_for_a_change_is_earned_when_its_period_is_over(world: World) -> None:
    starter, business = await make_rising_plans(world, 0, 0)
    subscribed = await ten_days_in(world, starter)
    made = await change(subscribed, business)
    await world.settle()
    paid = await sale_of(world, made)
    assert (paid.is_kept, paid.delivered_minor) == (True, 0)
    end = (await subscribed.now()).current_period_end
    assert end is not None
    await move_to(world, end)
    assert (await sale_of(world, made)).delivered_minor == paid.net_minor
    assert await broken(world) == []


async def test_a_period_rests_until_each_of_two_disputes_of_its_money_is_won(world: World) -> None:
    starter, business = await make_rising_plans(world, 0, 0)
    subscribed = await ten_days_in(world, starter)
    made = await change(subscribed, business)
    await world.settle()
    [period] = await subscribed.periods()
    assert period.payment_id is not None
    own, of_change = f"pay_{period.payment_id.hex}", await payment_of(world, await sale_of(world, made))
    rests = []
    for payment, state in (
        (own, ReportedState.NEEDS_RESPONSE),
        (of_change, ReportedState.NEEDS_RESPONSE),
        (own, ReportedState.WON),
        (of_change, ReportedState.WON),
    ):
        await report(world, payment, state, 100)
        await world.settle()
        rests.append((await subscribed.periods())[0].is_suspended)
    assert rests == [True, True, True, False]
    assert await broken(world) == []


async def test_what_was_paid_for_a_change_is_earned_although_the_bank_took_its_period_back(world: World) -> None:
    starter, business = await make_rising_plans(world, 0, 0)
    subscribed = await ten_days_in(world, starter)
    made = await change(subscribed, business)
    await world.settle()
    [period] = await subscribed.periods()
    assert period.payment_id is not None
    for state in (ReportedState.NEEDS_RESPONSE, ReportedState.LOST):
        await report(world, f"pay_{period.payment_id.hex}", state, period.amount_minor)
        await world.settle()
    assert (await subscribed.periods())[0].status is PeriodStatus.REFUNDED
    await move_to(world, period.period_end)
    sale = await sale_of(world, made)
    assert sale.delivered_minor == sale.net_minor
    assert await broken(world) == []


@pytest.mark.parametrize("is_of_change", [False, True])
async def test_credits_that_are_left_are_gone_once_a_bank_has_taken_money_of_their_period(
    world: World, is_of_change: bool
) -> None:
    starter, business = await make_rising_plans(world, 100, 400)
    subscribed = await ten_days_in(world, starter)
    made = await change(subscribed, business)
    await world.settle()
    await spend_some(world, subscribed.buyer.organization_id, 30)
    [period] = await subscribed.periods()
    assert period.payment_id is not None
    own, of_change = f"pay_{period.payment_id.hex}", await payment_of(world, await sale_of(world, made))
    for state in (ReportedState.NEEDS_RESPONSE, ReportedState.LOST):
        await report(world, of_change if is_of_change else own, state, 100)
        await world.settle()
    assert (await subscribed.periods())[0].status is PeriodStatus.REFUNDED
    assert (await account_of(world, subscribed.buyer.organization_id)).available == 0
    assert await broken(world) == []
