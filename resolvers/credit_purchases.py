"""Buying credits: quotes, purchases at a checkout, taking one back and refunding it."""

from typing import Any
from uuid import UUID

from domain.actors import ActorKind
from domain.app_permissions import AppPermission
from domain.credit_purchases import PurchaseOrigin, Shortfall, amount_to_refund
from domain.credit_quotes import CreditQuote, quote_of
from domain.money import Money
from domain.payment_methods import Provider
from domain.promotion_redemptions import CodeRefused
from domain.reasons import said
from domain.refusals import invalid
from integrations.return_pages import back_at_checkout, checkout_page_of
from persistence import (
    checkout_sessions,
    credit_accounts,
    credit_clawbacks,
    credit_purchases,
    sale_outcomes,
    sale_refunds,
    sales,
)
from persistence.credit_offers import Wanted, offer
from persistence.unit import Unit
from resolvers.app_reach import organization_of
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.promotion_failures import count_failure
from resolvers.return_urls import is_allowed

READERS = credit_purchases.READERS
LIST, ORGANIZATION, PAYMENT = credit_purchases.LIST, credit_purchases.ORGANIZATION, credit_purchases.PAYMENT


async def quote(context: Context, *, code: str | None, **wanted: Any) -> CreditQuote:
    """What purchaseCredits would ask of the caller's organization now. Guessing codes here counts as it does there."""
    platform, viewer = context.platform, context.viewer
    async with platform.database.reader() as session:
        db = Unit(session, platform.now(), viewer)
        try:
            offered = await offer(db, viewer.require_organization(), Wanted(code=code, **wanted))
        except CodeRefused as refused:
            counted = refused
        else:
            return quote_of(offered.terms, free_credits=offered.free_credits)
    await count_failure(context, counted)
    raise counted


async def check_return(
    context: Context, *, success_url: str | None, cancel_url: str | None, **rest: Any
) -> dict[str, Any]:
    """Finds the pages that are not this platform's own: a buyer may be sent there by the app that they belong to."""
    foreign = {
        path: url
        for path, url in (("successUrl", success_url), ("cancelUrl", cancel_url))
        if url is not None and not is_allowed(url, context.platform)
    }
    return {"success_url": success_url, "cancel_url": cancel_url, "foreign": foreign, **rest}


async def purchase_credits(
    db: Unit,
    *,
    organization_id: UUID | None,
    package_id: UUID | None,
    quantity: int | None,
    currency: str,
    promotion_code: str | None,
    method_id: UUID | None,
    provider: Provider | None,
    success_url: str | None,
    cancel_url: str | None,
    foreign: dict[str, str],
) -> Changed:
    buyer_id = await organization_of(db, organization_id, AppPermission.CREDITS_PURCHASE)
    if provider is not None and method_id is not None:
        raise invalid("Name a method, or a provider on whose page the buyer chooses one; not both.", "provider")
    for path, url in foreign.items():
        await checkout_sessions.require_home(db, db.by.app_id, url, path)
    account = await credit_accounts.locked(db, buyer_id)
    wanted = Wanted(package_id=package_id, quantity=quantity, currency=currency, code=promotion_code)
    origin = PurchaseOrigin.APP if db.by.kind is ActorKind.APP else PurchaseOrigin.CHECKOUT
    purchase, sale = await credit_purchases.start(
        db, account, wanted, origin=origin, success_url=success_url, cancel_url=cancel_url
    )
    if sale.is_free:
        await sale_outcomes.settle_free(db, sale)
        return Changed(purchase=purchase, payment=None, checkout_url=None)
    back = back_at_checkout(sale.id)
    payment = await sales.checkout(db, sale, provider=provider, method_id=method_id, return_url=back)
    return Changed(purchase=purchase, payment=payment, checkout_url=checkout_page_of(sale.id))


async def cancel_credit_purchase(db: Unit, *, purchase_id: UUID) -> Changed:
    purchase, sale = await credit_purchases.for_change(db, purchase_id)
    await credit_purchases.cancel(db, purchase, sale)
    return Changed(purchase=purchase)


async def refund_credit_purchase(
    db: Unit, *, purchase_id: UUID, amount: Money | None, shortfall: Shortfall, reason: str
) -> Changed:
    purchase, sale = await credit_purchases.for_change(db, purchase_id)
    purchase.check("refundCreditPurchase", by=db.by)
    words = said(reason, required=True)
    gross = amount_to_refund(purchase, amount, left_minor=sale.left_minor)
    account = await credit_accounts.locked(db, purchase.organization_id)
    back = credit_clawbacks.take_back(
        db, account, purchase, sale, gross, from_others=False, with_debt=shortfall is Shortfall.DEBT
    )
    refund = await sale_refunds.refund(db, sale, gross, undelivered_minor=back.undelivered_minor, reason=words)
    purchase.give_back(
        refunded_minor=gross,
        is_all=sale.left_minor == 0,
        clawed_back=back.credits.total,
        missing=back.credits.missing,
        at=db.at,
    )
    await credit_clawbacks.write_down(db, account, sale, back)
    return Changed(purchase=purchase, refund=refund)
