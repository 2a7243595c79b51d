"""Subscriptions that Stripe bills, told of by its messages in any order: here they stand as they do there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.actors import SYSTEM
from domain.billed_subscriptions import BilledSubscription
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.checkout_sessions import CheckoutSession, CheckoutStatus
from domain.checkout_visits import Leave, Stay
from domain.ids import new_id
from domain.payment_methods import Provider
from domain.permissions import StaffRole
from domain.prices import Price
from domain.refusals import RefusalCode, Refused
from domain.sales import Sale, SaleStatus
from domain.subscription_periods import PeriodStatus
from integrations.provider_billing import (
    ChangingBilled,
    Prorating,
)
from integrations.return_pages import checkout_page_of
from jobs.provider_checkouts import visited
from jobs.provider_subscriptions import look
from jobs.providers import reach_billing
from persistence.tables.subscriptions import subscription_items
from persistence.unit import unit_of_work
from schema.ids import global_id
from standins.courier import Plan
from standins.faults import Fault
from standins.stripe import billing_clock, prices
from standins.stripe.world import Call
from tests.makers.invariants import broken
from tests.makers.subscriptions import Subscribed, make_plan, move_to
from tests.providers.companies import Stripe
from tests.providers.company_setups import COMPANIES
from tests.providers.stripe_setup import post
from tests.world import Person, World

_S = SubscriptionStatus
SUCCESS_URL, CANCEL_URL = "http://localhost/bought", "http://localhost/shop"


@pytest.fixture
async def company(world: World) -> AsyncIterator[Stripe]:
    async with COMPANIES[Provider.STRIPE](await world.staff(StaffRole.FINANCE)) as company:
        assert isinstance(company, Stripe)
        yield company


@dataclass(slots=True)
class Mirrored(Subscribed):
    """A subscription here, and the company that bills it."""

    company: Stripe
    session_id: UUID

    @property
    def there(self) -> dict[str, object]:
        return self.company.stripe.all("subscription")[0]

    async def live_until(self, at: datetime) -> None:
        await move_to(self.world, at)
        billing_clock.move_on(self.company.stripe)
        await self.company.settle()

    async def portal(self) -> str:
        """Where the link of the API leads."""
        link = (await self.buyer.do("createPortalSession", "url", returnUrl=CANCEL_URL))["url"]
        parts = urlsplit(link)
        answer = await self.world.client.http.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 303
        return str(answer.headers["location"])

    async def in_portal(self, **form: str) -> None:
        await post(await self.portal(), **form)
        await self.company.settle()


async def sold_at_stripe(company: Stripe, price: Price) -> None:
    """The same price there."""
    product = prices.create_product(company.stripe, Call(account="", fields={"name": "Standard"}))
    fields = {"unit_amount": price.unit_amount_minor, "currency": "eur", "product": product["id"]}
    made = prices.create(company.stripe, Call(account="", fields={**fields, "recurring": {"interval": "month"}}))
    async with unit_of_work(company.world.database, by=SYSTEM, at=company.world.clock.now()) as db:
        (await db.session.get_one(Price, price.id)).provider_price_id = made["id"]


async def subscribed(company: Stripe, *, trial_days: int = 0, listeners: int = 0) -> Mirrored:
    """Somebody has paid on Stripe's page, and all messages have come; that of `listeners` was heard by each at once."""
    world = company.world
    price = await make_plan(world, trial_days=trial_days)
    await sold_at_stripe(company, price)
    buyer = await world.client_side()
    session_id = await _opened(buyer, price)
    page, again = [await visited(world.database, session_id, world.clock.now(), is_back=False) for _ in range(2)]
    assert isinstance(page, Leave)
    assert page == again
    await post(page.url, card="pm_card_visa")
    now = world.clock.now()
    heard = (look(world.database, Provider.STRIPE, session_id, "sub_000001", now) for _ in range(listeners))
    assert all(await asyncio.gather(*heard))
    await company.settle()
    async with world.database.reader() as reader:
        begun = (await reader.scalars(select(BillingSubscription))).one()
    return Mirrored(world, buyer, begun.id, company, session_id)


async def _opened(buyer: Person, price: Price) -> UUID:
    """The checkout that the API opens."""
    opened = await buyer.do(
        "createCheckoutSession",
        "session { id status url }",
        priceId=global_id("Price", price.id),
        mode="SUBSCRIPTION",
        successUrl=SUCCESS_URL,
        cancelUrl=CANCEL_URL,
        idempotencyKey=buyer.world.key(),
    )
    session = opened["session"]
    assert session["status"] == "OPEN"
    session_id = UUID(hex=session["id"].removeprefix("chk_"))
    assert session["url"] == checkout_page_of(session_id)
    return session_id


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


async def test_an_invoice_that_opens_no_period_is_for_people_and_the_rest_is_followed(company: Stripe) -> None:
    mirrored, now = await subscribed(company), company.world.clock.now()
    billing = await reach_billing(company.world.database, Provider.STRIPE)
    changing = ChangingBilled(key=new_id(), subscription_id="sub_000001", quantity=2, prorating=Prorating.NOW, at=now)
    assert isinstance(await billing.change_subscription(changing), BilledSubscription)
    with pytest.raises(Refused) as refused:
        await look(company.world.database, Provider.STRIPE, mirrored.session_id, "sub_000001", now)
    assert refused.value.code is RefusalCode.INVALID
    async with company.world.database.reader() as session:
        quantities = (await session.scalars(select(subscription_items.c.quantity))).all()
    assert (quantities, len(await mirrored.periods())) == ([2], 1)


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
    session_id = await _opened(await world.client_side(), price)
    page = await visited(world.database, session_id, world.clock.now(), is_back=False)
    assert isinstance(page, Leave)
    assert isinstance(await visited(world.database, session_id, world.clock.now(), is_back=True), Stay)
    await post(page.url, card="pm_card_visa")
    assert await visited(world.database, session_id, world.clock.now(), is_back=True) == Leave(SUCCESS_URL)
    assert await visited(world.database, session_id, world.clock.now(), is_back=False) == Leave(SUCCESS_URL)
