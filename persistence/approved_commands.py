"""What runs once a second person has agreed: one line for each kind of command.

A command is a function of this layer or below it, `async def verb(db: Unit, request: ApprovalRequest) -> None`. It
finds in `request.command` the JSON values that were asked for, and runs in the approver's transaction as the person who
asked: `db.by` is the requester with the rights of this moment, and all guards are checked again. Its refusal is the
refusal of `approve`, and the request stays pending. Where a subject waits in a state of its own, `declined` takes it
out of it when the request is rejected, cancelled or lapses.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import SYSTEM
from domain.approval_requests import ApprovalKind, ApprovalRequest
from persistence import (
    approval_requests,
    credit_adjustments,
    credit_transfers,
    debt_write_offs,
    escrow_releases,
    escrow_rulings,
    ledger_adjustments,
    payouts,
    provider_differences,
    refund_commands,
    suspense,
)
from persistence.unit import Unit

Command = Callable[[Unit, ApprovalRequest], Awaitable[None]]


async def _nothing(db: Unit, request: ApprovalRequest) -> None:
    """The subject does not know that anything waited."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What a kind of approval leads to."""

    run: Command
    declined: Command = _nothing


COMMANDS: dict[ApprovalKind, Approved] = {
    ApprovalKind.LEDGER_ADJUSTMENT: Approved(ledger_adjustments.adjust),
    ApprovalKind.SUSPENSE_CLEARING: Approved(suspense.clear),
    ApprovalKind.PROVIDER_DIFFERENCE: Approved(provider_differences.post),
    ApprovalKind.DEBT_WRITE_OFF: Approved(debt_write_offs.write_off),
    ApprovalKind.RELEASE: Approved(escrow_releases.consent),
    ApprovalKind.RULING: Approved(escrow_rulings.approved),
    ApprovalKind.CREDIT_TRANSFER: Approved(credit_transfers.approved),
    ApprovalKind.REFUND: Approved(refund_commands.approved, declined=refund_commands.declined),
    ApprovalKind.PAYOUT: Approved(payouts.approved, declined=payouts.declined),
    ApprovalKind.CREDIT_ADJUSTMENT: Approved(credit_adjustments.approved, declined=credit_adjustments.declined),
}
"""Each noun adds its line."""


async def approve(db: Unit, request: ApprovalRequest, reason: str | None) -> None:
    """Decides a locked request and runs its command, exactly as it was asked for."""
    request.approve(reason, by=db.by, at=db.at)
    request.require_unchanged()
    requester = await approval_requests.requester_of(db, request)
    await COMMANDS[request.kind].run(replace(db, by=requester or SYSTEM), request)


async def reject(db: Unit, request: ApprovalRequest, reason: str) -> None:
    request.reject(reason, by=db.by, at=db.at)
    await _decline(db, request)


async def cancel(db: Unit, request: ApprovalRequest) -> None:
    request.cancel(by=db.by, at=db.at)
    await _decline(db, request)


async def lapse(db: Unit, approval_id: UUID) -> bool:
    """Ends a request that nobody has decided in time; False when somebody has, after all."""
    request = await approval_requests.to_lapse(db, approval_id)
    if request is None:
        return False
    request.expire(at=db.at)
    await _decline(db, request)
    return True


async def _decline(db: Unit, request: ApprovalRequest) -> None:
    await COMMANDS[request.kind].declined(db, request)
