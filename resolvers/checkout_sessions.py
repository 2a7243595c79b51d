"""Checkouts: an organization begins to buy something that it pays once, or subscribes to."""

from typing import Any
from uuid import UUID

from domain import checkout_sessions as rules
from domain.checkout_sessions import CheckoutMode
from domain.payment_methods import Provider
from domain.refusals import invalid
from integrations.return_pages import back_at_checkout, checkout_page_of
from persistence import catalogue, checkout_sessions, sale_outcomes, sales, subscription_checkouts
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.return_urls import is_allowed

ORGANIZATION, PRICE, PURCHASE = checkout_sessions.ORGANIZATION, checkout_sessions.PRICE, checkout_sessions.PURCHASE
SUBSCRIPTION = checkout_sessions.SUBSCRIPTION


async def check_return(context: Context, *, success_url: str, cancel_url: str, **rest: Any) -> dict[str, Any]:
    """Which of the two addresses are of nobody's but this platform's own; of the others the app must say so."""
    foreign = {
        path: url
        for path, url in (("successUrl", success_url), ("cancelUrl", cancel_url))
        if not is_allowed(url, context.platform)
    }
    return {"success_url": success_url, "cancel_url": cancel_url, "foreign": foreign, **rest}


async def create_checkout_session(
    db: Unit,
    *,
    price_id: UUID,
    quantity: int,
    mode: CheckoutMode,
    success_url: str,
    cancel_url: str,
    method_id: UUID | None,
    provider: Provider | None,
    foreign: dict[str, str],
) -> Changed:
    buyer_id = db.by.require_organization()
    if provider is not None and method_id is not None:
        raise invalid("Name a method, or a provider on whose page the buyer chooses one; not both.", "provider")
    price, product, plan = await catalogue.price_for_sale(db, price_id)
    rules.require_fits(mode, price, product)
    for path, url in foreign.items():
        await checkout_sessions.require_home(db, price.app_id, url, path)
    await checkout_sessions.require_currency(db, buyer_id, price.currency)
    session = rules.opened(
        price,
        organization_id=buyer_id,
        quantity=quantity,
        mode=mode,
        success_url=success_url,
        cancel_url=cancel_url,
        by=db.by,
        at=db.at,
    )
    may_be_billed_there = method_id is None and provider in (None, subscription_checkouts.BILLED_BY)
    if plan and may_be_billed_there and await subscription_checkouts.is_billed_there(db, price, quantity):
        await subscription_checkouts.open_billed(db, session, price, product, plan)
        session.url = checkout_page_of(session.id)
        return Changed(session=session, payment=None)
    sale = (
        await checkout_sessions.begin_purchase(db, session, price, product)
        if plan is None
        else await subscription_checkouts.open_session(db, session, price, product, plan)
    )
    if sale is None or sale.is_free:
        session.url = success_url
        if sale is not None:
            await sale_outcomes.settle_free(db, sale)
        return Changed(session=session, payment=None)
    session.url = checkout_page_of(sale.id)
    payment = await sales.checkout(
        db, sale, provider=provider, method_id=method_id, return_url=back_at_checkout(sale.id)
    )
    return Changed(session=session, payment=payment)
