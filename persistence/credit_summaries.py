"""Monthly summaries of credits: publishing those of a month, account by account, and reading one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import and_, case, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.app_credit_budgets import beginning_of, following
from domain.credit_accounts import CreditAccount
from domain.credit_summaries import CreditSummary, Movement, publish
from domain.credit_transactions import LONGEST_HOLD, CreditTransactionStatus, CreditTransactionType, Direction
from persistence.tables.credit_control import credit_summaries, credit_summary_months
from persistence.tables.credits import credit_accounts, credit_consumptions, credit_lots, credit_transactions
from persistence.unit import Unit

BATCH = 100
"""How many accounts are summed up in one transaction."""

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_accounts, _summaries, _months = credit_accounts.c, credit_summaries.c, credit_summary_months.c
_moved, _part = credit_transactions.c, credit_consumptions.c


async def publish_next(db: Unit, month: date) -> int | None:
    """Publishes the summaries of the next accounts of a month; None once all are, or while somebody else does it."""
    await db.session.execute(insert(credit_summary_months).values(month=month).on_conflict_do_nothing())
    which = select(_months.up_to).where(_months.month == month, _months.finished_at.is_(None))
    row = (await db.session.execute(which.with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return None
    accounts = await _next_accounts(db, month, row.up_to)
    for account in accounts:
        db.add(await _summed_up(db, account, month))
    progress = {"up_to": accounts[-1].id} if accounts else {"finished_at": db.at}
    await db.flush()
    await db.session.execute(update(credit_summary_months).where(_months.month == month).values(**progress))
    return len(accounts) or None


async def is_published(session: AsyncSession, month: date) -> bool:
    """Whether all summaries of a month are."""
    finished = _months.finished_at.is_not(None)
    return await session.scalar(select(_months.month).where(_months.month == month, finished)) is not None


async def last_published(session: AsyncSession) -> date | None:
    """The latest month of which all summaries are there."""
    latest: date | None = await session.scalar(select(func.max(_months.month)).where(_months.finished_at.is_not(None)))
    return latest


async def of_month(session: AsyncSession, organization_id: UUID, month: date) -> CreditSummary | None:
    which = _summaries.organization_id == organization_id, _summaries.month == month
    return (await session.scalars(select(CreditSummary).where(*which))).one_or_none()


async def _next_accounts(db: Unit, month: date, up_to: UUID | None) -> Sequence[CreditAccount]:
    """Those that had credits by then, in one order."""
    end = beginning_of(following(month))
    had_some = exists().where(credit_lots.c.account_id == _accounts.id, credit_lots.c.created_at < end)
    statement = select(CreditAccount).where(_accounts.created_at < end, had_some)
    if up_to is not None:
        statement = statement.where(_accounts.id > up_to)
    return (await db.session.scalars(statement.order_by(_accounts.id).limit(BATCH))).all()


async def _summed_up(db: Unit, account: CreditAccount, month: date) -> CreditSummary:
    earlier = _summaries.account_id == account.id, _summaries.month < month
    latest = await db.session.scalar(select(CreditSummary).where(*earlier).order_by(_summaries.month.desc()).limit(1))
    begin, end = beginning_of(month), beginning_of(following(month))
    since = _BEGINNING if latest is None else beginning_of(following(latest.month))
    opening = 0 if latest is None else latest.closing
    opening += sum(one.quantity for one in await movements(db.session, account.id, since, begin))
    posted = await movements(db.session, account.id, begin, end)
    return publish(account.id, account.organization_id, month, opening, posted, at=db.at)


async def movements(session: AsyncSession, account_id: UUID, begin: datetime, end: datetime) -> list[Movement]:
    """What was posted in a time, summed up by type, source and app. A hold is posted when it is captured."""
    posted_at = case((_moved.type == CreditTransactionType.HOLD, _moved.updated_at), else_=_moved.created_at)
    signed = case((_part.direction == Direction.IN, _part.quantity), else_=-_part.quantity)
    statement = (
        select(_moved.type, credit_lots.c.source, _moved.app_id, func.sum(signed))
        .join(credit_consumptions, _part.transaction_id == _moved.id)
        .join(credit_lots, credit_lots.c.id == _part.lot_id)
        .where(
            _moved.account_id == account_id,
            _moved.created_at >= begin - LONGEST_HOLD,
            and_(posted_at >= begin, posted_at < end),
            _moved.status == CreditTransactionStatus.POSTED,
        )
        .group_by(_moved.type, credit_lots.c.source, _moved.app_id)
    )
    return [
        Movement(type=type_, source=source, app_id=app_id, quantity=int(quantity))
        for type_, source, app_id, quantity in await session.execute(statement)
    ]
