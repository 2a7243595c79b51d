"""Invoices: claims for money, numbered without gaps, never changed after opening."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused
from domain.states import Move, Side, Stateful
from domain.taxes import TaxLevel, TaxMode


class InvoiceKind(Enum):
    """What an invoice bills. All but STANDARD are made by the system from project events."""

    UPFRONT = "UPFRONT"
    MILESTONE = "MILESTONE"
    INTERIM = "INTERIM"
    FINAL = "FINAL"
    STANDARD = "STANDARD"


class InvoiceStatus(Enum):
    """The life of an invoice."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    VOID = "VOID"


class PaymentStatus(Enum):
    """How far an opened invoice is paid. ON_HOLD: three automatic charges failed; a person has to act."""

    UNPAID = "UNPAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    ON_HOLD = "ON_HOLD"


class CollectionMode(Enum):
    """Whether Milepost charges by itself: AUTO does, MANUAL never, STOPPED gave up after three failures."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"
    STOPPED = "STOPPED"


_S = InvoiceStatus


@dataclass(eq=False, kw_only=True)
class InvoiceLine:
    """One position of an invoice. The computed fields are in minor units and add up to the document's totals."""

    id: UUID
    invoice_id: UUID
    position: int
    milestone_id: UUID | None
    description: str
    quantity: Decimal
    unit: str | None
    unit_price_minor: int
    discount_bps: int | None
    discount_minor: int | None
    tax_type_ids: list[UUID]
    gross_minor: int
    discount_amount_minor: int
    share_minor: int
    base_minor: int
    net_minor: int
    tax_minor: int
    taxes: list[dict[str, object]]


@dataclass(eq=False, kw_only=True)
class Invoice(Stateful):
    """A claim of an issuer against a customer. amountDue = total - advances - credited - paid - written off."""

    SUBJECT: ClassVar[str] = "invoice"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("openInvoice", (_S.DRAFT,), _S.OPEN, Side.OWNER, Permission.INVOICES_WRITE),
        Move("settleInvoice", (_S.OPEN,), _S.PAID, Side.SYSTEM),
        Move("voidInvoice", (_S.OPEN,), _S.VOID, Side.OWNER, Permission.INVOICES_WRITE),
    )

    id: UUID
    kind: InvoiceKind
    issuer_id: UUID
    customer_id: UUID
    recipient_id: UUID | None
    project_id: UUID | None
    milestone_id: UUID | None
    agreed_minor: int | None
    series: str | None
    year: int | None
    sequence: int | None
    number: str | None
    issue_on: date | None
    supply_on: date | None
    due_on: date | None
    time_zone: str
    currency: str
    tax_mode: TaxMode
    tax_level: TaxLevel
    discount_bps: int | None
    discount_minor: int | None
    subtotal_minor: int
    discount_total_minor: int
    net_total_minor: int
    tax_total_minor: int
    total_minor: int
    advances_applied_minor: int
    credited_due_minor: int
    paid_minor: int
    written_off_minor: int
    amount_due_minor: int
    fee_policy_id: UUID | None
    fee_bps: int | None
    fee_flat_minor: int | None
    fee_minor: int | None
    net_minor: int | None
    is_frozen: bool
    collection_mode: CollectionMode
    collection_attempts: int
    collection_next_at: datetime | None
    collection_last_failure: str | None
    note: str
    opened_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    status: InvoiceStatus = field(init=False)
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def payment_status(self) -> PaymentStatus | None:
        """The first that fits, top down; None for a draft and for a void invoice."""
        if self.status in (InvoiceStatus.DRAFT, InvoiceStatus.VOID):
            return None
        if self.amount_due_minor == 0:
            return PaymentStatus.PAID
        if self.collection_mode is CollectionMode.STOPPED:
            return PaymentStatus.ON_HOLD
        return PaymentStatus.PARTIALLY_PAID if self.paid_minor else PaymentStatus.UNPAID

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def amount_due(self) -> Money:
        return Money(self.amount_due_minor, self.currency)

    def blocked(self, action: str) -> Refused | None:
        if self.is_frozen:
            return Refused(RefusalCode.DISPUTED, "An open dispute freezes this invoice.")
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.OWNER: self.issuer_id, Side.CLIENT: self.recipient_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        if self.status is InvoiceStatus.DRAFT or self.recipient_id is None:
            return [self.issuer_id]
        return [self.issuer_id, self.recipient_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.project_id, self.milestone_id]
