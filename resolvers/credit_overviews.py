"""Sums over credits: the summary of a month, what apps have used up, and all accounts together."""

from datetime import date
from uuid import UUID

from domain.credit_overviews import AppUse, CreditOverview
from domain.credit_summaries import CreditSummary
from domain.permissions import Permission
from domain.refusals import invalid
from persistence import credit_accounts, credit_overviews, credit_summaries
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


def _may_read(context: Context, organization_id: UUID) -> bool:
    viewer = context.viewer
    return viewer.may(STAFF) or (viewer.acts_for(organization_id) and viewer.may(Permission.CREDITS_READ))


def _check(month: date) -> None:
    if month.day != 1:
        raise invalid("Give the first day of the month, such as 2026-06-01.", "month")
