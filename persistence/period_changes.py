"""What takes effect when a period of a subscription ends: contracts that renew or end, and changes that have waited."""

from datetime import datetime

from domain import contracts as contract_rules
from domain import subscription_changes as rules
from domain.actors import SYSTEM
from domain.billing_subscriptions import BillingSubscription
from domain.contracts import Contract
from domain.prices import Price
from domain.refusals import Refused
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind
from persistence import (
    change_sales,
    contracts,
    scheduled_changes,
    seat_assignments,
    subscription_terms,
    subscriptions,
)
from persistence.unit import Unit

_KINDS = (ScheduledChangeKind.PRICE, ScheduledChangeKind.QUANTITY)


async def before(db: Unit, subscription: BillingSubscription, start: datetime) -> None:
    """Call it before the period that starts then is sold: its terms are others afterwards where anything has waited."""
    pending = await scheduled_changes.pending(db, subscription.id, *_KINDS)
    await _renew(db, subscription, start)
    for change in pending:
        if change.awaits_payment:
            await change_sales.give_up(db, change, change_sales.PERIOD_ENDED)
    for change in pending:
        if not change.awaits_payment and change.failure is None and change.effective_at <= start:
            await _apply(db, subscription, change)
    await db.flush()


async def _apply(db: Unit, subscription: BillingSubscription, change: ScheduledChange) -> None:
    """One that would leave somebody without a seat fails; the subscription goes on as it was (rule 16)."""
    item = await subscriptions.licensed_item(db, subscription.id)
    price_id, quantity = change.price_id or item.price_id, change.quantity or item.quantity
    try:
        rules.require_seats(quantity, await seat_assignments.assigned(db, subscription.id))
    except Refused as refused:
        change.fail(refused.code.value, at=db.at)
        return
    await subscription_terms.choose(db, subscription, price_id, quantity)
    change.apply(at=db.at)
    rules.tell(subscription, await subscription_terms.terms_at(db, price_id, quantity), by=SYSTEM, at=db.at)


async def _renew(db: Unit, subscription: BillingSubscription, start: datetime) -> None:
    """A contract whose term is over ends, or another follows at the raised price (rule 19)."""
    contract = await contracts.active_of(db, subscription.id, locked=True)
    if contract is None or contract.ends_at is None or contract.ends_at > start:
        return
    if contract.is_last_term:
        contract.end(at=db.at)
        return
    following = contract.renew(_next_end(subscription, contract, contract.ends_at), at=db.at)
    await db.flush()
    db.add(following)
    if following.uplift_bps:
        item = await subscriptions.licensed_item(db, subscription.id)
        price = contract_rules.raised(await db.session.get_one(Price, item.price_id), following.uplift_bps, at=db.at)
        db.add(price)
        await db.flush()
        await subscription_terms.choose(db, subscription, price.id, item.quantity)


def _next_end(subscription: BillingSubscription, contract: Contract, ends_at: datetime) -> datetime:
    """The next term has as many whole periods, counted from where the last one ended."""
    anchor = subscription.anchor
    first = contract_rules.number_from(anchor, ends_at, subscription.period_number or 0)
    return anchor.start_of(first + contract.term_months // anchor.months)
