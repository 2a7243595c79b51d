"""Queries of the amounts from which on a second person is asked."""

from sqlalchemy import select, true

from domain.actors import Actor
from domain.approval_requests import ApprovalKind
from domain.money import Money
from domain.money_thresholds import MoneyThreshold, needs_second_person
from persistence.tables.approvals import money_thresholds
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Rules of the platform: whoever may ask for the list may see all of it."""
    return true()


MONEY_THRESHOLDS = Source(MoneyThreshold, money_thresholds, visible_to)

SET_BY = One(USERS, "set_by_id")
LIST = Connection(
    MONEY_THRESHOLDS,
    orders={"SET_AT": money_thresholds.c.set_at},
    default_order=(("SET_AT", True),),
    filters={
        "kind": lambda kinds: money_thresholds.c.kind.in_(kinds),
        "currency": lambda currency: money_thresholds.c.currency == currency,
    },
)


async def needed(db: Unit, kind: ApprovalKind, amount: Money) -> bool:
    """Whether a command over that amount waits for a second person."""
    statement = (
        select(MoneyThreshold)
        .where(money_thresholds.c.kind == kind, money_thresholds.c.currency == amount.currency)
        .order_by(money_thresholds.c.id.desc())
        .limit(1)
    )
    return needs_second_person(kind, amount, await db.session.scalar(statement))
