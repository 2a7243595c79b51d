"""Recorded payments: money that an issuer received outside Milepost, and taking back what was recorded by mistake."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.amounts import Amount
from domain.checks import Checks
from domain.ids import new_id
from domain.invoices import Invoice
from domain.money import Money
from domain.permissions import Permission
from domain.reasons import said
from domain.states import Move, Side, Stateful

MAX_REFERENCE = 200


class RecordedPaymentMethod(Enum):
    """How the money came."""

    BANK_TRANSFER = "BANK_TRANSFER"
    CARD = "CARD"
    CASH = "CASH"
    CHECK = "CHECK"
    OTHER = "OTHER"


class RecordedPaymentStatus(Enum):
    """The life of a recorded payment."""

    RECORDED = "RECORDED"
    REMOVED = "REMOVED"


_S = RecordedPaymentStatus


@dataclass(eq=False, kw_only=True)
class RecordedPayment(Stateful):
    """What came from outside: `allocated_minor` of it paid the invoice, the rest is kept for the customer."""

    SUBJECT: ClassVar[str] = "recorded_payment"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("removeRecordedPayment", (_S.RECORDED,), _S.REMOVED, Side.OWNER, Permission.INVOICES_WRITE),
    )

    id: UUID
    invoice_id: UUID
    issuer_id: UUID
    recipient_id: UUID | None
    amount_minor: int
    allocated_minor: int
    currency: str
    received_on: date
    method: RecordedPaymentMethod
    reference: str
    recorded_by_id: UUID | None
    removed_at: datetime | None
    remove_reason: str | None
    status: RecordedPaymentStatus = field(init=False)

    amount, allocated = Amount("amount_minor"), Amount("allocated_minor")

    @property
    def surplus_minor(self) -> int:
        return self.amount_minor - self.allocated_minor

    def remove(self, reason: str, *, by: Actor, at: datetime) -> None:
        """It was recorded by mistake; the row stays, as the postings do."""
        reason = said(reason, required=True)
        self.move_to("removeRecordedPayment", by=by, at=at)
        self.removed_at, self.remove_reason = at, reason
        self.record("removed", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.issuer_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [one for one in (self.issuer_id, self.recipient_id) if one is not None]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.invoice_id]


def record_payment(
    invoice: Invoice,
    amount: Money,
    *,
    received_on: date,
    method: RecordedPaymentMethod,
    reference: str,
    by: Actor,
    at: datetime,
) -> RecordedPayment:
    """Money for an open invoice; take it before the invoice has counted it, since it reads what is still due."""
    invoice.check("recordPayment", by=by)
    checks = Checks()
    checks.money("amount", amount, currency=invoice.currency)
    checks.require(received_on <= invoice.today(at), "Money cannot have come after today.", "receivedOn")
    checks.line("reference", reference, most=MAX_REFERENCE)
    checks.refuse()
    recorded = RecordedPayment(
        id=new_id(),
        invoice_id=invoice.id,
        issuer_id=invoice.issuer_id,
        recipient_id=invoice.recipient_id,
        amount_minor=amount.amount_minor,
        allocated_minor=min(amount.amount_minor, invoice.amount_due_minor),
        currency=invoice.currency,
        received_on=received_on,
        method=method,
        reference=reference.strip(),
        recorded_by_id=by.user_id,
        removed_at=None,
        remove_reason=None,
    )
    recorded.born(_S.RECORDED, action="recordPayment", by=by, at=at)
    recorded.record("recorded", by=by, at=at)
    return recorded
