"""Sums over credits: the summary of a month, what apps have used up, all accounts together, what is owed in them."""

from datetime import UTC, date
from uuid import UUID

from domain.billing_metrics import months_of
from domain.credit_liabilities import CreditLiabilityMonth, liability_of
from domain.credit_overviews import AppUse, CreditOverview
from domain.credit_summaries import CreditSummary
from domain.permissions import Permission
from domain.refusals import invalid
from persistence import credit_accounts, credit_liabilities, credit_overviews, credit_summaries
from resolvers.context import Context

READERS, STAFF = credit_accounts.READERS, Permission.STAFF_CREDITS
APP = credit_overviews.APP


async def summary(context: Context, organization_id: UUID, month: date) -> CreditSummary | None:
    """None while it is not published, where there was nothing to sum up, and for organizations of others."""
    _check(month)
    if not _may_read(context, organization_id):
        return None
    async with context.platform.database.reader() as session:
        return await credit_summaries.of_month(session, organization_id, month)


async def usage_by_app(context: Context, organization_id: UUID, month: date) -> list[AppUse] | None:
    """None for organizations of others."""
    _check(month)
    if not _may_read(context, organization_id):
        return None
    async with context.platform.database.reader() as session:
        return await credit_overviews.by_app(session, organization_id, month)


async def overview(context: Context) -> CreditOverview:
    async with context.platform.database.reader() as session:
        return await credit_overviews.of_all(session)


async def liability(context: Context, first: date, last: date, currency: str) -> list[CreditLiabilityMonth]:
    """By month, as far as the months have begun."""
    today = context.platform.now().astimezone(UTC).date()
    begun = [month for month in months_of(first, last) if month <= today]
    if not begun:
        return []
    found = await credit_liabilities.changes(context.platform.database, currency, begun)
    return list(liability_of(begun, found, currency))


def _may_read(context: Context, organization_id: UUID) -> bool:
    viewer = context.viewer
    return viewer.may(STAFF) or (viewer.acts_for(organization_id) and viewer.may(Permission.CREDITS_READ))


def _check(month: date) -> None:
    if month.day != 1:
        raise invalid("Give the first day of the month, such as 2026-06-01.", "month")
