"""Queries of payouts: who sees them, asking for one, the locks of the verbs, and what the jobs pick up."""

from uuid import UUID

from sqlalchemy import false, select, true

from domain.actors import Actor
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.money import Money
from domain.payout_methods import PayoutMethod
from domain.payouts import Payout, PayoutAttempt, PayoutState, PayoutTrigger, requested
from domain.permissions import Permission
from domain.postings.payouts import payout_canceled, payout_requested
from persistence import api_keys, approval_requests, ledger, money_thresholds, payout_methods
from persistence.organizations import ORGANIZATIONS
from persistence.parking import stands_still
from persistence.tables.payouts import payout_attempts, payouts
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for those who may read its money; staff who may handle money see all."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return payouts.c.organization_id == viewer.organization_id


PAYOUTS = Source(Payout, payouts, visible_to)

ORGANIZATION, METHOD = One(ORGANIZATIONS, "organization_id"), One(payout_methods.PAYOUT_METHODS, "method_id")
REQUESTED_BY = One(USERS, "requested_by_id")
APPROVAL = One(approval_requests.APPROVALS, "id", "subject_id")
OF_APPROVAL, OF_ENTRY = One(PAYOUTS, "subject_id"), One(PAYOUTS, "payout_id")

LIST = Connection(
    PAYOUTS,
    orders={"CREATED_AT": payouts.c.created_at, "AMOUNT": payouts.c.amount_minor},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: payouts.c.status.in_(values),
        "currency": lambda currency: payouts.c.currency == currency,
        "method_id": lambda id_: payouts.c.method_id == id_,
        "organization_id": lambda id_: payouts.c.organization_id == id_,
        "created_from": lambda at: payouts.c.created_at >= at,
        "created_before": lambda at: payouts.c.created_at < at,
    },
)


async def request(
    db: Unit,
    method: PayoutMethod,
    amount: Money,
    *,
    trigger: PayoutTrigger,
    requested_by_id: UUID | None,
    requested_by_key_id: UUID | None,
) -> tuple[Payout, ApprovalRequest | None]:
    """Sets the money aside, and stores the payout and the approval that it waits for, if it needs one.

    The method is locked by the caller; INSUFFICIENT_FUNDS where the wallet does not cover the amount.
    """
    payout, attempt = requested(method, amount, trigger=trigger, requested_by_id=requested_by_id, by=db.by, at=db.at)
    db.add(payout)
    await db.flush()
    db.add(attempt)
    await ledger.post(db, payout_requested(payout, by=db.by, at=db.at))
    approval = None
    if await money_thresholds.needed(db, ApprovalKind.PAYOUT, amount):
        payout.await_approval(at=db.at)
        approval = await approval_requests.ask(
            db,
            ApprovalKind.PAYOUT,
            payout.id,
            {"payoutId": str(payout.id)},
            organization_id=payout.organization_id,
            requested_with=Permission.MONEY_MOVE if trigger is PayoutTrigger.PERSON else None,
            amount=amount,
            excluded_user_ids=await api_keys.behind(db, requested_by_id, requested_by_key_id),
        )
    else:
        payout.go_on(at=db.at)
    return payout, approval


async def approved(db: Unit, request: ApprovalRequest) -> None:
    """A second person agrees. The method is looked at again: it may be detached by now."""
    payout = await _locked(db, request.subject_id)
    method = await payout_methods.of_payout(db, payout.method_id)
    method.require_usable(payout.currency)
    payout.go_on(approved_by=request.second_person, at=db.at)


async def declined(db: Unit, request: ApprovalRequest) -> None:
    """Nobody agreed: the money is free again."""
    payout = await _locked(db, request.subject_id)
    payout.decline(at=db.at)
    await ledger.post(db, payout_canceled(payout, by=db.by, at=db.at))


async def for_change(db: Unit, payout_id: UUID) -> Payout:
    """A visible payout, locked."""
    statement = select(Payout).where(payouts.c.id == payout_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "payout", "payoutId")


async def for_outcome(db: Unit, payout_id: UUID) -> tuple[Payout, PayoutAttempt]:
    """A payout with its newest attempt, locked."""
    payout = await _locked(db, payout_id)
    return payout, await attempt_of(db, payout)


async def attempt_of(db: Unit, payout: Payout) -> PayoutAttempt:
    """The newest attempt of a locked payout."""
    newest = select(PayoutAttempt).where(payout_attempts.c.payout_id == payout.id)
    return (await db.session.scalars(newest.order_by(payout_attempts.c.number.desc()).limit(1))).one()


async def due_for_sending(db: Unit, payout_id: UUID | None = None) -> Payout | None:
    """The oldest payout that may go and that nobody sends yet, or this one if it is such."""
    statement = select(Payout).where(payouts.c.status == PayoutState.PENDING, ~stands_still(payouts.c.organization_id))
    if payout_id is not None:
        statement = statement.where(payouts.c.id == payout_id)
    statement = statement.order_by(payouts.c.created_at, payouts.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def due_for_asking(db: Unit) -> Payout | None:
    """A payout whose provider shall be asked now: without an outcome, or paid so recently that it may come back."""
    statement = select(Payout).where(
        payouts.c.status.in_((PayoutState.IN_TRANSIT, PayoutState.PAID)), payouts.c.next_ask_at <= db.at
    )
    statement = statement.order_by(payouts.c.next_ask_at, payouts.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def _locked(db: Unit, payout_id: UUID) -> Payout:
    return (await db.session.scalars(select(Payout).where(payouts.c.id == payout_id).with_for_update())).one()
