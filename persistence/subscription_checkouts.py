"""Subscribing: what a checkout must hold to, and the subscription that begins with it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain import subscription_periods as rules
from domain import subscription_starts as starts
from domain.billing_calendar import anchored_at
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.checkout_sessions import CheckoutSession, CheckoutStatus
from domain.payment_methods import Provider
from domain.payments import Payment
from domain.prices import Price
from domain.pricing import amount_of, require_quantity
from domain.products import Product, ProductKind
from domain.sale_lines import SaleLine
from domain.sales import Sale, SaleKind
from domain.subscription_plans import Plan
from domain.subscription_terms import PeriodTerms
from persistence import (
    billing_customers,
    credit_accounts,
    entitlement_versions,
    organizations,
    period_credits,
    provider_accounts,
    sale_refunds,
    sales,
    subscription_standings,
    subscription_terms,
    subscriptions,
)
from persistence.tables.checkouts import checkout_sessions
from persistence.tables.subscriptions import billing_subscriptions
from persistence.unit import Unit

_S = SubscriptionStatus

BILLED_BY = Provider.STRIPE
"""Who bills subscriptions to prices that stand there too."""


async def open_session(db: Unit, session: CheckoutSession, price: Price, product: Product, plan: Plan) -> Sale | None:
    """A new session with the sale that pays the first period. None where there is nothing to pay: it is complete.

    Refuses a quantity that is not sold, and a second live subscription.
    """
    require_quantity(price, plan, session.quantity)
    # Of two that subscribe at once, the second sees what the first has begun: as in `lock`.
    await credit_accounts.locked(db, session.organization_id)
    await subscriptions.require_no_other(
        db, session.organization_id, session.app_id, product.id, is_plan=product.kind is ProductKind.PLAN
    )
    db.add(session)
    await db.flush()
    amount = amount_of(price, session.quantity)
    if amount == 0 or await _trial_days(db, session.organization_id, plan):
        await begin(db, session)
        session.complete(at=db.at)
        return None
    sale = await sales.open_sale(
        db,
        kind=SaleKind.PERIOD,
        subject_id=session.id,
        organization_id=session.organization_id,
        lines=[SaleLine(product.name, session.quantity, amount, product.tax_code)],
        currency=price.currency,
        tax_mode=price.tax_behavior.tax_mode,
        success_url=session.success_url,
        cancel_url=session.cancel_url,
    )
    session.sale_id = sale.id
    return sale


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider is asked to bill."""

    provider_price_id: str
    trial_days: int
    customer: str | None
    """The provider's name for the buyer, once it was paid under it."""


async def is_billed_there(db: Unit, price: Price, quantity: int) -> bool:
    """Whether the provider bills a new subscription: it has the price, there is something to pay, and it is set up."""
    if price.provider_price_id is None or amount_of(price, quantity) == 0:
        return False
    return await provider_accounts.takes_money(db.session, BILLED_BY)


async def open_billed(db: Unit, session: CheckoutSession, price: Price, product: Product, plan: Plan) -> None:
    """A new session that the provider completes; refuses what `open_session` does."""
    require_quantity(price, plan, session.quantity)
    await subscriptions.require_no_other(
        db, session.organization_id, session.app_id, product.id, is_plan=product.kind is ProductKind.PLAN
    )
    db.add(session)


async def offer_of(db: Unit, session: CheckoutSession) -> Offer:
    price = await db.session.get_one(Price, session.price_id)
    plan = await subscription_terms.plan_of(db, price.product_id)
    customer = await billing_customers.of_organization(db, session.organization_id, BILLED_BY)
    return Offer(
        price.provider_price_id or "",
        await _trial_days(db, session.organization_id, plan),
        None if customer is None else customer.external_id,
    )


