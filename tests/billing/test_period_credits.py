"""Credits that come with the periods of subscriptions."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from domain.credit_lots import CreditLot, LotSource
from domain.prices import PriceInterval
from domain.subscription_periods import PeriodStatus
from domain.subscription_plans import CreditSchedule
from integrations.chargebacks import ReportedState
from persistence.tables.credits import credit_lots
from schema.ids import global_id
from tests.makers.chargebacks import report
from tests.makers.credit_control import account_of, spend_some
from tests.makers.invariants import broken
from tests.makers.subscriptions import Subscribed, make_plan, move_to, pay_with, subscribe
from tests.world import World


async def lots_of(subscribed: Subscribed) -> list[CreditLot]:
    """Those that came with its periods, oldest first."""
    of_it = select(CreditLot).where(
        credit_lots.c.organization_id == subscribed.buyer.organization_id,
        credit_lots.c.source == LotSource.SUBSCRIPTION,
    )
    async with subscribed.world.database.reader() as session:
        return list(await session.scalars(of_it.order_by(credit_lots.c.id)))


async def test_billing_invariant_7_each_paid_period_brings_what_it_includes_once(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, included_credits=100))
    (first,) = await lots_of(subscribed)
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    assert (first.quantity, first.expires_at) == (100, period_end)
    await move_to(world, period_end)
    await world.settle()
    lots, periods = await lots_of(subscribed), await subscribed.periods()
    assert [(one.source_id, one.quantity) for one in lots] == [(period.id, 100) for period in periods]
    assert [one.remaining for one in lots] == [0, 100]
    assert await broken(world) == []


async def test_an_unpaid_period_brings_none_until_it_is_paid(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, included_credits=100))
    period_end = (await subscribed.now()).current_period_end
    assert period_end is not None
    await pay_with(subscribed.buyer, "sim_decline")
    await move_to(world, period_end)
    assert len(await lots_of(subscribed)) == 1
    await pay_with(subscribed.buyer, "sim_ok")
    await move_to(world, period_end + timedelta(days=2))
    assert [one.quantity for one in await lots_of(subscribed)] == [100, 100]


async def test_credits_by_the_month_come_on_the_anchors_day_and_add_up(world: World) -> None:
    world.clock.advance(datetime(2027, 1, 31, 9, tzinfo=UTC) - world.clock.now())
    price = await make_plan(
        world, interval=PriceInterval.YEAR, included_credits=100, credit_schedule=CreditSchedule.MONTHLY
    )
    subscribed = await subscribe(world, price, time_zone="UTC")
    await move_to(world, datetime(2027, 12, 31, 12, tzinfo=UTC))
    lots = await lots_of(subscribed)
    assert [one.part for one in lots] == list(range(12))
    assert sum(one.quantity for one in lots) == 100
    ends = [one.expires_at.strftime("%m-%d") for one in lots if one.expires_at]
    assert ends[:4] == ["02-28", "03-31", "04-30", "05-31"]
    (period,) = await subscribed.periods()
    assert lots[-1].expires_at == period.period_end
    assert period.credits_due_at is None


async def test_a_period_is_paid_although_the_account_for_its_credits_was_closed(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world, included_credits=100))
    owner = subscribed.buyer.organization_id
    await spend_some(world, owner, 100)
    account = global_id("CreditAccount", (await account_of(world, owner)).id)
    await subscribed.buyer.do("closeCreditAccount", "account { status }", accountId=account)
    await move_to(world, (await subscribed.periods())[0].period_end)
    assert [one.status for one in await subscribed.periods()] == [PeriodStatus.PAID] * 2
    assert len(await lots_of(subscribed)) == 1
    assert await broken(world) == []


async def test_credits_by_the_month_wait_while_a_bank_disputes_the_money_of_their_period(world: World) -> None:
    price = await make_plan(
        world, interval=PriceInterval.YEAR, included_credits=120, credit_schedule=CreditSchedule.MONTHLY
    )
    subscribed = await subscribe(world, price)
    [period] = await subscribed.periods()
    payment = f"pay_{period.payment_id.hex}" if period.payment_id else ""
    await move_to(world, period.period_start + timedelta(days=27))
    await report(world, payment, ReportedState.NEEDS_RESPONSE, period.amount_minor)
    await move_to(world, period.period_start + timedelta(days=32))
    assert [one.quantity for one in await lots_of(subscribed)] == [10]
    await report(world, payment, ReportedState.WON, period.amount_minor)
    await world.settle()
    assert [one.quantity for one in await lots_of(subscribed)] == [10, 10]
