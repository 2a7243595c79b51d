"""What the next period of a subscription will cost, read as it will be sold, and what was used until now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.billing_calendar import Anchor, Span, anchored_at
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.proration_lines import ProrationLine
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind, ScheduledChangeStatus
from domain.subscription_changes import counted_on
from domain.subscription_terms import PeriodTerms
from domain.upcoming_charges import UpcomingCharge, UsageSoFar
from persistence import proration_lines, subscription_terms, subscriptions, usage_closings
from persistence.tables.subscription_changes import scheduled_changes
from persistence.tables.subscriptions import billing_subscriptions
from persistence.unit import Unit

_CHARGED = (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


async def of(db: Unit, subscription_id: UUID) -> UpcomingCharge | None:
    """None where nothing will be charged, and where the viewer does not see the subscription."""
    visible = subscriptions.SUBSCRIPTIONS.visible_to(db.by)
    statement = select(BillingSubscription).where(billing_subscriptions.c.id == subscription_id, visible)
    subscription = await db.session.scalar(statement)
    return None if subscription is None else await _upcoming(db, subscription)


async def _upcoming(db: Unit, subscription: BillingSubscription) -> UpcomingCharge | None:
    """It ends or rests with its period, or does not run: then nothing is charged."""
    if subscription.current_period_end is None or subscription.status not in _CHARGED:
        return None
    if subscription.cancel_at_period_end or subscription.pause_at is not None:
        return None
    terms = await _terms_then(db, subscription)
    anchor, number = _counted(subscription, terms)
    period = Span(anchor.start_of(number), anchor.start_of(number + 1))
    return UpcomingCharge(
        subscription_id=subscription.id,
        period=period,
        terms=terms,
        waiting=tuple(await _waiting_lines(db, subscription, terms)),
        usage=tuple(await _used(db, subscription, charged_from=period.start)),
        net_days=subscription.net_days,
    )


async def _used(db: Unit, subscription: BillingSubscription, *, charged_from: datetime) -> list[UsageSoFar]:
    """By period, oldest first, and meter."""
    return [
        UsageSoFar(meter_code=meter.code, total=total, charged_from=charged_from)
        for period in await usage_closings.open_of(db, subscription.id)
        for total, meter, _ in await usage_closings.used_in(db, period, is_closed=False)
    ]


async def _waiting_lines(db: Unit, subscription: BillingSubscription, terms: PeriodTerms) -> Sequence[ProrationLine]:
    """As they will be charged with the next period, whichever way its price is taxed."""
    lines = [replace(line) for line in await proration_lines.waiting(db, subscription.id)]
    await proration_lines.tax_alike(db, subscription.organization_id, lines, terms.tax_behavior.tax_mode)
    return lines


async def _terms_then(db: Unit, subscription: BillingSubscription) -> PeriodTerms:
    """With all that takes effect when the period ends."""
    item = await subscriptions.licensed_item(db, subscription.id)
    price_id, quantity = item.price_id, item.quantity
    for change in await _waiting(db, subscription):
        price_id, quantity = change.price_id or price_id, change.quantity or quantity
    return await subscription_terms.terms_at(db, price_id, quantity)


async def _waiting(db: Unit, subscription: BillingSubscription) -> list[ScheduledChange]:
    columns = scheduled_changes.c
    waits = (
        columns.subscription_id == subscription.id,
        columns.status == ScheduledChangeStatus.PENDING,
        columns.kind.in_((ScheduledChangeKind.PRICE, ScheduledChangeKind.QUANTITY)),
        ~columns.awaits_payment,
    )
    return list(await db.session.scalars(select(ScheduledChange).where(*waits).order_by(columns.id)))


def _counted(subscription: BillingSubscription, terms: PeriodTerms) -> tuple[Anchor, int]:
    """After a trial the first period is counted from its end."""
    number, end = subscription.period_number, subscription.current_period_end
    if number is None and end is not None:
        return anchored_at(end, time_zone=subscription.time_zone, months=terms.months), 0
    return counted_on(subscription.anchor, (number or 0) + 1, terms.months)
