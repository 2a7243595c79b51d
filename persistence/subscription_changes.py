"""Changing subscriptions: quoted, made at once, made once what they cost is paid, or left for the period's end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain import subscription_changes as rules
from domain.billing_subscriptions import BillingSubscription, ManagedBy
from domain.change_quotes import ChangeQuote, quote
from domain.payments import PaymentTrigger
from domain.permissions import Permission
from domain.prices import Price
from domain.pricing import require_quantity
from domain.products import Product
from domain.proration_lines import ProrationLine
from domain.refusals import conflict, invalid, wrong_state
from domain.sales import SaleKind
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind, scheduled, under_way
from domain.subscription_changes import ChangeDirection, ChangeTime, ProrationMode
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from domain.subscription_plans import Plan
from domain.subscription_terms import PeriodTerms
from persistence import (
    catalogue,
    change_effects,
    contracts,
    proration_lines,
    sales,
    scheduled_changes,
    seat_assignments,
    subscription_periods,
    subscription_terms,
    subscriptions,
)
from persistence.tables.catalogue import plans, prices
from persistence.unit import Unit

_KINDS = (ScheduledChangeKind.PRICE, ScheduledChangeKind.QUANTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of a subscription; None: as it is, or as rule 14 says."""

    price_id: UUID | None = None
    quantity: int | None = None
    mode: ProrationMode | None = None
    effective: ChangeTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A change that was made, that waits, or that is being paid, with the lines that it has posted."""

    change: ScheduledChange
    lines: Sequence[ProrationLine]


async def quoted(db: Unit, subscription: BillingSubscription, wish: Wish) -> tuple[ChangeQuote, SubscriptionPeriod]:
    """What a change would do at this instant; refuses whatever making it would refuse, but for its payment."""
    if subscription.managed_by is ManagedBy.PROVIDER:
        message = "The provider computes what a change of this subscription costs, when it makes it."
        raise wrong_state(message, from_state=ManagedBy.PROVIDER.name, allowed=[ManagedBy.MILEPOST.name])
    return await computed(db, subscription, wish)


async def computed(db: Unit, subscription: BillingSubscription, wish: Wish) -> tuple[ChangeQuote, SubscriptionPeriod]:
    """The same, whoever bills the subscription: what a provider charges for it only the provider knows."""
    subscription.check("changeSubscription", by=db.by)
    period = await subscription_periods.current_of(db, subscription.id)
    if period is None:
        raise conflict("The period that is paid for is not known yet. Repeat it in a minute.")
    new = await _wanted_terms(db, subscription, period.terms, wish)
    rules.require_seats(new.quantity, await seat_assignments.assigned(db, subscription.id))
    made = quote(
        subscription.id,
        period.terms,
        new,
        period.span,
        mode=wish.mode,
        effective=wish.effective,
        is_staff=db.by.may(Permission.STAFF_MONEY),
        granted=await change_effects.granted(db, period.id),
        month=change_effects.month_of(period),
        at=db.at,
    )
    await _require_open(db, subscription, period, made)
    return made, period


async def change(db: Unit, subscription: BillingSubscription, wish: Wish) -> Made:
    """Makes a change of a locked subscription as it was quoted."""
    made, period = await quoted(db, subscription, wish)
    await make_room(db, subscription, made)
    new = asked(db, subscription, made)
    db.add(new)
    await db.flush()
    lines = list(made.lines)
    proration_lines.post(db, lines, new.id, period.id if made.charged_minor else None)
    await db.flush()
    if made.charged_minor:
        await _charge(db, subscription, new, lines, made.new)
    elif made.effective is ChangeTime.NOW:
        await change_effects.apply(db, subscription, period, new, sale=None)
    return Made(change=new, lines=lines)


async def _wanted_terms(db: Unit, subscription: BillingSubscription, old: PeriodTerms, wish: Wish) -> PeriodTerms:
    price_id = wish.price_id or old.price_id
    quantity = old.quantity if wish.quantity is None else wish.quantity
    if price_id == old.price_id:
        price, plan = await _price_of(db, price_id)
    else:
        price, product, plan = await catalogue.price_for_sale(db, price_id)
        await _require_kin(db, subscription, price, product)
    require_quantity(price, plan, quantity)
    return await subscription_terms.terms_at(db, price_id, quantity)


async def _price_of(db: Unit, price_id: UUID) -> tuple[Price, Plan | None]:
    """The price that a subscriber is on: archived or not, they may have more or less of it."""
    statement = select(Price, Plan).join(Plan, plans.c.product_id == prices.c.product_id).where(prices.c.id == price_id)
    price, plan = (await db.session.execute(statement)).one()
    return price, plan


async def _require_kin(db: Unit, subscription: BillingSubscription, price: Price, product: Product) -> None:
    """A subscription changes to what is sold in the same way: plans among each other, packages among each other."""
    was = await db.session.get_one(Product, subscription.product_id)
    if (product.app_id, product.kind) != (was.app_id, was.kind) or not price.is_recurring:
        raise invalid(f"Choose a price of a {was.kind.value} in the same catalogue.", "priceId")
    if not subscription.is_plan and product.id != was.id:
        await subscriptions.require_no_other(
            db, subscription.organization_id, subscription.app_id, product.id, is_plan=False
        )


async def _require_open(
    db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, made: ChangeQuote
) -> None:
    """What ends or rests with its period has none in which the change could take effect; contracts bind downwards."""
    await subscription_periods.require_none_open(db, subscription.id)
    leaves_period = made.effective is ChangeTime.PERIOD_END or made.starts_period
    if leaves_period and (subscription.cancel_at_period_end or subscription.pause_at is not None):
        message = "It ends or rests with this period: uncancelSubscription first."
        raise wrong_state(message, from_state=subscription.status.name)
    if made.starts_period and period.period_start + timedelta(seconds=1) > db.at:
        raise conflict("The period that is paid has only just begun: repeat it in a second.")
    has_credits = made.old.included_credits > 0 or made.new.included_credits > 0
    if period.is_billed and has_credits and made.effective is ChangeTime.NOW:
        message = "The invoice of this period is not paid, and its credits come with the payment: pay it first."
        raise wrong_state(message, from_state=period.status.name, allowed=[PeriodStatus.PAID.name])
    if made.direction is ChangeDirection.DOWNGRADE:
        await contracts.require_unbound(db, subscription)


async def make_room(db: Unit, subscription: BillingSubscription, made: ChangeQuote) -> None:
    """One change of a kind waits at a time, and none beside one that is being paid."""
    kind = _kind_of(made)
    for earlier in await scheduled_changes.pending(db, subscription.id, *_KINDS):
        if earlier.is_under_way:
            raise under_way()
        if earlier.kind is kind or made.starts_period:
            earlier.give_way(at=db.at)
    await db.flush()


def asked(db: Unit, subscription: BillingSubscription, made: ChangeQuote) -> ScheduledChange:
    return scheduled(
        subscription_id=subscription.id,
        organization_id=subscription.organization_id,
        kind=_kind_of(made),
        price_id=made.price_id if made.price_id != made.old.price_id else None,
        quantity=made.quantity if made.quantity != made.old.quantity else None,
        effective_at=made.effective_at,
        starts_period=made.starts_period,
        credits=made.credits,
        awaits_payment=made.charged_minor > 0,
        by=db.by,
        at=db.at,
    )


def _kind_of(made: ChangeQuote) -> ScheduledChangeKind:
    is_other_price = made.price_id != made.old.price_id
    return ScheduledChangeKind.PRICE if is_other_price else ScheduledChangeKind.QUANTITY


async def _charge(
    db: Unit,
    subscription: BillingSubscription,
    asked: ScheduledChange,
    lines: Sequence[ProrationLine],
    terms: PeriodTerms,
) -> None:
    """Opens the sale of the net and charges the default method; the change takes effect with the verified payment."""
    sale = await sales.open_sale(
        db,
        kind=SaleKind.CHANGE,
        subject_id=asked.id,
        organization_id=subscription.organization_id,
        lines=proration_lines.sold(lines),
        currency=subscription.currency,
        tax_mode=terms.tax_behavior.tax_mode,
    )
    if await sales.charge(db, sale, trigger=PaymentTrigger.PAYER) is None:
        message = f"No payment method in {sale.currency} can be charged: add one with addPaymentMethod first."
        raise wrong_state(message, from_state="NO_PAYMENT_METHOD")
