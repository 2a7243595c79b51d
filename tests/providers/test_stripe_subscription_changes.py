"""Subscriptions that Stripe bills, changed and ended: paid for or left as they were, however often it is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.billed_subscriptions import BilledItem, BilledSubscription
from domain.billing_calendar import Span
from domain.billing_subscriptions import SubscriptionStatus
from domain.money import Money
from integrations.provider_answers import Declined, NoAnswer, NotFound
from integrations.provider_billing import Ending, Prorating
from standins.faults import Fault
from tests.providers.stripe_billing import (
    after,
    begun,
    changing,
    ending,
    in_portal,
    latest_invoice,
    price,
    standing,
)
from tests.providers.stripe_setup import NOON, Setup

APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)


async def test_an_upgrade_is_paid_at_once_for_the_rest_of_the_period(stripe: Setup) -> None:
    subscription = await begun(stripe)
    stripe.pass_time(hours=372)  # Half of March.
    asked = changing(stripe, subscription, price=price(stripe, 9900))
    changed = await stripe.stripe.change_subscription(asked)
    assert isinstance(changed, BilledSubscription)
    assert (changed.items, changed.period) == ((BilledItem(price="price_000002", quantity=1),), Span(NOON, APRIL))
    invoice = await latest_invoice(stripe, changed)
    assert [(line.amount.amount_minor, line.is_proration) for line in invoice.lines] == [(-2450, True), (4950, True)]
    assert (invoice.due, invoice.period) == (Money(2500, "EUR"), None)
    assert await stripe.stripe.change_subscription(asked) == changed
    assert len(stripe.world.all("invoice")) == 2


async def test_a_change_that_is_not_paid_changes_nothing(stripe: Setup) -> None:
    subscription = await in_portal(stripe, await begun(stripe), card="pm_card_chargeCustomerFail")
    asked = changing(stripe, subscription, quantity=5)
    assert await stripe.stripe.change_subscription(asked) == Declined(code="CARD_DECLINED", provider_id="pi_000002")
    left = await standing(stripe, subscription.subscription_id)
    assert (left.items, left.status) == (subscription.items, SubscriptionStatus.ACTIVE)


async def test_a_change_may_wait_for_the_next_invoice_or_cost_nothing(stripe: Setup) -> None:
    subscription = await begun(stripe)
    stripe.pass_time(hours=372)
    waiting = changing(stripe, subscription, quantity=3, prorating=Prorating.WITH_NEXT_PERIOD)
    free = changing(stripe, subscription, quantity=2, prorating=Prorating.NOT_AT_ALL)
    for asked in (waiting, free):
        changed = await stripe.stripe.change_subscription(asked)
        assert isinstance(changed, BilledSubscription)
        assert changed.items[0].quantity == asked.quantity
    assert len(stripe.world.all("invoice")) == 1
    renewed = await after(stripe, subscription, hours=372)
    assert (await latest_invoice(stripe, renewed)).total == Money(2 * 4900 - 2450 + 7350, "EUR")


async def test_what_a_downgrade_gives_back_lowers_the_next_invoice(stripe: Setup) -> None:
    subscription = await begun(stripe, price=price(stripe, 9900))
    stripe.pass_time(hours=372)
    changed = await stripe.stripe.change_subscription(changing(stripe, subscription, price=price(stripe, 4900)))
    assert isinstance(changed, BilledSubscription)
    invoice = await latest_invoice(stripe, changed)
    assert (invoice.total, invoice.due, invoice.charged) == (Money(-2500, "EUR"), Money(0, "EUR"), None)
    renewed = await latest_invoice(stripe, await after(stripe, changed, hours=372))
    assert (renewed.total, renewed.due) == (Money(4900, "EUR"), Money(2400, "EUR"))


async def test_a_year_instead_of_a_month_begins_now(stripe: Setup) -> None:
    subscription = await begun(stripe)
    stripe.pass_time(hours=372)
    yearly = changing(stripe, subscription, price=price(stripe, 49000, interval="year"))
    changed = await stripe.stripe.change_subscription(yearly)
    assert isinstance(changed, BilledSubscription)
    assert changed.period == Span(stripe.at, stripe.at.replace(year=2027))
    assert (await latest_invoice(stripe, changed)).due == Money(49000 - 2450, "EUR")


async def test_it_ends_with_its_period_unless_that_is_taken_back(stripe: Setup) -> None:
    subscription = await begun(stripe)
    flagged = await stripe.stripe.end_subscription(ending(stripe, subscription, Ending.WITH_PERIOD))
    assert flagged == replace(subscription, cancels_at_period_end=True, cancel_at=APRIL)
    assert await stripe.stripe.end_subscription(ending(stripe, subscription, Ending.NOT_AT_ALL)) == subscription
    flagged = await in_portal(stripe, subscription, cancel="yes")
    assert flagged.cancels_at_period_end
    ended = await after(stripe, flagged, days=31)
    assert (ended.status, ended.ended_at) == (SubscriptionStatus.CANCELED, APRIL)


@pytest.mark.parametrize("fault", list(Fault))
async def test_it_ends_now_however_often_that_has_to_be_asked(stripe: Setup, fault: Fault) -> None:
    subscription = await begun(stripe)
    asked = ending(stripe, subscription, Ending.NOW)
    stripe.faults.script(fault, path="/v1/subscriptions")
    assert isinstance(await stripe.stripe.end_subscription(asked), NoAnswer)
    again = await stripe.stripe.end_subscription(replace(asked, key=uuid4()))
    assert again == replace(subscription, status=SubscriptionStatus.CANCELED, ended_at=NOON)
    assert stripe.world.effects["customer.subscription.deleted"] == 1


async def test_what_has_ended_is_not_changed_any_more(stripe: Setup) -> None:
    subscription = await begun(stripe)
    await stripe.stripe.end_subscription(ending(stripe, subscription, Ending.NOW))
    assert await stripe.stripe.change_subscription(changing(stripe, subscription, quantity=2)) == NotFound()


async def test_changes_are_found_by_what_they_were_made_to(stripe: Setup) -> None:
    first, second = await begun(stripe), await begun(stripe)
    assert await stripe.stripe.changed_subscriptions(NOON) == [second.subscription_id, first.subscription_id]
    stripe.pass_time(days=3)
    await stripe.stripe.end_subscription(ending(stripe, first, Ending.WITH_PERIOD))
    assert await stripe.stripe.changed_subscriptions(stripe.at) == [first.subscription_id]
    assert await stripe.stripe.changed_subscriptions(stripe.at + timedelta(seconds=1)) == []
