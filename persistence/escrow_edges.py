"""Where holds and their movements lead, and their lists: the edges that meet in escrow."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.escrow_holds import HOLDING
from domain.escrow_summaries import EscrowSummary
from domain.hold_movements import HoldMovement
from persistence.escrow_holds import ESCROW_HOLDS, visible_to
from persistence.invoices import INVOICES
from persistence.milestones import MILESTONES
from persistence.organizations import ORGANIZATIONS
from persistence.payments import PAYMENTS as OF_PAYMENTS
from persistence.projects import PROJECTS
from persistence.tables.escrow import escrow_holds, hold_movements
from persistence.tables.money import payments
from persistence.users import USERS
from planner.edges import Connection, Many, One, Source, Within

HOLD_MOVEMENTS = Source(HoldMovement, hold_movements, Within(ESCROW_HOLDS, hold_movements, "hold_id"))

PROJECT, MILESTONE = One(PROJECTS, "project_id"), One(MILESTONES, "milestone_id")
CLIENT, FREELANCER = One(ORGANIZATIONS, "client_organization_id"), One(ORGANIZATIONS, "freelancer_organization_id")
RELEASE_INVOICE = One(INVOICES, "release_invoice_id")
MOVEMENTS = Many(HOLD_MOVEMENTS, "hold_id", "id")
HOLD, INVOICE = One(ESCROW_HOLDS, "hold_id"), One(INVOICES, "invoice_id")
OF_APPROVAL = One(ESCROW_HOLDS, "subject_id")
USER, ORGANIZATION = One(USERS, "user_id"), One(ORGANIZATIONS, "organization_id")
PAYMENTS = Connection(
    OF_PAYMENTS,
    orders={"CREATED_AT": payments.c.created_at},
    default_order=(("CREATED_AT", True),),
    column="hold_id",
)

_ORDERS = {
    "CREATED_AT": escrow_holds.c.created_at,
    "AMOUNT": escrow_holds.c.amount_minor,
    "REMAINING": escrow_holds.c.remaining_minor,
}
_NEWEST_FIRST = (("CREATED_AT", True),)
LIST = Connection(
    ESCROW_HOLDS,
    orders=_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "status": lambda values: escrow_holds.c.status.in_(values),
        "project_id": lambda id_: escrow_holds.c.project_id == id_,
        "milestone_id": lambda id_: escrow_holds.c.milestone_id == id_,
        "organization_id": lambda id_: or_(
            escrow_holds.c.client_organization_id == id_, escrow_holds.c.freelancer_organization_id == id_
        ),
        "currency": lambda currency: escrow_holds.c.currency == currency,
        "is_frozen": lambda wanted: (
            (escrow_holds.c.frozen_at.is_not(None) | escrow_holds.c.charged_back_at.is_not(None)) == wanted
        ),
        "created_from": lambda at: escrow_holds.c.created_at >= at,
        "created_before": lambda at: escrow_holds.c.created_at < at,
    },
)
OF_MILESTONE = Connection(ESCROW_HOLDS, orders=_ORDERS, default_order=_NEWEST_FIRST, column="milestone_id")


def _fee_of(minor: ColumnElement[int]) -> ColumnElement[Any]:
    """The fee of what was released up to an amount: EscrowHold.fee_for, said in SQL and summed from the beginning."""
    hold = escrow_holds.c
    return func.round(cast(hold.fee_minor, Numeric) * minor / hold.amount_minor)


async def summaries(session: AsyncSession, viewer: Actor, organization_id: UUID) -> list[EscrowSummary]:
    """One for each currency in which the organization has holds that the viewer may see."""
    hold = escrow_holds.c
    is_held, was_funded = hold.status.in_(HOLDING), hold.funded_at.is_not(None)
    is_to_come = is_held & (hold.freelancer_organization_id == organization_id)
    pending_fee = _fee_of(hold.released_minor + hold.remaining_minor) - _fee_of(hold.released_minor)
    sums = (
        func.coalesce(func.sum(hold.remaining_minor).filter(is_held), 0),
        func.coalesce(func.sum(hold.remaining_minor - pending_fee).filter(is_to_come), 0),
        func.sum(hold.released_minor),
        func.sum(hold.refunded_minor),
    )
    own = or_(hold.client_organization_id == organization_id, hold.freelancer_organization_id == organization_id)
    statement = select(hold.currency, *sums).where(own, was_funded, visible_to(viewer))
    rows = await session.execute(statement.group_by(hold.currency).order_by(hold.currency))
    return [
        EscrowSummary(
            currency=currency,
            held_minor=int(held),
            pending_net_minor=int(pending_net),
            released_minor=int(released),
            refunded_minor=int(refunded),
        )
        for currency, held, pending_net, released, refunded in rows
    ]
