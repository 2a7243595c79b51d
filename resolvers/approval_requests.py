"""Approvals: the second person's yes or no, the requester's withdrawal, and the thresholds that staff set."""

from uuid import UUID

from domain.approval_requests import ApprovalKind
from domain.money import Money
from domain.money_thresholds import set_thresholds
from domain.permissions import Permission
from persistence import approval_requests, approved_commands, escrow_edges, money_thresholds, payouts, refunds
from persistence.unit import Unit
from resolvers.mutations import Changed

READERS = approval_requests.READERS
THRESHOLD_READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY)

LIST, POSTED = approval_requests.LIST, approval_requests.POSTED
ORGANIZATION, REQUESTED_FOR = approval_requests.ORGANIZATION, approval_requests.REQUESTED_FOR
REQUESTED_BY, DECIDED_BY = approval_requests.REQUESTED_BY, approval_requests.DECIDED_BY
REQUESTED_BY_KEY = approval_requests.REQUESTED_BY_KEY
LEDGER_TRANSFER, LEDGER_ACCOUNT = approval_requests.LEDGER_TRANSFER, approval_requests.LEDGER_ACCOUNT
PAYOUT, HOLD, REFUND = payouts.OF_APPROVAL, escrow_edges.OF_APPROVAL, refunds.OF_APPROVAL
THRESHOLDS, SET_BY = money_thresholds.LIST, money_thresholds.SET_BY


async def approve(db: Unit, *, approval_id: UUID, reason: str | None = None) -> Changed:
    request = await approval_requests.for_decision(db, approval_id)
    await approved_commands.approve(db, request, reason)
    return Changed(approval=request)


async def reject(db: Unit, *, approval_id: UUID, reason: str) -> Changed:
    request = await approval_requests.for_decision(db, approval_id)
    await approved_commands.reject(db, request, reason)
    return Changed(approval=request)


async def cancel_approval(db: Unit, *, approval_id: UUID) -> Changed:
    request = await approval_requests.for_change(db, approval_id)
    await approved_commands.cancel(db, request)
    return Changed(approval=request)


async def set_money_thresholds(
    db: Unit, *, payout: Money | None = None, refund: Money | None = None, ruling: Money | None = None
) -> Changed:
    amounts = {ApprovalKind.PAYOUT: payout, ApprovalKind.REFUND: refund, ApprovalKind.RULING: ruling}
    made = set_thresholds(amounts, by=db.by, at=db.at)
    db.add(*made.values())
    return Changed(
        payout=made.get(ApprovalKind.PAYOUT),
        refund=made.get(ApprovalKind.REFUND),
        ruling=made.get(ApprovalKind.RULING),
    )
