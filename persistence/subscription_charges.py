"""Opening the periods of subscriptions and having them paid, in the transaction of whoever wants it."""

from datetime import datetime, timedelta

from domain import subscription_collection as collection
from domain import subscription_periods as rules
from domain.actors import SYSTEM
from domain.billing_calendar import Anchor, anchored_at, moved
from domain.billing_subscriptions import BillingSubscription
from domain.dunning import NO_METHOD, AttemptTrigger, DunningAttempt, attempt
from domain.payments import PaymentTrigger
from domain.refusals import conflict, invalid
from domain.sales import Sale, SaleKind
from domain.subscription_changes import counted_on
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_terms import PeriodTerms
from persistence import (
    organizations,
    payment_methods,
    period_changes,
    period_cuts,
    proration_lines,
    sale_outcomes,
    sale_settlement,
    sales,
    subscription_outcomes,
    subscription_periods,
    subscription_terms,
)
from persistence.unit import Unit

TAXES_WAIT, TAXES_ASKED_EVERY = timedelta(days=1), timedelta(hours=1)


async def open_next(db: Unit, subscription: BillingSubscription) -> None:
    """The period after the one that has ended. Whoever comes second finds its row and does nothing (rule 7)."""
    start, number = subscription.current_period_end, subscription.period_number
    if start is None or number is None:
        raise LookupError("a subscription that was never paid has no period that follows")
    subscription.due_at = None
    if await subscription_periods.starting_at(db, subscription.id, start) is None:
        await period_changes.before(db, subscription, start)
        terms = await subscription_terms.terms_of(db, subscription)
        anchor, number = counted_on(await _anchor_from_now_on(db, subscription), number + 1, terms.months)
        period = _opened(db, subscription, anchor, number, terms, start=start)
        await charge(db, subscription, period, trigger=AttemptTrigger.SCHEDULE)


async def open_first(
    db: Unit, subscription: BillingSubscription, at: datetime, *, trigger: AttemptTrigger
) -> SubscriptionPeriod:
    """Period 0, counted from a new anchor: after a trial, after a pause, or when what is owed is paid."""
    await period_changes.before(db, subscription, at)
    terms = await subscription_terms.terms_of(db, subscription)
    organization = await organizations.get(db, subscription.organization_id)
    start = await _unused(db, subscription, at)
    anchor = anchored_at(start, time_zone=organization.time_zone, months=terms.months)
    period = _opened(db, subscription, anchor, 0, terms)
    await charge(db, subscription, period, trigger=trigger)
    return period


async def charge(
    db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, *, trigger: AttemptTrigger
) -> None:
    """Sells a new period: what costs nothing is paid at once, all else by the default method or on an invoice."""
    await db.flush()
    lines = await proration_lines.take_up(db, period)
    await db.flush()
    sale = await sales.open_sale(
        db,
        kind=SaleKind.PERIOD,
        subject_id=period.id,
        organization_id=subscription.organization_id,
        lines=lines,
        currency=period.currency,
        tax_mode=period.terms.tax_behavior.tax_mode,
        or_taxed_as_before=trigger is AttemptTrigger.SCHEDULE,
    )
    period.sale_id, period.needs_tax_review = sale.id, sale.has_old_tax
    if sale.is_free:
        await db.flush()
        await sale_outcomes.settle_free(db, sale)
        return
    if collection.is_invoiced(subscription):
        await _bill(db, subscription, period, sale)
        return
    first = attempt(subscription.id, period.id, 0, due_at=period.period_start, trigger=trigger, at=db.at)
    await make(db, subscription, period, first)


async def _bill(db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, sale: Sale) -> None:
    """Asks for it on an invoice: the subscription goes on meanwhile, and the first attempt waits until it is due."""
    due_at = collection.due_at(subscription, db.at)
    invoice = await sale_settlement.bill(db, sale, due_at)
    period.bill(invoice.id, due_at)
    db.add(attempt(subscription.id, period.id, 0, due_at=due_at, trigger=AttemptTrigger.SCHEDULE, at=db.at))
    subscription.enter(period, at=db.at)
    data = {"periodId": str(period.id), "saleId": str(sale.id), "dueAt": due_at.isoformat()}
    subscription.record("billed", by=SYSTEM, at=db.at, data=data)
    await subscription_outcomes.follow(db, subscription)


