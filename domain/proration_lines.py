"""Lines that wait for the next charge of a subscription: what changes give back or cost, and usage."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.amounts import Amount
from domain.prorations import ProrationKind


@dataclass(eq=False, kw_only=True)
class ProrationLine:
    """Below zero where something is given back. Once a period has taken it up, `period_id` says which."""

    id: UUID
    subscription_id: UUID
    change_id: UUID | None
    kind: ProrationKind
    description: str
    quantity: int
    tax_code: str | None
    amount_minor: int
    currency: str
    period_id: UUID | None
    created_at: datetime

    amount = Amount("amount_minor")
