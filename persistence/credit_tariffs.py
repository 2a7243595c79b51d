"""Queries of tariffs: their list, and what an action costs at a moment."""

from datetime import datetime

from sqlalchemy import and_, select, true

from domain.actors import Actor
from domain.credit_tariffs import CreditTariff
from domain.refusals import invalid
from persistence.tables.credit_control import credit_tariffs
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import ByInstant, Condition, Connection, One, Source

_tariffs = credit_tariffs.c


def visible_to(viewer: Actor) -> Condition:
    """Prices of the platform: whoever may ask for the list may see all of it."""
    return true()


CREDIT_TARIFFS = Source(CreditTariff, credit_tariffs, visible_to)
SET_BY = One(USERS, "set_by_id")


def _in_force(wanted: bool, at: datetime) -> Condition:
    """Those that count at an instant, or all others: of one action the latest that has begun."""
    other = credit_tariffs.alias()
    newest = (
        select(other.c.id)
        .where(other.c.action_code == _tariffs.action_code, other.c.starts_at <= at)
        .order_by(other.c.starts_at.desc(), other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return _tariffs.id == newest if wanted else _tariffs.id.is_distinct_from(newest)


LIST = Connection(
    CREDIT_TARIFFS,
    orders={"ACTION_CODE": _tariffs.action_code, "STARTS_AT": _tariffs.starts_at},
    default_order=(("ACTION_CODE", False), ("STARTS_AT", True)),
    filters={
        "action_code": lambda code: _tariffs.action_code == code,
        "in_force": ByInstant(_in_force),
    },
)


async def price_of(db: Unit, action_code: str) -> int:
    """How many credits an action costs now; refuses INVALID one that has no price."""
    begun = and_(_tariffs.action_code == action_code, _tariffs.starts_at <= db.at)
    newest = select(_tariffs.credits).where(begun).order_by(_tariffs.starts_at.desc(), _tariffs.id.desc()).limit(1)
    credits = await db.session.scalar(newest)
    if credits is None:
        raise invalid("This action has no price: creditTariffs lists those that have.", "actionCode")
    return int(credits)