async def make(db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, made: DunningAttempt) -> None:
    """Makes an attempt: its payment is sent after the commit, and the clock waits for what becomes of it."""
    if period.sale_id is None:
        raise LookupError(f"period {period.id} was never put on sale")
    sale = await sales.locked(db, period.sale_id)
    by_person = made.trigger is not AttemptTrigger.SCHEDULE
    payment = await sales.charge(db, sale, trigger=PaymentTrigger.PAYER if by_person else PaymentTrigger.COLLECTION)
    if payment is None and by_person:
        raise invalid(f"There is no default payment method in {sale.currency}: add one first.", "methodId")
    await db.flush()
    db.add(made)
    made.start(payment, at=db.at)
    subscription_periods.look_again(subscription, period, None)
    if payment is None:
        await subscription_outcomes.failed(db, subscription, period, sale, made, NO_METHOD)


async def retry(db: Unit, subscription: BillingSubscription) -> None:
    """A payment that people ask for: of the oldest open period or, where nothing is tried any more, of what is owed."""
    trigger = AttemptTrigger.CUSTOMER if db.by.acts_for(subscription.organization_id) else AttemptTrigger.STAFF
    unpaid = await subscription_periods.unpaid_of(db, subscription.id)
    if not unpaid:
        await period_cuts.cut_short(db, subscription)
        await open_first(db, subscription, db.at, trigger=trigger)
        return
    period = unpaid[0]
    attempts = await subscription_periods.attempts_of(db, period.id)
    if subscription_periods.undecided(attempts) is not None:
        raise conflict("A payment of this period is under way: wait for its outcome.")
    number = max((one.number for one in attempts if one.started_at is not None), default=0)
    await make(
        db, subscription, period, attempt(subscription.id, period.id, number, due_at=db.at, trigger=trigger, at=db.at)
    )


async def waits_for_taxes(db: Unit, subscription: BillingSubscription, due_at: datetime) -> bool:
    """For a day nothing is charged while its taxes cannot be told; the clock looks again in an hour (rule 34)."""
    if db.at >= due_at + TAXES_WAIT or await sales.taxes_are_known(db, subscription.organization_id):
        return False
    subscription.due_at = min(db.at + TAXES_ASKED_EVERY, due_at + TAXES_WAIT)
    return True


async def can_charge(db: Unit, subscription: BillingSubscription) -> bool:
    """Whether a new period would be paid: there is a method, or nothing to pay, or some days to pay an invoice."""
    if collection.is_invoiced(subscription):
        return True
    terms = await subscription_terms.terms_of(db, subscription)
    method = await payment_methods.default_of(db, subscription.organization_id, subscription.currency)
    return method is not None or terms.amount_minor == 0


def _opened(
    db: Unit,
    subscription: BillingSubscription,
    anchor: Anchor,
    number: int,
    terms: PeriodTerms,
    *,
    start: datetime | None = None,
) -> SubscriptionPeriod:
    period = rules.opened(subscription.id, subscription.organization_id, anchor, number, terms, start=start, at=db.at)
    db.add(period)
    return period


async def _unused(db: Unit, subscription: BillingSubscription, at: datetime) -> datetime:
    """Periods begin on whole seconds, each on its own: one that has failed in this very second keeps it."""
    start = at.replace(microsecond=0)
    while await subscription_periods.starting_at(db, subscription.id, start) is not None:
        start += timedelta(seconds=1)
    return start


async def _anchor_from_now_on(db: Unit, subscription: BillingSubscription) -> Anchor:
    """The same instant, read in the organization's time zone of now: a change takes effect with the next period."""
    organization = await organizations.get(db, subscription.organization_id)
    return moved(subscription.anchor, organization.time_zone)
