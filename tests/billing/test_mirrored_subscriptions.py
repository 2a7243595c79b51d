"""Subscriptions that Stripe bills, told of by its messages in any order: here they stand as they do there."""

import asyncio
import json
import random
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from domain.billed_subscriptions import BilledSubscription
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.checkout_sessions import CheckoutSession, CheckoutStatus
from domain.checkout_visits import Leave, Stay
from domain.ids import new_id
from domain.inbound_webhooks import InboundWebhook
from domain.payment_methods import Provider
from domain.payments import Payment, PaymentState
from domain.prices import PriceInterval
from domain.refusals import RefusalCode, Refused
from domain.sales import Sale, SaleStatus
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from integrations.provider_billing import ChangingBilled, Prorating
from jobs.provider_checkouts import visited
from jobs.provider_subscriptions import look
from jobs.providers import reach_billing
from persistence.tables.subscriptions import subscription_items
from standins.courier import Plan, real_time
from standins.faults import Fault
from standins.stripe.world import signature
from tests.makers.invariants import broken
from tests.makers.mirrored import (
    CANCEL_URL,
    SUCCESS_URL,
    Mirrored,
    opened_checkout,
    paid_on_page,
    sold_at_stripe,
    subscribed,
)
from tests.makers.subscriptions import make_plan
from tests.providers.companies import Stripe
from tests.providers.company_setups import STRIPE_SECRET
from tests.providers.stripe_setup import post
from tests.world import World

_S = SubscriptionStatus


async def sales_of(mirrored: Mirrored) -> list[tuple[SaleStatus, int]]:
    async with mirrored.world.database.reader() as session:
        found = (await session.scalars(select(Sale).order_by(Sale.id))).all()
    return [(sale.status, sale.total_minor) for sale in found]


async def test_what_is_paid_there_is_a_period_with_its_sale_invoice_and_payment(company: Stripe) -> None:
    mirrored = await subscribed(company)
    one = await mirrored.now()
    item = company.stripe.all("subscription_item")[0]
    there = [datetime.fromtimestamp(item[f"current_period_{end}"], UTC) for end in ("start", "end")]
    assert (one.status, one.external_id, one.due_at) == (_S.ACTIVE, "sub_000001", None)
    assert [one.current_period_start, one.current_period_end] == there
    (period,) = await mirrored.periods()
    assert (period.status, [period.period_start, period.period_end]) == (PeriodStatus.PAID, there)
    assert period.invoice_id is not None
    assert await sales_of(mirrored) == [(SaleStatus.PAID, 2_000)]
    async with company.world.database.reader() as session:
        assert (await session.get_one(CheckoutSession, mirrored.session_id)).status is CheckoutStatus.COMPLETE
    assert await broken(company.world) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_life_told_of_in_any_order_ends_as_it_does_there(company: Stripe, seed: int) -> None:
    company.courier.follow(Plan(seed=seed, copies=3, lost=0.2, is_mixed=True))
    mirrored = await subscribed(company)
    await mirrored.in_portal(card="pm_card_chargeCustomerFail")
    end = (await mirrored.now()).current_period_end
    assert end is not None
    await mirrored.live_until(end)
    assert (await mirrored.now()).status is _S.PAST_DUE
    await mirrored.in_portal(card="pm_card_visa")
    recovered = await mirrored.now()
    assert (recovered.status, recovered.current_period_start) == (_S.ACTIVE, end)
    await mirrored.in_portal(cancel="yes")
    flagged = await mirrored.now()
    assert flagged.cancel_at_period_end
    assert flagged.current_period_end is not None
    await mirrored.live_until(flagged.current_period_end)
    assert (await mirrored.now()).status is _S.CANCELED
    assert [period.status for period in await mirrored.periods()] == [PeriodStatus.PAID] * 2
    assert await sales_of(mirrored) == [(SaleStatus.PAID, 2_000)] * 2
    assert await broken(company.world) == []


async def test_many_who_hear_of_it_at_once_begin_and_pay_it_once(company: Stripe) -> None:
    mirrored = await subscribed(company, listeners=20)
    assert (await mirrored.now()).status is _S.ACTIVE
    assert [period.status for period in await mirrored.periods()] == [PeriodStatus.PAID]
    assert await sales_of(mirrored) == [(SaleStatus.PAID, 2_000)]
    assert await broken(company.world) == []


