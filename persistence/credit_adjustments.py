"""Adjustments of credits: asking for one, posting it at once or once a second person has agreed, and their list."""

from typing import Any
from uuid import UUID

from sqlalchemy import false, func, select, true

from domain.actors import SYSTEM, Actor
from domain.approval_requests import ApprovalKind, ApprovalRequest, ApprovalStatus
from domain.credit_accounts import CreditAccount
from domain.credit_adjustments import COUNTED, COUNTED_FOR, CreditAdjustment, ask_for, needs_second_person
from domain.credit_lots import LotSource
from domain.credit_movements import insufficient
from domain.credit_transactions import MAX_DESCRIPTION, CreditTransactionType, Note
from domain.permissions import Permission
from persistence import approval_requests, credit_accounts, credit_movements
from persistence.approval_requests import APPROVALS
from persistence.credit_accounts import CREDIT_ACCOUNTS
from persistence.neutrality import require_neutral
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credit_control import credit_adjustments
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

_adjustments = credit_adjustments.c


def visible_to(viewer: Actor) -> Condition:
    """Staff for credits; the organization sees what was posted among its movements."""
    return true() if viewer.may(Permission.STAFF_CREDITS) else false()


CREDIT_ADJUSTMENTS = Source(CreditAdjustment, credit_adjustments, visible_to)
ACCOUNT, ORGANIZATION = One(CREDIT_ACCOUNTS, "account_id"), One(ORGANIZATIONS, "organization_id")
APPROVAL, REQUESTED_BY = One(APPROVALS, "approval_id"), One(USERS, "requested_by_id")
OF_APPROVAL = One(CREDIT_ADJUSTMENTS, "subject_id")
LIST = Connection(
    CREDIT_ADJUSTMENTS,
    orders={"CREATED_AT": _adjustments.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: _adjustments.status.in_(values),
        "organization_id": lambda id_: _adjustments.organization_id == id_,
        "account_id": lambda id_: _adjustments.account_id == id_,
    },
)


async def adjust(db: Unit, account_id: UUID, delta: int, reason: str) -> CreditAdjustment:
    """Adds credits to an account or takes them, at once; above the threshold of a day it waits for a second person."""
    account = await credit_accounts.named(db, account_id)
    await _require_possible(db, account, delta)
    waits = needs_second_person(delta, await _adjusted_lately(db, account.id))
    adjustment = ask_for(account.id, account.organization_id, delta, reason, waits=waits, by=db.by, at=db.at)
    if waits:
        adjustment.approval_id = (await _ask(db, adjustment)).id
    else:
        await _post(db, account, adjustment)
    db.add(adjustment)
    return adjustment


async def approved(db: Unit, request: ApprovalRequest) -> None:
    """A second person has agreed; `db.by` is who asked."""
    adjustment = await _waiting(db, request)
    account = await credit_accounts.locked(db, adjustment.organization_id)
    await _require_possible(db, account, adjustment.delta)
    await _post(db, account, adjustment)
    adjustment.leave("approveCreditAdjustment", by=SYSTEM, at=db.at)


async def declined(db: Unit, request: ApprovalRequest) -> None:
    """It was rejected or taken back, or nobody has decided in time."""
    adjustment = await _waiting(db, request)
    lapsed = request.status is ApprovalStatus.EXPIRED
    adjustment.leave("expireCreditAdjustment" if lapsed else "rejectCreditAdjustment", by=SYSTEM, at=db.at)


async def _require_possible(db: Unit, account: CreditAccount, delta: int) -> None:
    """Refuses FORBIDDEN to its own people, WRONG_STATE a closed account, INSUFFICIENT_CREDITS more than there is."""
    account.check("adjustCredits", by=db.by)
    await require_neutral(db, [account.organization_id])
    if -delta > account.available:
        raise insufficient(-delta, account.available, "delta")


async def _adjusted_lately(db: Unit, account_id: UUID) -> int:
    """How many credits were added and taken by hand within a day, or may still be. Ask under the account's lock."""
    since = _adjustments.created_at > db.at - COUNTED_FOR
    total = select(func.coalesce(func.sum(func.abs(_adjustments.delta)), 0)).where(
        _adjustments.account_id == account_id, _adjustments.status.in_(COUNTED), since
    )
    return int(await db.session.scalar(total) or 0)


async def _ask(db: Unit, adjustment: CreditAdjustment) -> ApprovalRequest:
    command: dict[str, Any] = {"accountId": adjustment.account_id.hex, "delta": adjustment.delta}
    return await approval_requests.ask(
        db,
        ApprovalKind.CREDIT_ADJUSTMENT,
        adjustment.id,
        command,
        requested_with=Permission.STAFF_CREDITS,
        reason=adjustment.reason,
        excluded_organization_ids=[adjustment.organization_id],
    )


async def _post(db: Unit, account: CreditAccount, adjustment: CreditAdjustment) -> None:
    kind, quantity = CreditTransactionType.ADJUST, abs(adjustment.delta)
    note = Note(
        reference_kind="credit_adjustment",
        reference_id=f"cad_{adjustment.id.hex}",
        description=adjustment.reason[:MAX_DESCRIPTION],
    )
    if adjustment.delta < 0:
        movement = await credit_movements.take(db, account, quantity, type=kind, note=note)
    else:
        lot = LotSource.GRANT
        issued = await credit_movements.issue(
            db, account, source=lot, source_id=adjustment.id, quantity=quantity, type=kind, note=note
        )
        if issued is None:
            raise AssertionError(f"adjustment {adjustment.id} was posted before")
        movement = issued
    adjustment.transaction_id = movement.transaction.id


async def _waiting(db: Unit, request: ApprovalRequest) -> CreditAdjustment:
    statement = select(CreditAdjustment).where(_adjustments.id == request.subject_id).with_for_update()
    return (await db.session.scalars(statement)).one()
