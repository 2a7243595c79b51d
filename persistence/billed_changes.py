"""Invoices that a provider makes of a change inside a period: the sale, and the change that it pays for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.billed_subscriptions import BilledInvoice, BilledItem, BilledLine
from domain.billing_subscriptions import BillingSubscription
from domain.change_quotes import added_credits
from domain.ids import new_id
from domain.proration_lines import ProrationLine
from domain.prorations import ProrationKind
from domain.refusals import RefusalCode, Refused
from domain.sale_lines import SaleLine
from domain.sales import Sale, SaleKind
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind, scheduled, under_way
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_terms import PeriodTerms
from domain.taxes import TaxMode
from persistence import (
    change_effects,
    credit_accounts,
    proration_lines,
    sales,
    scheduled_changes,
    subscription_periods,
)
from persistence.mirrored_subscriptions import price_of
from persistence.subscription_terms import terms_at
from persistence.unit import Unit

_KINDS = (ScheduledChangeKind.PRICE, ScheduledChangeKind.QUANTITY)


async def sold(db: Unit, subscription: BillingSubscription, invoice: BilledInvoice, item: BilledItem) -> Sale:
    """Of the change that was asked for here, or of one that somebody has made there, which leads to this item."""
    period, line = await subscription_periods.current_of(db, subscription.id, locked=True), invoice.change_line
    if period is None or (line is not None and line.period.end > period.period_end):
        message = f"Invoice {invoice.invoice_id} is for a change, and no period is paid that it falls into."
        raise Refused(RefusalCode.INVALID, message)
    waiting = await scheduled_changes.pending(db, subscription.id, *_KINDS)
    await credit_accounts.locked(db, subscription.organization_id)
    price = await price_of(db, item.price if line is None else line.price or item.price)
    new = await terms_at(db, price.id, item.quantity if line is None else line.quantity)
    change = _asked_for(waiting, period, new) if waiting else await _made_there(db, subscription, period, new)
    lines = [_kept(subscription, period, one, db.at) for one in invoice.lines]
    proration_lines.post(db, lines, change.id, period.id)
    await db.flush()
    return await open_sale(db, subscription, SaleKind.CHANGE, change.id, invoice, period.terms.tax_code)


async def open_sale(
    db: Unit,
    subscription: BillingSubscription,
    kind: SaleKind,
    subject_id: UUID,
    invoice: BilledInvoice,
    tax_code: str | None,
) -> Sale:
    """All that was charged, its tax contained; what the customer had left there is taken off."""
    lines = [SaleLine(one.description, one.quantity, one.amount.amount_minor, tax_code) for one in invoice.lines]
    if invoice.tax.amount_minor:
        lines.append(SaleLine("Tax", 1, invoice.total.amount_minor - sum(line.net_minor for line in lines), tax_code))
    taken_off = invoice.due.amount_minor - invoice.total.amount_minor
    if taken_off:
        lines.append(SaleLine("Credit balance", 1, taken_off, tax_code))
    return await sales.open_sale(
        db,
        kind=kind,
        subject_id=subject_id,
        organization_id=subscription.organization_id,
        lines=lines,
        currency=subscription.currency,
        tax_mode=TaxMode.INCLUSIVE,
        or_taxed_as_before=True,
    )


def _asked_for(waiting: Sequence[ScheduledChange], period: SubscriptionPeriod, new: PeriodTerms) -> ScheduledChange:
    """The one that leads to what is paid. Refuses CONFLICT what is paid for another: it comes after ours."""
    for change in waiting:
        if (change.price_id or period.terms.price_id, change.quantity) == (new.price_id, new.quantity):
            return change
    raise under_way()


async def _made_there(
    db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, new: PeriodTerms
) -> ScheduledChange:
    """Applied with the sale, as if it had been asked for here."""
    old, granted = period.terms, await change_effects.granted(db, period.id)
    is_other_price = new.price_id != old.price_id
    change = scheduled(
        subscription_id=subscription.id,
        organization_id=subscription.organization_id,
        kind=ScheduledChangeKind.PRICE if is_other_price else ScheduledChangeKind.QUANTITY,
        price_id=new.price_id if is_other_price else None,
        quantity=new.quantity,
        effective_at=db.at,
        credits=added_credits(old, new, period.span, granted, change_effects.month_of(period), db.at),
        by=db.by,
        at=db.at,
    )
    db.add(change)
    await db.flush()
    return change


def _kept(
    subscription: BillingSubscription, period: SubscriptionPeriod, line: BilledLine, at: datetime
) -> ProrationLine:
    is_back = line.amount.amount_minor < 0
    return ProrationLine(
        id=new_id(),
        subscription_id=subscription.id,
        change_id=None,
        kind=ProrationKind.UNUSED_TIME if is_back else ProrationKind.REMAINING_TIME,
        description=line.description,
        quantity=line.quantity,
        tax_code=period.terms.tax_code,
        tax_mode=period.terms.tax_behavior.tax_mode,
        amount_minor=line.amount.amount_minor,
        currency=line.amount.currency,
        period_id=None,
        created_at=at,
    )
