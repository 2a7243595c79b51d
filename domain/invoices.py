"""Invoices: claims for money, numbered without gaps, never changed after opening."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.actors import Actor
from domain.amounts import Amount, OptionalAmount
from domain.invoice_lines import InvoiceLine
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, forbidden, wrong_state
from domain.states import Move, Side, Stateful
from domain.taxes import TaxLevel, TaxMode


class InvoiceKind(Enum):
    """What an invoice bills. People write STANDARD ones; PLATFORM is for what Milepost sells, the rest for work."""

    UPFRONT = "UPFRONT"
    MILESTONE = "MILESTONE"
    INTERIM = "INTERIM"
    FINAL = "FINAL"
    ADVANCE = "ADVANCE"
    STANDARD = "STANDARD"
    PLATFORM = "PLATFORM"


class InvoiceStatus(Enum):
    """The life of an invoice."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    VOID = "VOID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"


class PaymentStatus(Enum):
    """How far an opened invoice is paid. ON_HOLD: three automatic charges failed; a person has to act."""

    UNPAID = "UNPAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    ON_HOLD = "ON_HOLD"


class InvoiceRole(Enum):
    """Which side of an invoice an organization is on."""

    ISSUER = "ISSUER"
    RECIPIENT = "RECIPIENT"


class CollectionMode(Enum):
    """Whether Milepost charges by itself: AUTO does, MANUAL never, STOPPED gave up after three failures."""

    AUTO = "AUTO"
    MANUAL = "MANUAL"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """How far automatic charging has come: failures so far, and when the next charge is due."""

    mode: CollectionMode
    attempts: int
    next_at: datetime | None
    last_failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceNumber:
    """A place in the gap-free sequence of an issuer's series and year."""

    series: str
    year: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.series}-{self.year}-{self.sequence:04}"


_S, _W = InvoiceStatus, Permission.INVOICES_WRITE
_IN_SPITE_OF_A_FREEZE = ("duplicateInvoice", "settleInvoice", "restoreInvoice", "reopenInvoice")
"""What needs nobody's decision: copies, and money that has come or gone already."""
_PAYS = ("payInvoice", "applyCustomerCredit", "resumeCollection")
_MONEY_OR_MERCY = (*_PAYS[:2], "recordPayment", "writeOffRemainder", "markUncollectible", "createCreditNote")
"""What would leave held money, or a sale, without the invoice that it is kept for."""


