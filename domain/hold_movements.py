"""Movements of held money: each release to the freelancer and each refund to the client, written once."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.actors import Actor
from domain.amounts import Amount
from domain.ids import new_id
from domain.money import Money


class MovementKind(Enum):
    """Where held money went: to the freelancer, or back to the client."""

    RELEASE = "RELEASE"
    REFUND = "REFUND"


class MovementCause(Enum):
    """What moved held money."""

    APPROVAL = "APPROVAL"
    CLIENT = "CLIENT"
    FREELANCER = "FREELANCER"
    POLICY = "POLICY"
    RULING = "RULING"
    CANCELLATION = "CANCELLATION"
    CHARGEBACK = "CHARGEBACK"


@dataclass(eq=False, kw_only=True)
class HoldMovement:
    """Money that left a hold. A release pays an invoice and carries its part of the fee."""

    id: UUID
    hold_id: UUID
    kind: MovementKind
    cause: MovementCause
    source_id: UUID
    """The invoice that a release pays; of a refund the freeze, the project or the hold itself."""
    currency: str
    amount_minor: int
    fee_minor: int
    agreed_minor: int
    """The part of the milestone's amount, before taxes, that it stands for."""
    invoice_id: UUID | None
    user_id: UUID | None
    organization_id: UUID | None
    moved_at: datetime

    amount, fee = Amount("amount_minor"), Amount("fee_minor")


def moved(
    hold_id: UUID,
    amount: Money,
    cause: MovementCause,
    *,
    source_id: UUID,
    agreed_minor: int,
    fee_minor: int = 0,
    invoice_id: UUID | None = None,
    by: Actor,
    at: datetime,
) -> HoldMovement:
    """A release where it pays an invoice, else a refund."""
    return HoldMovement(
        id=new_id(),
        hold_id=hold_id,
        kind=MovementKind.REFUND if invoice_id is None else MovementKind.RELEASE,
        cause=cause,
        source_id=source_id,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        fee_minor=fee_minor,
        agreed_minor=agreed_minor,
        invoice_id=invoice_id,
        user_id=by.user_id,
        organization_id=by.organization_id,
        moved_at=at,
    )