async def test_a_hundred_of_each_message_at_once_begin_and_pay_it_once(company: Stripe) -> None:
    world = company.world
    company.courier.url = None
    await paid_on_page(company, await make_plan(world))
    events = {one["type"]: one for one in company.stripe.all("event")}
    told = [events[name] for name in ("invoice.paid", "customer.subscription.updated", "checkout.session.completed")]
    bodies = [json.dumps(event).encode() for event in told for _ in range(100)]
    random.Random(7).shuffle(bodies)

    statuses = await asyncio.gather(*(_tell(world, body) for body in bodies))
    await company.settle()

    assert statuses == [202] * 300
    async with world.database.reader() as session:
        assert len((await session.scalars(select(InboundWebhook))).all()) == len(told)
        one = (await session.scalars(select(BillingSubscription))).one()
        periods = (await session.scalars(select(SubscriptionPeriod))).all()
        paid = (await session.scalars(select(Payment))).all()
    there = company.stripe.all("subscription")[0]
    assert (one.status.value, one.external_id) == (there["status"].upper(), there["id"])
    assert [period.status for period in periods] == [PeriodStatus.PAID]
    assert [payment.status for payment in paid] == [PaymentState.SUCCEEDED]
    assert await broken(world) == []


async def _tell(world: World, body: bytes) -> int:
    headers = {"Stripe-Signature": signature(STRIPE_SECRET, body, real_time())}
    return (await world.client.http.post("/webhooks/stripe", content=body, headers=headers)).status_code


async def test_an_invoice_of_another_length_is_for_people_and_the_rest_is_followed(company: Stripe) -> None:
    mirrored, now = await subscribed(company), company.world.clock.now()
    yearly = await make_plan(company.world, name="Yearly", price_minor=20_000, interval=PriceInterval.YEAR)
    await sold_at_stripe(company, yearly)
    billing = await reach_billing(company.world.database, Provider.STRIPE)
    changing = ChangingBilled(
        key=new_id(), subscription_id="sub_000001", price="price_000002", quantity=1, prorating=Prorating.NOW, at=now
    )
    assert isinstance(await billing.change_subscription(changing), BilledSubscription)
    with pytest.raises(Refused) as refused:
        await look(company.world.database, Provider.STRIPE, mirrored.session_id, "sub_000001", now)
    assert refused.value.code is RefusalCode.INVALID
    async with company.world.database.reader() as session:
        held = (await session.scalars(select(subscription_items.c.price_id))).all()
    [period] = await mirrored.periods()
    assert (held, period.terms.months) == ([yearly.id], 1)


async def test_a_trial_is_no_period(company: Stripe) -> None:
    mirrored = await subscribed(company, trial_days=14)
    one = await mirrored.now()
    assert (one.status, one.current_period_end) == (_S.TRIALING, one.trial_ends_at)
    assert await mirrored.periods() == []
    assert one.trial_ends_at is not None
    await mirrored.live_until(one.trial_ends_at)
    assert (await mirrored.now()).status is _S.ACTIVE
    assert [period.period_start for period in await mirrored.periods()] == [one.trial_ends_at]


async def test_a_provider_that_does_not_answer_leaves_our_own_portal(company: Stripe) -> None:
    mirrored = await subscribed(company)
    assert (await mirrored.portal()).startswith(f"{company.stripe.address}/pages/portal/")
    link = (await mirrored.buyer.do("createPortalSession", "url", returnUrl=CANCEL_URL))["url"]
    company.faults.script(Fault.NO_ANSWER_BEFORE, path="/v1/billing_portal")
    parts = urlsplit(link)
    answer = await company.world.client.http.get(f"{parts.path}?{parts.query}")
    assert (answer.status_code, "Standard" in answer.text) == (200, True)


async def test_a_browser_that_comes_back_has_the_provider_asked_at_once(company: Stripe) -> None:
    world = company.world
    price = await make_plan(world)
    await sold_at_stripe(company, price)
    session_id = await opened_checkout(await world.client_side(), price)
    page = await visited(world.database, session_id, world.clock.now(), is_back=False)
    assert isinstance(page, Leave)
    assert isinstance(await visited(world.database, session_id, world.clock.now(), is_back=True), Stay)
    await post(page.url, card="pm_card_visa")
    assert await visited(world.database, session_id, world.clock.now(), is_back=True) == Leave(SUCCESS_URL)
    assert await visited(world.database, session_id, world.clock.now(), is_back=False) == Leave(SUCCESS_URL)
