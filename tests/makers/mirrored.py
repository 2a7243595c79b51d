"""Makers of subscriptions that Stripe bills: sold there, begun on its page, lived through by its clock."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.billing_subscriptions import BillingSubscription
from domain.checkout_visits import Leave
from domain.payment_methods import Provider
from domain.prices import Price
from integrations.return_pages import checkout_page_of
from jobs.provider_checkouts import visited
from jobs.provider_subscriptions import look
from persistence.unit import unit_of_work
from schema.ids import global_id
from standins.stripe import billing_clock, prices
from standins.stripe.world import Call
from tests.makers.subscriptions import Subscribed, make_plan, move_to
from tests.providers.companies import Stripe
from tests.providers.stripe_setup import post
from tests.world import Person

SUCCESS_URL, CANCEL_URL = "http://localhost/bought", "http://localhost/shop"


@dataclass(slots=True)
class Mirrored(Subscribed):
    """A subscription here, and the company that bills it."""

    company: Stripe
    session_id: UUID

    @property
    def there(self) -> dict[str, Any]:
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
    recurring = {"interval": price.interval.value.lower()}
    made = prices.create(company.stripe, Call(account="", fields={**fields, "recurring": recurring}))
    async with unit_of_work(company.world.database, by=SYSTEM, at=company.world.clock.now()) as db:
        (await db.session.get_one(Price, price.id)).provider_price_id = made["id"]


async def subscribed(
    company: Stripe, price: Price | None = None, *, card: str = "pm_card_visa", listeners: int = 0, **terms: Any
) -> Mirrored:
    """Somebody has paid on Stripe's page, and all messages have come; that of `listeners` was heard by each at once.

    What is sold is a plan of 20.00 EUR a month with these terms, unless it is said.
    """
    world = company.world
    buyer, session_id = await paid_on_page(company, price or await make_plan(world, **terms), card)
    now = world.clock.now()
    heard = (look(world.database, Provider.STRIPE, session_id, "sub_000001", now) for _ in range(listeners))
    assert all(await asyncio.gather(*heard))
    await company.settle()
    async with world.database.reader() as reader:
        begun = (await reader.scalars(select(BillingSubscription))).one()
    return Mirrored(world, buyer, begun.id, company, session_id)


async def paid_on_page(company: Stripe, price: Price, card: str = "pm_card_visa") -> tuple[Person, UUID]:
    """Somebody has paid a price on Stripe's page, and nobody here has heard of it; the buyer, and the checkout."""
    world = company.world
    await sold_at_stripe(company, price)
    buyer = await world.client_side()
    session_id = await opened_checkout(buyer, price)
    page, again = [await visited(world.database, session_id, world.clock.now(), is_back=False) for _ in range(2)]
    assert isinstance(page, Leave)
    assert page == again
    await post(page.url, card=card)
    return buyer, session_id


async def opened_checkout(buyer: Person, price: Price) -> UUID:
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
