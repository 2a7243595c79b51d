"""Sending bought credits to another organization, above a limit with the consent of a second member."""

from uuid import UUID

from domain import credit_transfers as rules
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.credit_accounts import CreditAccount
from domain.credit_transactions import CreditTransaction, Note
from domain.permissions import Permission
from persistence import approval_requests, credit_accounts, credit_movements, credit_transactions
from persistence.unit import Unit


async def send(
    db: Unit, to_organization_id: UUID, quantity: int, description: str | None
) -> CreditTransaction | ApprovalRequest:
    """Sends credits of the caller's organization, or asks a second member first: then nothing has moved yet."""
    sender, receiver = await _checked(db, db.by.require_organization(), to_organization_id, quantity)
    if not rules.needs_consent(quantity):
        return await _send(db, sender, receiver, quantity, description)
    command = {"toOrganizationId": to_organization_id.hex, "quantity": quantity, "description": description}
    return await approval_requests.ask(
        db,
        ApprovalKind.CREDIT_TRANSFER,
        sender.id,
        command,
        organization_id=sender.organization_id,
        requested_with=Permission.CREDITS_MANAGE,
        reason=description,
    )


async def approved(db: Unit, request: ApprovalRequest) -> None:
    """A second person agrees: all is checked again, as of now."""
    command, quantity = request.command, int(request.command["quantity"])
    sender_id = db.by.require_organization()
    sender, receiver = await _checked(db, sender_id, UUID(command["toOrganizationId"]), quantity)
    await _send(db, sender, receiver, quantity, command["description"])


async def _checked(db: Unit, sender_id: UUID, receiver_id: UUID, quantity: int) -> tuple[CreditAccount, CreditAccount]:
    await credit_accounts.require_organization(db, receiver_id, "toOrganizationId")
    rules.require_another(sender_id, receiver_id)
    sender, receiver = await credit_accounts.both_locked(db, sender_id, receiver_id)
    sent_today = await credit_transactions.sent_today(db, sender_id)
    rules.require_transferable(sender, receiver, quantity, sent_today, by=db.by, at=db.at)
    return sender, receiver


async def _send(
    db: Unit, sender: CreditAccount, receiver: CreditAccount, quantity: int, description: str | None
) -> CreditTransaction:
    movements = rules.transfer(sender, receiver, quantity, Note(description=description), by=db.by, at=db.at)
    await credit_movements.write(db, *movements)
    return movements[0].transaction
