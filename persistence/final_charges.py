"""What a subscription that has ended still owes: its last usage, with all that waited for a charge that never comes."""

from domain.billing_subscriptions import BillingSubscription, ManagedBy
from domain.prorations import settled
from domain.sales import SaleKind
from persistence import (
    owed_charges,
    proration_lines,
    sales,
    subscription_charges,
    subscription_periods,
    usage_closings,
)
from persistence.unit import Unit


async def charge(db: Unit, subscription: BillingSubscription) -> None:
    """A sale of its own, a day after a locked subscription has ended. What is left in its favour is not paid out."""
    ended_at = subscription.charged_last_at
    period = await subscription_periods.current_of(db, subscription.id)
    if ended_at is None or period is None or subscription.managed_by is not ManagedBy.MILEPOST:
        return
    for period_id in await usage_closings.due_of(db, subscription.id):
        await usage_closings.close(db, period_id)
    await db.flush()
    lines, tax_mode = await proration_lines.waiting(db, subscription.id), period.terms.tax_behavior.tax_mode
    if not lines or await subscription_charges.waits_for_taxes(db, subscription, ended_at):
        return
    await proration_lines.tax_alike(db, subscription.organization_id, lines, tax_mode)
    if not settled(0, sum(line.amount_minor for line in lines)).charged_minor:
        return
    for line in lines:
        line.period_id = period.id
    await db.flush()
    sale = await sales.open_sale(
        db,
        kind=SaleKind.ENDING,
        subject_id=subscription.id,
        organization_id=subscription.organization_id,
        lines=proration_lines.sold(sorted(lines, key=lambda line: line.amount_minor < 0)),
        currency=subscription.currency,
        tax_mode=tax_mode,
        or_taxed_as_before=True,
    )
    await owed_charges.begin(db, sale, subscription.id)
