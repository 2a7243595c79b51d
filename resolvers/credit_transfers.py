"""Sending bought credits to another organization."""

from uuid import UUID

from domain.approval_requests import ApprovalRequest
from domain.credit_transactions import described
from persistence import credit_transfers
from persistence.unit import Unit
from resolvers.mutations import Changed


async def transfer_credits(db: Unit, *, to_organization_id: UUID, quantity: int, note: str | None = None) -> Changed:
    text = described("note", note or "") or None
    sent = await credit_transfers.send(db, to_organization_id, quantity, text)
    is_asked = isinstance(sent, ApprovalRequest)
    return Changed(transaction=None if is_asked else sent, approval=sent if is_asked else None)