async def begin(db: Unit, session: CheckoutSession) -> BillingSubscription:
    """The subscription of a checkout, INCOMPLETE until it is paid.

    With a trial, or where it costs nothing, it runs at once: the checkout is then complete.
    """
    terms = await subscription_terms.terms_at(db, session.price_id, session.quantity)
    organization = await organizations.get(db, session.organization_id)
    product = await db.session.get_one(Product, terms.product_id)
    subscription = starts.begun(
        terms,
        organization_id=session.organization_id,
        app_id=session.app_id,
        is_plan=product.kind is ProductKind.PLAN,
        checkout_session_id=session.id,
        time_zone=organization.time_zone,
        by=db.by,
        at=db.at,
    )
    plan = await subscription_terms.plan_of(db, product.id)
    trial_days = await _trial_days(db, session.organization_id, plan)
    if trial_days:
        starts.tried_out(subscription, trial_days, at=db.at)
    db.add(subscription)
    await db.flush()
    session.subscription_id = subscription.id
    await subscription_terms.choose(db, subscription, session.price_id, session.quantity)
    if not trial_days and terms.amount_minor == 0:
        await _activate(db, subscription, terms)
    await subscription_standings.note(db, subscription)
    await entitlement_versions.bump(db, subscription.organization_id, subscription.app_id)
    return subscription


async def lock(db: Unit, sale: Sale) -> None:
    """The checkout, the subscription that it began, if it has begun, and the account that its credits come to."""
    of_sale = select(CheckoutSession).where(checkout_sessions.c.id == sale.subject_id).with_for_update()
    await db.session.scalars(of_sale)
    begun = select(billing_subscriptions.c.id).where(billing_subscriptions.c.checkout_session_id == sale.subject_id)
    await db.session.execute(begun.with_for_update())
    await credit_accounts.locked(db, sale.organization_id)


async def paid(db: Unit, sale: Sale, payment: Payment | None) -> None:
    """The first payment: period 0 begins with it. Whoever has subscribed elsewhere meanwhile gets the money back."""
    session = await db.session.get_one(CheckoutSession, sale.subject_id)
    subscription = await _begun(db, session)
    if subscription is None or subscription.status is not _S.INCOMPLETE:
        if session.status is CheckoutStatus.OPEN:
            session.expire(at=db.at)
        await sale_refunds.refund(
            db, sale, sale.total_minor, undelivered_minor=sale.net_minor, reason="There is another subscription."
        )
        return
    terms = await subscription_terms.terms_at(db, session.price_id, session.quantity)
    await _activate(db, subscription, terms, sale, payment)
    session.complete(at=db.at)
    await subscription_standings.note(db, subscription)
    await entitlement_versions.bump(db, subscription.organization_id, subscription.app_id)


async def _activate(
    db: Unit,
    subscription: BillingSubscription,
    terms: PeriodTerms,
    sale: Sale | None = None,
    payment: Payment | None = None,
) -> None:
    anchor = anchored_at(db.at, time_zone=subscription.time_zone, months=terms.months)
    period = rules.opened(subscription.id, subscription.organization_id, anchor, 0, terms, at=db.at)
    period.pay(sale, None if payment is None else payment.id, at=db.at)
    subscription.enter(period, at=db.at)
    db.add(period)
    await db.flush()
    await period_credits.grant(db, period, None)


async def _begun(db: Unit, session: CheckoutSession) -> BillingSubscription | None:
    """The subscription of the checkout, begun now if it was not before; None where another one lives."""
    of_session = billing_subscriptions.c.checkout_session_id == session.id
    known = await db.session.scalar(select(BillingSubscription).where(of_session))
    if known is not None:
        return known
    product = await db.session.get_one(Product, (await db.session.get_one(Price, session.price_id)).product_id)
    is_plan = product.kind is ProductKind.PLAN
    if await subscriptions.has_other(db, session.organization_id, session.app_id, product.id, is_plan=is_plan):
        return None
    return await begin(db, session)


async def _trial_days(db: Unit, organization_id: UUID, plan: Plan) -> int:
    """Once in the life of an organization and a product."""
    has_tried = plan.trial_days and await subscriptions.has_tried(db, organization_id, plan.product_id)
    return 0 if has_tried else plan.trial_days
