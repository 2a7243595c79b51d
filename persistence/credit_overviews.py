"""Sums over credits: what apps have used up in a month, and what all accounts hold together."""

from datetime import date
from uuid import UUID

from sqlalchemy import Numeric, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.app_credit_budgets import beginning_of, following
from domain.credit_accounts import CreditAccountStatus
from domain.credit_overviews import AppUse, CreditOverview
from domain.money import Money
from persistence.app_credit_budgets import used_up, uses_up
from persistence.apps import APPS
from persistence.tables.credits import credit_accounts, credit_lots, credit_transactions
from planner.edges import One

_accounts, _lots, _moved = credit_accounts.c, credit_lots.c, credit_transactions.c
APP = One(APPS, "app_id")


async def by_app(session: AsyncSession, organization_id: UUID, month: date) -> list[AppUse]:
    """What each app has used up in a month, or set aside, most first."""
    used = func.sum(used_up())
    statement = (
        select(_moved.app_id, used, func.count())
        .where(
            _moved.organization_id == organization_id,
            _moved.app_id.is_not(None),
            _moved.created_at >= beginning_of(month),
            _moved.created_at < beginning_of(following(month)),
            uses_up(),
        )
        .group_by(_moved.app_id)
        .order_by(used.desc(), _moved.app_id)
    )
    return [AppUse(app_id, int(quantity), count) for app_id, quantity, count in await session.execute(statement)]


async def of_all(session: AsyncSession) -> CreditOverview:
    """What all accounts hold, and what is owed for it: what was paid for credits that nobody has used up yet."""
    status = _accounts.status
    had_some = exists().where(_lots.account_id == _accounts.id)
    is_low = _accounts.available < _accounts.low_balance_threshold
    sums = select(
        func.count().filter(status != CreditAccountStatus.CLOSED),
        func.coalesce(func.sum(_accounts.available), 0),
        func.coalesce(func.sum(_accounts.held), 0),
        func.count().filter(status == CreditAccountStatus.ACTIVE, is_low, had_some),
        func.count().filter(status == CreditAccountStatus.FROZEN),
    )
    accounts, available, held, low, frozen = (await session.execute(sums)).one()
    return CreditOverview(
        accounts=accounts,
        available=int(available),
        held=int(held),
        low_balances=low,
        frozen=frozen,
        liability=await _liability(session),
    )


async def _liability(session: AsyncSession) -> tuple[Money, ...]:
    """By lot, as it is earned: the cost less the part of those that have left, rounded once."""
    gone = _lots.quantity - _lots.remaining - _lots.held
    earned = func.round(cast(_lots.cost_minor, Numeric) * gone / _lots.quantity)
    left = func.sum(_lots.cost_minor - earned)
    statement = select(_lots.currency, left).where(_lots.currency.is_not(None)).group_by(_lots.currency)
    rows = await session.execute(statement.order_by(_lots.currency))
    return tuple(Money(int(minor), currency) for currency, minor in rows if minor)