@dataclass(eq=False, kw_only=True)
class Invoice(Stateful):
    """A claim of an issuer against a customer. amountDue = total - advances - credited - paid - written off."""

    SUBJECT: ClassVar[str] = "invoice"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updateInvoice", (_S.DRAFT,), None, Side.OWNER, _W),
        Move("deleteInvoice", (_S.DRAFT,), None, Side.OWNER, _W),
        Move("duplicateInvoice", tuple(_S), None, Side.OWNER, _W),
        Move("openInvoice", (_S.DRAFT,), _S.OPEN, Side.OWNER, _W),
        Move("settleInvoice", (_S.OPEN,), _S.PAID, Side.SYSTEM),
        Move("voidInvoice", (_S.OPEN,), _S.VOID, Side.OWNER, _W),
        Move("sendInvoiceReminder", (_S.OPEN,), None, Side.OWNER, _W),
        Move("withdrawInvoice", (_S.OPEN,), _S.VOID, Side.SYSTEM),
        Move("payInvoice", (_S.OPEN, _S.UNCOLLECTIBLE), None, Side.CLIENT, Permission.MONEY_MOVE),
        Move("recordPayment", (_S.OPEN, _S.UNCOLLECTIBLE), None, Side.OWNER, _W),
        Move("writeOffRemainder", (_S.OPEN,), _S.PAID, Side.OWNER, _W),
        Move("markUncollectible", (_S.OPEN,), _S.UNCOLLECTIBLE, Side.OWNER, _W),
        Move("markUncollectible", (_S.OPEN,), _S.UNCOLLECTIBLE, Side.OWNER, Permission.STAFF_MONEY),
        Move("restoreInvoice", (_S.UNCOLLECTIBLE,), _S.OPEN, Side.SYSTEM),
        Move("reopenInvoice", (_S.PAID,), _S.OPEN, Side.SYSTEM),
        Move("applyCustomerCredit", (_S.OPEN, _S.UNCOLLECTIBLE), None, Side.CLIENT, Permission.MONEY_MOVE),
        Move("createCreditNote", (_S.OPEN, _S.PAID), None, Side.OWNER, _W),
        Move("resumeCollection", (_S.OPEN,), None, Side.CLIENT, Permission.MONEY_MOVE),
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
    awaits_release: bool = False
    """Whether held money pays it as soon as a release policy is fulfilled; nothing else does meanwhile."""
    collection_mode: CollectionMode
    collection_attempts: int
    collection_next_at: datetime | None
    collection_last_failure: str | None
    note: str
    opened_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    uncollectible_at: datetime | None
    uncollectible_reason: str | None
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

    agreed_amount = OptionalAmount("agreed_minor")
    subtotal, discount_total = Amount("subtotal_minor"), Amount("discount_total_minor")
    net_total, tax_total, total = Amount("net_total_minor"), Amount("tax_total_minor"), Amount("total_minor")
    advances_applied = Amount("advances_applied_minor")
    paid, amount_due = Amount("paid_minor"), Amount("amount_due_minor")
    credited_due, written_off = Amount("credited_due_minor"), Amount("written_off_minor")
    fee, net = OptionalAmount("fee_minor"), OptionalAmount("net_minor")

    @property
    def collection(self) -> Collection:
        return Collection(
            mode=self.collection_mode,
            attempts=self.collection_attempts,
            next_at=self.collection_next_at,
            last_failure=self.collection_last_failure,
        )

    @property
    def issue_or_never_on(self) -> date:
        """What lists by date of issue put it under: drafts without a date come last."""
        return self.issue_on or date.max

    @property
    def due_or_never_on(self) -> date:
        """What lists by due date put it under."""
        return self.due_on or date.max

    def today(self, at: datetime) -> date:
        """The issuer's date at an instant."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def is_overdue_at(self, at: datetime) -> bool:
        """Open, with something due, after the last day to pay in the issuer's zone."""
        is_due = self.status is InvoiceStatus.OPEN and self.amount_due_minor > 0
        return is_due and self.due_on is not None and self.today(at) > self.due_on

    def open(self, number: InvoiceNumber, *, by: Actor, at: datetime) -> None:
        """A draft becomes a claim; from now on only collection and sums change."""
        self.move_to("openInvoice", by=by, at=at)
        self._opened(number, by, at)

    def issue(self, number: InvoiceNumber, *, by: Actor, at: datetime) -> None:
        """A claim of the system comes to exist open, without ever having been a draft."""
        self.born(InvoiceStatus.OPEN, action="issueInvoice", by=by, at=at)
        self.record("created", by=by, at=at)
        self._opened(number, by, at)

    def _opened(self, number: InvoiceNumber, by: Actor, at: datetime) -> None:
        self.series, self.year, self.sequence = number.series, number.year, number.sequence
        self.number, self.opened_at = str(number), at
        self.record("opened", by=by, at=at, data={"number": self.number})

    def receive(self, amount_minor: int, *, by: Actor, at: datetime) -> None:
        """Counts money towards the claim: at most what is due, since any surplus is kept for the customer."""
        if not 1 <= amount_minor <= self.amount_due_minor:
            raise ValueError(f"{amount_minor} is not between 1 and what is due")
        self.paid_minor += amount_minor
        self.amount_due_minor -= amount_minor
        if self.amount_due_minor:
            self.record("partially_paid", by=by, at=at)
            return
        self.settle("settleInvoice", by=by, at=at)

    def settle(self, action: str, *, by: Actor, at: datetime) -> None:
        """Nothing is due any more."""
        self.move_to(action, by=by, at=at)
        self.paid_at, self.collection_next_at = at, None
        self.record("paid", by=by, at=at)

    def void(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Takes back a claim of which nothing is paid; its number stays used."""
        self.move_to("voidInvoice", by=by, at=at)
        self._voided(reason, by, at)

    def withdraw(self, reason: str, *, by: Actor, at: datetime) -> None:
        """The system takes back a claim of a project that is cancelled before it began."""
        self.move_to("withdrawInvoice", by=by, at=at)
        self._voided(reason, by, at)

    def _voided(self, reason: str, by: Actor, at: datetime) -> None:
        self.voided_at, self.void_reason, self.collection_next_at = at, reason, None
        self.record("voided", by=by, at=at)

    def blocked(self, action: str) -> Refused | None:
        if action == "voidInvoice" and self.kind is not InvoiceKind.STANDARD:
            return forbidden("An invoice of a project is voided by the system alone, when the project is cancelled.")
        is_asked_for = self.status is _S.OPEN and self.collection_mode is CollectionMode.MANUAL
        if self.kind is InvoiceKind.PLATFORM and action in (_MONEY_OR_MERCY if is_asked_for else _PAYS):
            return wrong_state("This is paid when bought, or as mailed, or is bought again.", from_state=self.kind.name)
        if self.is_frozen and action not in _IN_SPITE_OF_A_FREEZE:
            return Refused(RefusalCode.DISPUTED, "An open dispute freezes this invoice.")
        if self.awaits_release and action in _MONEY_OR_MERCY:
            return wrong_state("Held money pays this as soon as it is released.", from_state="AWAITS_RELEASE")
        if action in ("voidInvoice", "withdrawInvoice") and self.credited_due_minor:
            message = "A credit note has taken something off it: credit the rest too."
            return wrong_state(message, from_state="CREDITED", allowed=[PaymentStatus.UNPAID.name])
        if action in ("voidInvoice", "withdrawInvoice") and self.paid_minor:
            return wrong_state("Part of it is paid.", from_state="PARTIALLY_PAID", allowed=[PaymentStatus.UNPAID.name])
        if action == "recordPayment" and self.project_id and self.payment_status is not PaymentStatus.ON_HOLD:
            status = self.payment_status.name if self.payment_status else self.status.name
            message = "An invoice of a project takes money from outside only while it is ON_HOLD."
            return wrong_state(message, from_state=status, allowed=[PaymentStatus.ON_HOLD.name])
        if action == "resumeCollection" and self.collection_mode is not CollectionMode.STOPPED:
            return wrong_state("Collection goes on.", from_state=self.collection_mode.name, allowed=["STOPPED"])
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.OWNER: self.issuer_id, Side.CLIENT: self.recipient_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        if self.status is InvoiceStatus.DRAFT or self.recipient_id is None:
            return [self.issuer_id]
        return [self.issuer_id, self.recipient_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.project_id, self.milestone_id]
