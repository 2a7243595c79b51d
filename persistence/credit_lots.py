"""Queries of lots of credits: who sees them, and opening one."""

from typing import Any

from sqlalchemy import false, true

from domain.actors import Actor, ActorKind
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.permissions import Permission
from persistence import credit_accounts, credit_movements
from persistence.tables.credits import credit_lots
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source


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
