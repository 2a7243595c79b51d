"""Queries of credit disputes: who sees them, what they are about, the locks of the verbs, and what is overdue."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import false, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.credit_disputes import UNDECIDED, CreditDispute, Disputed
from domain.credit_refunds import require_spent
from domain.credit_transactions import CreditTransaction, CreditTransactionType
from domain.memberships import MembershipStatus
from domain.permissions import Permission, StaffRole
from domain.refusals import conflict
from persistence import credit_movements
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credit_control import credit_disputes
from persistence.tables.credits import credit_transactions
from persistence.tables.identity import memberships, users
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

BATCH = 100
"""How many become overdue in one run of the timer at most."""

_disputes = credit_disputes.c


def visible_to(viewer: Actor) -> Condition:
    """Those of one's own organization; staff for credits see all."""
    if viewer.may(Permission.STAFF_CREDITS):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.CREDITS_READ):
        return false()
    return _disputes.organization_id == viewer.organization_id


CREDIT_DISPUTES = Source(CreditDispute, credit_disputes, visible_to)
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
OPENED_BY, ASSIGNEE = One(USERS, "opened_by_id"), One(USERS, "assignee_id")
LIST = Connection(
    CREDIT_DISPUTES,
    orders={"CREATED_AT": _disputes.created_at, "RESPONSE_DUE_AT": _disputes.response_due_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: _disputes.status.in_(values),
        "organization_id": lambda id_: _disputes.organization_id == id_,
        "transaction_id": lambda id_: _disputes.transaction_id == id_,
        "is_overdue": lambda wanted: _disputes.is_overdue == wanted,
    },
)


async def spent_by(db: Unit, transaction_id: UUID, organization_id: UUID) -> CreditTransaction:
    """What an organization has spent; refuses WRONG_STATE what spent nothing, NOT_FOUND what is another's."""
    moved = credit_transactions.c
    statement = select(CreditTransaction).where(moved.id == transaction_id, moved.organization_id == organization_id)
    transaction = await db.require(statement, "credit transaction", "transactionId")
    require_spent(transaction)
    return transaction


async def require_none_undecided(db: Unit, transaction_id: UUID) -> None:
    """Refuses CONFLICT a second undecided dispute. Ask under the lock of the account."""
    undecided = (_disputes.transaction_id == transaction_id, _disputes.status.in_(UNDECIDED))
    if await db.session.scalar(select(_disputes.id).where(*undecided)) is not None:
        raise conflict("There is an undecided dispute of this already: see creditDisputes.", "transactionId")


async def disputed(db: Unit, transaction: CreditTransaction) -> Disputed:
    """What a dispute is about, as it is under the lock of the account."""
    is_hold = transaction.type is CreditTransactionType.HOLD
    return Disputed(
        transaction_id=transaction.id,
        organization_id=transaction.organization_id,
        spent=transaction.moved,
        refunded=await credit_movements.given_back(db, transaction.id),
        posted_at=transaction.updated_at if is_hold else transaction.created_at,
    )


async def for_change(db: Unit, dispute_id: UUID) -> CreditDispute:
    """A visible dispute, locked; the account, where credits move, is locked after it."""
    statement = select(CreditDispute).where(_disputes.id == dispute_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "credit dispute", "disputeId")


async def due_to_escalate(db: Unit) -> Sequence[CreditDispute]:
    """Undecided ones whose answer is overdue, locked; what somebody else has locked is left to them."""
    late = (_disputes.status.in_(UNDECIDED), ~_disputes.is_overdue, _disputes.response_due_at <= db.at)
    statement = select(CreditDispute).where(*late).order_by(_disputes.response_due_at).limit(BATCH)
    return (await db.session.scalars(statement.with_for_update(skip_locked=True))).all()


async def addresses_of_leads(session: AsyncSession) -> Sequence[str]:
    """Where whoever leads the staff is written to."""
    statement = (
        select(users.c.email)
        .join(memberships, memberships.c.user_id == users.c.id)
        .where(memberships.c.status == MembershipStatus.ACTIVE, memberships.c.staff_role == StaffRole.ADMIN)
    )
    return (await session.scalars(statement.order_by(users.c.email))).all()
