"""Payment methods: provider tokens that an organization pays with; never card or account data."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.permissions import Permission
from domain.states import Move, Side, Stateful


class Provider(Enum):
    """Who moves the money. SIMULATOR is built in and needs no account."""

    SIMULATOR = "SIMULATOR"


class PaymentMethodStatus(Enum):
    """Whether a method can be charged."""

    ACTIVE = "ACTIVE"
    DETACHED = "DETACHED"


@dataclass(eq=False, kw_only=True)
class PaymentMethod(Stateful):
    """One default per organization and currency."""

    SUBJECT: ClassVar[str] = "payment_method"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move(
            "detachPaymentMethod",
            (PaymentMethodStatus.ACTIVE,),
            PaymentMethodStatus.DETACHED,
            Side.OWNER,
            Permission.MONEY_MOVE,
        ),
    )

    id: UUID
    organization_id: UUID
    provider: Provider
    token: str
    label: str
    last4: str
    currency: str
    expires_on: date | None
    is_default: bool
    status: PaymentMethodStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]
