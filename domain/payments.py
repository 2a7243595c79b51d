"""Payments: collecting the money of an invoice through a provider, one live payment at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.money import Money
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.states import Move, Side, Stateful


class PaymentState(Enum):
    """The life of a payment. UNKNOWN: the provider was asked but its answer is missing; it is being checked."""

    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class PaymentTrigger(Enum):
    """Who started a payment: a person, or automatic collection."""

    PAYER = "PAYER"
    COLLECTION = "COLLECTION"


class AttemptState(Enum):
    """The life of one call to a provider."""

    CREATED = "CREATED"
    SENT = "SENT"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


_S = PaymentState
LIVE_STATES = (_S.CREATED, _S.PROCESSING, _S.UNKNOWN)
"""While a payment is in one of these, its invoice takes no other."""


@dataclass(eq=False, kw_only=True)
class Payment(Stateful):
    """An intent to collect an amount. Only SUCCEEDED is final: a late proof of success still counts."""

    SUBJECT: ClassVar[str] = "payment"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("sendPayment", (_S.CREATED,), _S.PROCESSING, Side.SYSTEM),
        Move("confirmPayment", (_S.PROCESSING, _S.UNKNOWN, _S.FAILED, _S.CANCELED), _S.SUCCEEDED, Side.SYSTEM),
        Move("failPayment", (_S.CREATED, _S.PROCESSING, _S.UNKNOWN), _S.FAILED, Side.SYSTEM),
        Move("losePayment", (_S.PROCESSING,), _S.UNKNOWN, Side.SYSTEM),
        Move("cancelPayment", (_S.CREATED,), _S.CANCELED, Side.CLIENT, Permission.MONEY_MOVE),
    )

    id: UUID
    invoice_id: UUID
    payer_id: UUID
    issuer_id: UUID
    method_id: UUID
    provider: Provider
    amount_minor: int
    captured_minor: int
    currency: str
    trigger: PaymentTrigger
    failure_code: str | None
    next_ask_at: datetime | None
    asked: int
    unknown_since: datetime | None
    status: PaymentState = field(init=False)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.payer_id, Side.FREELANCER: self.issuer_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.payer_id, self.issuer_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.invoice_id]


@dataclass(eq=False, kw_only=True)
class PaymentAttempt:
    """One call to the provider, stored before it is made; its id is the provider's idempotency key."""

    id: UUID
    payment_id: UUID
    number: int
    status: AttemptState
    provider_id: str | None
    created_at: datetime
    sent_at: datetime | None
    not_found_at: datetime | None
    answer: dict[str, Any]
