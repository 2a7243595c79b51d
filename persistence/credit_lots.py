"""Queries of lots of credits: who sees them, opening one, and those whose time is over or soon will be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import false, select, true

from domain.actors import Actor, ActorKind
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.permissions import Permission
from persistence import credit_accounts, credit_movements
from persistence.database import Database
from persistence.tables.credits import credit_lots
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source

BATCH = 100
"""How many lots one run of a timer looks at at most."""

TOLD_BEFORE = timedelta(days=7)
WORTH_TELLING = 10
"""How many credits at least a lot has that its owners are told of."""


def visible_to(viewer: Actor) -> Condition:
    """As the account is, but not to apps: they learn what is available, and no more."""
    if viewer.may(Permission.STAFF_CREDITS):
        return true()
    if viewer.kind is ActorKind.APP:
        return false()
    return credit_accounts.of_viewer(viewer, credit_lots)


CREDIT_LOTS = Source(CreditLot, credit_lots, visible_to)

LIST = Connection(
    CREDIT_LOTS,
    orders={"CREATED_AT": credit_lots.c.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "organization_id": lambda id_: credit_lots.c.organization_id == id_,
        "source": lambda values: credit_lots.c.source.in_(values),
        "has_credits": lambda wanted: (credit_lots.c.remaining + credit_lots.c.held > 0) == wanted,
    },
)


async def open_lot(db: Unit, account: CreditAccount, **more: Any) -> CreditLot | None:
    """The lot that credits came into, once for each source and part; None where it is there already.

    Takes what `credit_movements.issue` takes.
    """
    movement = await credit_movements.issue(db, account, **more)
    return None if movement is None else movement.new_lots[0]


async def owners_of_expired(database: Database, now: datetime) -> Sequence[UUID]:
    """The organizations with lots whose time is over and that still have something."""
    lots = credit_lots.c
    due = select(lots.organization_id).where(lots.expires_at <= now, lots.remaining > 0)
    async with database.reader() as session:
        found = (await session.scalars(due.order_by(lots.expires_at).limit(BATCH))).all()
    return list(dict.fromkeys(found))


async def expiring(database: Database, now: datetime) -> Sequence[UUID]:
    """The lots that expire within a week, with enough in them, whose owners were not told yet."""
    lots = credit_lots.c
    soon = (lots.expires_at > now, lots.expires_at <= now + TOLD_BEFORE, lots.remaining >= WORTH_TELLING)
    statement = select(lots.id).where(*soon, lots.expiry_told_at.is_(None)).order_by(lots.expires_at).limit(BATCH)
    async with database.reader() as session:
        return (await session.scalars(statement)).all()


async def tell_of_expiring(db: Unit, lot_id: UUID) -> bool:
    """Tells once that a lot expires soon; False where somebody else has."""
    untold = (credit_lots.c.id == lot_id, credit_lots.c.expiry_told_at.is_(None))
    lot = await db.session.scalar(select(CreditLot).where(*untold).with_for_update(skip_locked=True))
    if lot is None:
        return False
    lot.tell_of_expiry(by=db.by, at=db.at)
    return True
