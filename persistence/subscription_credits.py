"""Credits that come with the periods of a subscription, and what of the period before goes on into the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot, LotSource
from domain.credit_movements import Movement
from domain.credit_rollovers import NO_ROLLOVER, Rollover, roll_over
from domain.credit_transactions import Note
from persistence.credit_accounts import locked
from persistence.credit_movements import issue, write
from persistence.tables.credits import credit_lots
from persistence.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodCredits:
    """What a paid period brings, by the values that were copied into it.

    Credits that come month by month are parts of their period: `part` counts them from 0, `ends_at` is the end of that
    month. Those of the period (or month) before are what is carried or ends.
    """

    organization_id: UUID
    period_id: UUID
    part: int = 0
    quantity: int
    cost_minor: int
    """The part of the price, without tax, that is paid for the credits."""
    currency: str
    ends_at: datetime
    rollover: Rollover = NO_ROLLOVER
    grace: timedelta = timedelta(0)
    ending_id: UUID | None = None
    """The period before."""


async def grant_for_period(db: Unit, period: PeriodCredits) -> Movement | None:
    """Opens the lot of a period (or month) that is paid, once; None where it was opened before or is without credits.

    An account that was closed takes none: the period is paid all the same. Call it when the period becomes PAID. With
    rollover the lot lasts for the days of grace as well, so that a late renewal loses nothing.
    """
    account = await locked(db, period.organization_id)
    if account.is_closed or await _is_done(db, period):
        return None
    carried = roll_over(
        account,
        _ending(account, period),
        period_id=period.period_id,
        part=period.part,
        rule=period.rollover,
        expires_at=period.ends_at,
        by=db.by,
        at=db.at,
    )
    await write(db, *carried)
    if not period.quantity:
        return None
    return await issue(
        db,
        account,
        source=LotSource.SUBSCRIPTION,
        source_id=period.period_id,
        part=period.part,
        quantity=period.quantity,
        cost_minor=period.cost_minor,
        currency=period.currency,
        expires_at=period.ends_at + (period.grace if period.rollover.is_enabled else timedelta(0)),
        note=Note(reference_kind="SUBSCRIPTION_PERIOD", reference_id=str(period.period_id)),
    )


async def _is_done(db: Unit, period: PeriodCredits) -> bool:
    came = (LotSource.SUBSCRIPTION, LotSource.ROLLOVER)
    lots = credit_lots.c
    done = select(lots.id).where(lots.source.in_(came), lots.source_id == period.period_id, lots.part == period.part)
    return await db.session.scalar(done.limit(1)) is not None


def _ending(account: CreditAccount, period: PeriodCredits) -> list[CreditLot]:
    """The subscription's own lots that this one follows; what was carried once is never carried again."""
    return [
        lot
        for lot in account.lots
        if lot.source is LotSource.SUBSCRIPTION
        and (lot.source_id == period.ending_id or (lot.source_id == period.period_id and lot.part < period.part))
    ]
