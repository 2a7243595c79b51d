"""Subscriptions that Stripe bills: begun on its page, renewed or failing, and told of as they stand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.billed_subscriptions import BilledCharge, BilledItem, BilledLine, BilledStatus, BilledSubscription
from domain.billing_calendar import Span
from domain.billing_subscriptions import SubscriptionStatus
from domain.checkout_sessions import CheckoutStatus
from domain.money import Money
from integrations.payments import Refunded, Refunding
from integrations.provider_answers import Declined, NoAnswer, NotFound
from integrations.provider_billing import BilledCheckout, CheckoutOpened, OpeningPortal
from standins.faults import Fault
from tests.providers.stripe_billing import (
    after,
    begun,
    in_portal,
    latest_invoice,
    opening,
    price,
    standing,
)
from tests.providers.stripe_setup import NOON, RETURN_URL, Setup, post

APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
FEE = Money(172, "EUR")
"""2.9 % + 0.30 of 49.00."""


async def test_a_checkout_begins_a_subscription_once_its_first_invoice_is_paid(stripe: Setup) -> None:
    asked = opening(stripe, price(stripe), quantity=2)
    page = await stripe.stripe.open_checkout(asked)
    assert page == CheckoutOpened(
        session_id="cs_test_000001", customer="cus_000001", url=f"{stripe.world.address}/pages/checkout/cs_test_000001"
    )
    open_page = BilledCheckout(
        session_id="cs_test_000001", key=asked.key, status=CheckoutStatus.OPEN, subscription=None
    )
    assert await stripe.stripe.find_checkout("cs_test_000001") == open_page
    assert (await post(page.url, card="pm_card_visa")).startswith(RETURN_URL)
    complete = replace(open_page, status=CheckoutStatus.COMPLETE, subscription="sub_000001")
    assert await stripe.stripe.find_checkout("cs_test_000001") == complete
    assert await stripe.stripe.find_subscription("sub_000001", stripe.at) == BilledSubscription(
        subscription_id="sub_000001",
        key=asked.key,
        customer="cus_000001",
        status=SubscriptionStatus.ACTIVE,
        currency="EUR",
        items=(BilledItem(price="price_000001", quantity=2),),
        period=Span(NOON, APRIL),
        anchor_at=NOON,
        trial_ends_at=None,
        cancel_at=None,
        cancels_at_period_end=False,
        ended_at=None,
        latest_invoice="in_000001",
        as_of=NOON,
    )


async def test_an_invoice_tells_its_period_and_the_charge_that_has_paid_it(stripe: Setup) -> None:
    subscription = await begun(stripe)
    invoice = await latest_invoice(stripe, subscription)
    line = BilledLine(
        description="1 x Standard",
        price="price_000001",
        quantity=1,
        amount=Money(4900, "EUR"),
        period=Span(NOON, APRIL),
        is_proration=False,
    )
    assert (invoice.subscription, invoice.status, invoice.lines) == ("sub_000001", BilledStatus.PAID, (line,))
    assert (invoice.total, invoice.due, invoice.tax) == (Money(4900, "EUR"), Money(4900, "EUR"), Money(0, "EUR"))
    assert invoice.charged == BilledCharge(provider_id="pi_000001", amount=Money(4900, "EUR"), fee=FEE)
    assert invoice.period == Span(NOON, APRIL)


async def test_the_same_key_opens_one_page_and_one_customer(stripe: Setup) -> None:
    asked = opening(stripe, price(stripe))
    stripe.faults.script(Fault.NO_ANSWER_AFTER, path="/v1/checkout/sessions")
    assert isinstance(await stripe.stripe.open_checkout(asked), NoAnswer)
    assert isinstance(await stripe.stripe.open_checkout(asked), CheckoutOpened)
    assert [len(stripe.world.all(name)) for name in ("checkout.session", "customer")] == [1, 1]


async def test_a_price_that_stripe_does_not_know_opens_nothing(stripe: Setup) -> None:
    assert isinstance(await stripe.stripe.open_checkout(opening(stripe, "price_of_nobody")), Declined)


async def test_a_card_that_is_declined_leaves_the_page_open_for_another(stripe: Setup) -> None:
    page = await stripe.stripe.open_checkout(opening(stripe, price(stripe)))
    assert isinstance(page, CheckoutOpened)
    await post(page.url, card="pm_card_chargeDeclined")
    assert (await standing(stripe, "sub_000001")).status is SubscriptionStatus.INCOMPLETE
    await post(page.url, card="pm_card_visa")
    assert (await standing(stripe, "sub_000001")).status is SubscriptionStatus.ACTIVE
    assert stripe.world.effects["customer.subscription.created"] == 1
    assert stripe.world.effects["invoice.paid"] == 1


async def test_the_bank_may_ask_the_payer_first(stripe: Setup) -> None:
    page = await stripe.stripe.open_checkout(opening(stripe, price(stripe)))
    assert isinstance(page, CheckoutOpened)
    bank = await post(page.url, card="pm_card_authenticationRequiredOnSetup")
    assert (await standing(stripe, "sub_000001")).status is SubscriptionStatus.INCOMPLETE
    await post(bank, outcome="authorize")
    subscription = await standing(stripe, "sub_000001")
    assert subscription.status is SubscriptionStatus.ACTIVE
    assert (await after(stripe, subscription, days=31)).status is SubscriptionStatus.ACTIVE


async def test_a_first_payment_that_never_comes_ends_it(stripe: Setup) -> None:
    page = await stripe.stripe.open_checkout(opening(stripe, price(stripe)))
    assert isinstance(page, CheckoutOpened)
    await post(page.url, card="pm_card_chargeDeclined")
    left = await after(stripe, await standing(stripe, "sub_000001"), hours=23)
    assert (left.status, left.ended_at) == (SubscriptionStatus.INCOMPLETE_EXPIRED, stripe.at)


async def test_a_trial_costs_nothing_until_it_ends(stripe: Setup) -> None:
    subscription = await begun(stripe, trial_days=14)
    ends_at = NOON + timedelta(days=14)
    assert (subscription.status, subscription.trial_ends_at) == (SubscriptionStatus.TRIALING, ends_at)
    assert subscription.period == Span(NOON, ends_at)
    first = await latest_invoice(stripe, subscription)
    assert (first.status, first.total, first.charged) == (BilledStatus.PAID, Money(0, "EUR"), None)
    renewed = await after(stripe, subscription, days=14)
    assert (renewed.status, renewed.anchor_at) == (SubscriptionStatus.ACTIVE, ends_at)
    assert renewed.period == Span(ends_at, datetime(2026, 4, 15, 12, tzinfo=UTC))
    assert (await latest_invoice(stripe, renewed)).charged == BilledCharge(
        provider_id="pi_000001", amount=Money(4900, "EUR"), fee=FEE
    )


async def test_each_period_has_one_invoice_that_tells_it(stripe: Setup) -> None:
    subscription = await after(stripe, await begun(stripe), days=31)
    assert subscription.period == Span(APRIL, MAY)
    invoice = await latest_invoice(stripe, subscription)
    assert (invoice.invoice_id, invoice.period) == ("in_000002", Span(APRIL, MAY))
    assert len(stripe.world.all("invoice")) == 2


async def test_short_months_shorten_only_themselves(stripe: Setup) -> None:
    stripe.now.append(datetime(2026, 1, 31, 12, tzinfo=UTC))
    subscription = await begun(stripe)
    ends = [subscription.period.end]
    for _ in range(3):
        subscription = await after(stripe, subscription, seconds=(ends[-1] - stripe.at).total_seconds())
        ends.append(subscription.period.end)
    assert [(end.month, end.day) for end in ends] == [(2, 28), (3, 31), (4, 30), (5, 31)]


async def test_a_failed_renewal_is_tried_again_until_another_card_pays_it(stripe: Setup) -> None:
    subscription = await in_portal(stripe, await begun(stripe), card="pm_card_chargeCustomerFail")
    failed = await after(stripe, subscription, days=31)
    assert (failed.status, failed.period) == (SubscriptionStatus.PAST_DUE, Span(APRIL, MAY))
    invoice = await latest_invoice(stripe, failed)
    assert await stripe.stripe.paid_invoices("sub_000001") == ["in_000001"]
    assert (invoice.status, invoice.charged) == (BilledStatus.OPEN, None)
    assert invoice.next_attempt_at == APRIL + timedelta(days=2)
    still = await after(stripe, failed, days=2)
    assert (await latest_invoice(stripe, still)).next_attempt_at == APRIL + timedelta(days=7)
    recovered = await in_portal(stripe, still, card="pm_card_visa")
    assert (recovered.status, recovered.period) == (SubscriptionStatus.ACTIVE, Span(APRIL, MAY))
    assert (await latest_invoice(stripe, recovered)).status is BilledStatus.PAID
    assert await stripe.stripe.paid_invoices("sub_000001") == ["in_000001", "in_000002"]
    assert stripe.world.effects["invoice.payment_failed"] == 2


async def test_after_the_last_attempt_it_is_unpaid(stripe: Setup) -> None:
    subscription = await in_portal(stripe, await begun(stripe), card="pm_card_chargeCustomerFail")
    statuses = []
    for days in (31, 2, 5, 7, 7):
        subscription = await after(stripe, subscription, days=days)
        statuses.append(subscription.status)
    assert statuses == [SubscriptionStatus.PAST_DUE] * 4 + [SubscriptionStatus.UNPAID]


async def test_a_period_is_refunded_by_the_charge_of_its_invoice(stripe: Setup) -> None:
    invoice = await latest_invoice(stripe, await begun(stripe))
    assert invoice.charged is not None
    asked = Refunding(key=uuid4(), charge_id=invoice.charged.provider_id, amount=Money(4900, "EUR"), at=stripe.at)
    assert await stripe.stripe.refund(asked) == Refunded(provider_id="re_000001", amount=Money(4900, "EUR"))


async def test_what_is_not_there_is_not_found(stripe: Setup) -> None:
    assert await stripe.stripe.find_subscription("sub_of_nobody", NOON) == NotFound()
    assert await stripe.stripe.find_billed_invoice("in_of_nobody", NOON) == NotFound()
    assert await stripe.stripe.find_checkout("cs_of_nobody") == NotFound()
    portal = OpeningPortal(customer="cus_of_nobody", return_url=RETURN_URL, at=NOON)
    assert await stripe.stripe.open_portal(portal) == NotFound()
    page = await stripe.stripe.charge(stripe.charge(None))
    assert await stripe.stripe.find_checkout(getattr(page, "provider_id", "")) == NotFound()


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_question_without_an_answer_tells_nothing(stripe: Setup, fault: Fault) -> None:
    subscription = await begun(stripe)
    stripe.faults.script(fault, path="/v1/subscriptions")
    assert isinstance(await stripe.stripe.find_subscription(subscription.subscription_id, NOON), NoAnswer)
