"""Figures of subscriptions, for staff and, of its own app's catalogue, for whoever develops it."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from domain.billing_metrics import Cohort, RevenueMonth, TrialConversion, months_of, shown
from domain.checks import Checks
from domain.permissions import Permission
from persistence import apps, billing_metrics
from resolvers.apps import shows_private
from resolvers.context import Context

READERS = (Permission.STAFF_READ, Permission.APPS_DEVELOP)


async def revenue(
    context: Context, app_id: UUID | None, first: date, last: date, currency: str, margin_bps: int
) -> list[RevenueMonth] | None:
    """None for a catalogue that is not the caller's to know of."""
    months = months_of(first, last)
    checks = Checks()
    checks.require(0 <= margin_bps <= 10_000, "Give a margin of 0 to 10000 basis points.", "marginBps")
    checks.refuse()
    if not await _may_read(context, app_id):
        return None
    moved = await billing_metrics.revenue(context.platform.database, app_id, currency, months)
    pairs = zip(months, moved, strict=True)
    return [shown(month, sums, currency, margin_bps=margin_bps) for month, sums in pairs]


async def cohorts(context: Context, app_id: UUID | None, first: date, last: date) -> list[Cohort] | None:
    months = months_of(first, last)
    if not await _may_read(context, app_id):
        return None
    return await billing_metrics.cohorts(context.platform.database, app_id, months, now=context.platform.now())


async def trials(context: Context, app_id: UUID | None, first: date, last: date) -> TrialConversion | None:
    """Of whole days in UTC, both included."""
    months_of(first, last)
    if not await _may_read(context, app_id):
        return None
    since, until = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return await billing_metrics.trials(context.platform.database, app_id, since, until)


async def _may_read(context: Context, app_id: UUID | None) -> bool:
    if app_id is None or context.viewer.may(Permission.STAFF_READ):
        return context.viewer.may(Permission.STAFF_READ)
    async with context.platform.database.reader() as session:
        app = await apps.seen_by(session, context.viewer, app_id)
    return app is not None and shows_private(app, context.viewer)
