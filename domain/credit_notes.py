"""Credit notes: how an opened invoice loses value. Numbered without gaps, never changed after issuing."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.credit_note_effects import Effect
from domain.credit_note_lines import CreditNoteLine
from domain.ids import new_id
from domain.invoice_fees import Standing, fee_kept
from domain.invoices import CollectionMode, Invoice, InvoiceNumber, InvoiceStatus
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import wrong_state
from domain.states import Move, Side, Stateful


class CreditNoteStatus(Enum):
    """The life of a credit note."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    VOID = "VOID"


_S, _W = CreditNoteStatus, Permission.INVOICES_WRITE


@dataclass(eq=False, kw_only=True)
class CreditNote(Stateful):
    """What is taken off an invoice: first what is still due (applied), the rest comes back as credit (returned)."""

    SUBJECT: ClassVar[str] = "credit_note"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("issueCreditNote", (_S.DRAFT,), _S.ISSUED, Side.OWNER, _W),
        Move("voidCreditNote", (_S.ISSUED,), _S.VOID, Side.OWNER, _W),
    )

    id: UUID
    invoice_id: UUID
    issuer_id: UUID
    customer_id: UUID
    recipient_id: UUID | None
    series: str | None = None
    year: int | None = None
    sequence: int | None = None
    number: str | None = None
    issue_on: date | None = None
    time_zone: str
    currency: str
    reason: str
    net_total_minor: int = 0
    tax_total_minor: int = 0
    total_minor: int = 0
    applied_minor: int = 0
    returned_minor: int = 0
    outside_minor: int = 0
    fee_minor: int = 0
    debt_minor: int = 0
    issued_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None
    status: CreditNoteStatus = field(init=False)
    lines: list[CreditNoteLine] = field(default_factory=list)

    net_total, tax_total, total = Amount("net_total_minor"), Amount("tax_total_minor"), Amount("total_minor")
    applied_to_due, returned, fee = Amount("applied_minor"), Amount("returned_minor"), Amount("fee_minor")

    def today(self, at: datetime) -> date:
        """The issuer's date at an instant."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def add_up(self) -> None:
        """The totals are those of the lines."""
        self.net_total_minor = sum(line.net_minor for line in self.lines)
        self.tax_total_minor = sum(line.tax_minor for line in self.lines)
        self.total_minor = self.net_total_minor + self.tax_total_minor

    @property
    def effect(self) -> Effect:
        """What it did when it was issued."""
        return Effect(
            applied_minor=self.applied_minor,
            returned_minor=self.returned_minor,
            outside_minor=self.outside_minor,
            fee_minor=self.fee_minor,
            debt_minor=self.debt_minor,
        )

    def issue(self, number: InvoiceNumber, effect: Effect, *, by: Actor, at: datetime) -> None:
        """It takes effect: from now on it only is void or not."""
        self.move_to("issueCreditNote", by=by, at=at)
        self.series, self.year, self.sequence, self.number = number.series, number.year, number.sequence, str(number)
        self.issue_on, self.issued_at = self.today(at), at
        for part, amount in asdict(effect).items():
            setattr(self, part, amount)
        self.record("issued", by=by, at=at, data={"number": self.number})

    def void(self, reason: str, *, is_spent: bool, by: Actor, at: datetime) -> None:
        """Takes it back, with its number kept, while nothing of what it returned is refunded or spent."""
        self.check("voidCreditNote", by=by)
        reason = said(reason, required=True)
        if self.debt_minor:
            message = "Some of what it returned became the issuer's debt: it stays."
            raise wrong_state(message, from_state="OWED", allowed=["COVERED"])
        if is_spent:
            message = "The customer has used some of what it returned, or has it refunded: it stays."
            raise wrong_state(message, from_state="SPENT", allowed=["UNSPENT"])
        self.move_to("voidCreditNote", by=by, at=at)
        self.voided_at, self.void_reason = at, reason
        self.record("voided", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.OWNER: self.issuer_id, Side.CLIENT: self.recipient_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        if self.status is CreditNoteStatus.DRAFT or self.recipient_id is None:
            return [self.issuer_id]
        return [self.issuer_id, self.recipient_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.invoice_id]


def draft(invoice: Invoice, reason: str, *, by: Actor, at: datetime) -> CreditNote:
    """A note without lines for an invoice that is open or paid; the issuer alone sees it."""
    invoice.check("createCreditNote", by=by)
    note = CreditNote(
        id=new_id(),
        invoice_id=invoice.id,
        issuer_id=invoice.issuer_id,
        customer_id=invoice.customer_id,
        recipient_id=invoice.recipient_id,
        time_zone=invoice.time_zone,
        currency=invoice.currency,
        reason=said(reason, required=True),
    )
    note.born(CreditNoteStatus.DRAFT, action="createCreditNote", by=by, at=at)
    note.record("created", by=by, at=at)
    return note


def apply(invoice: Invoice, note: CreditNote, *, by: Actor, at: datetime) -> None:
    """The invoice loses what an issued note applies, and is paid when nothing is due any more."""
    invoice.credited_due_minor += note.applied_minor
    invoice.amount_due_minor -= note.applied_minor
    _tell(invoice, note, by, at)
    if invoice.status is InvoiceStatus.OPEN and invoice.amount_due_minor == 0:
        invoice.settle("settleInvoice", by=SYSTEM, at=at)


def require_fee_back(invoice: Invoice, note: CreditNote, standing: Standing) -> None:
    """Refuses WRONG_STATE to void a note whose fee would not be due again, because a bank took what had carried it."""
    without = replace(standing, fee_minor=standing.fee_minor - note.fee_minor)
    due_again = fee_kept(invoice, invoice.paid_minor, without) - fee_kept(invoice, invoice.paid_minor, standing)
    if due_again != note.fee_minor:
        message = "A bank has taken back the money that it returned: it stays until the invoice is paid again."
        raise wrong_state(message, from_state="CHARGED_BACK", allowed=[InvoiceStatus.PAID.name])


def unapply(invoice: Invoice, note: CreditNote, *, by: Actor, at: datetime) -> None:
    """What a void note had applied is due again."""
    invoice.credited_due_minor -= note.applied_minor
    invoice.amount_due_minor += note.applied_minor
    _tell(invoice, note, by, at)
    if invoice.status is InvoiceStatus.PAID and invoice.amount_due_minor > 0:
        invoice.move_to("reopenInvoice", by=SYSTEM, at=at)
        invoice.paid_at = None
        if invoice.collection_mode is CollectionMode.AUTO:
            # Settling it had stopped the clock of collection, which goes on now.
            invoice.collection_next_at = at
        invoice.record("reopened", by=by, at=at)


def _tell(invoice: Invoice, note: CreditNote, by: Actor, at: datetime) -> None:
    """Who follows the invoice learns of the note."""
    invoice.record("credited", by=by, at=at, data={"number": note.number, "creditNoteStatus": note.status.name})
