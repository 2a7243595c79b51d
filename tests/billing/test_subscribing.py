"""Beginning subscriptions: one live plan in a catalogue, and money back for whoever has paid twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import checkout_sessions as checkouts
from domain.actors import SYSTEM
from domain.billing_subscriptions import SubscriptionStatus
from domain.checkout_sessions import CheckoutMode, CheckoutSession
from domain.prices import Price
from domain.products import ProductKind
from domain.refusals import RefusalCode, Refused
from domain.sales import Sale, SaleStatus
from persistence import catalogue, payment_methods, sales, subscription_checkouts
from persistence.organization_endings import still_open
from persistence.unit import unit_of_work
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.subscriptions import make_plan, platform_staff, subscribe
from tests.world import Person, World


async def test_billing_invariant_1_a_second_live_plan_is_refused_and_an_add_on_is_not(world: World) -> None:
    first = await subscribe(world, await make_plan(world))
    with pytest.raises(Refused) as refused:
        await subscribe(world, await make_plan(world), buyer=first.buyer)
    assert refused.value.code is RefusalCode.CONFLICT

    add_on = await make_plan(world, kind=ProductKind.ADD_ON)
    second = await subscribe(world, add_on, buyer=first.buyer)
    assert (await second.now()).status is SubscriptionStatus.ACTIVE
    with pytest.raises(Refused) as refused:
        await subscribe(world, add_on, buyer=first.buyer)
    assert refused.value.code is RefusalCode.CONFLICT


async def test_billing_invariant_1_of_two_trials_that_begin_at_once_the_second_is_refused(world: World) -> None:
    await platform_staff(world)
    buyer, price = await world.client_side(), await make_plan(world, trial_days=7)
    began = [subscribe(world, price, token=None, buyer=buyer, settled=False) for _ in range(2)]
    _, refused = sorted(await asyncio.gather(*began, return_exceptions=True), key=lambda one: isinstance(one, Refused))
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.CONFLICT


async def test_billing_invariant_1_whoever_pays_two_checkouts_gets_one_plan_and_the_rest_back(world: World) -> None:
    await platform_staff(world)
    buyer = await world.client_side()
    await make_method(buyer, "sim_ok")
    prices = [await make_plan(world, price_minor=1_900), await make_plan(world, price_minor=2_900)]
    paid = [await _checked_out(world, buyer, price) for price in prices]
    await world.settle()
    async with world.database.reader() as session:
        ended = [(await session.get_one(Sale, sale.id)).status for sale in paid]
    assert sorted(one.name for one in ended) == ["PAID", "REFUNDED"]
    shown = await buyer.ask("{ subscriptions { nodes { status } } }")
    assert shown == {"subscriptions": {"nodes": [{"status": "ACTIVE"}]}}
    assert await broken(world) == []


async def test_a_checkout_whose_money_went_back_is_over_and_holds_up_no_other(world: World) -> None:
    await platform_staff(world)
    buyer = await world.client_side()
    await make_method(buyer, "sim_ok")
    for minor in (1_900, 2_900):
        await _checked_out(world, buyer, await make_plan(world, price_minor=minor))
    await world.settle()
    other = await world.client_side("Elsewhere")
    await make_method(other, "sim_decline")
    await _checked_out(world, other, await make_plan(world))
    world.clock.advance(timedelta(hours=2))
    await world.settle()
    async with world.database.reader() as session:
        ended = (await session.scalars(select(CheckoutSession))).all()
    assert sorted(one.status.name for one in ended) == ["COMPLETE", "EXPIRED", "EXPIRED"]


async def test_an_organization_with_a_live_subscription_is_not_closed(world: World) -> None:
    subscribed = await subscribe(world, await make_plan(world))
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        assert await still_open(db, subscribed.buyer.organization_id) == ["1 live subscription"]


async def _checked_out(world: World, buyer: Person, price: Price) -> Sale:
    """A checkout whose payment is under way; the subscription begins when that succeeds."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        price, product, plan = await catalogue.price_for_sale(db, price.id)
        assert plan is not None
        session = checkouts.opened(
            price,
            organization_id=buyer.organization_id,
            quantity=1,
            mode=CheckoutMode.SUBSCRIPTION,
            success_url="http://localhost/bought",
            cancel_url="http://localhost/shop",
            by=SYSTEM,
            at=db.at,
        )
        sale = await subscription_checkouts.open_session(db, session, price, product, plan)
        assert sale is not None
        assert sale.status is SaleStatus.PENDING
        method = await payment_methods.default_of(db, buyer.organization_id, "EUR")
        assert method is not None
        await sales.checkout(db, sale, provider=None, method_id=method.id, return_url=None)
    return sale
