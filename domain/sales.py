"""Sales: what Milepost itself sells. A sale is there before its invoice, which comes with the money or asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.ids import new_id
from domain.invoice_drafts import TaxTypes
from domain.invoice_terms import InvoiceTerms
from domain.money import rounded
from domain.permissions import Permission
from domain.sale_lines import SaleLine, kept_lines, terms_of, totals_of
from domain.sale_taxes import TaxQuote
from domain.states import Move, Side, Stateful
from domain.taxes import TaxMode


class SaleKind(Enum):
    """What is sold: credits, a one-off product, a period of a subscription, a change within one, or its last usage."""

    CREDIT_PURCHASE = "CREDIT_PURCHASE"
    PURCHASE = "PURCHASE"
    PERIOD = "PERIOD"
    CHANGE = "CHANGE"
    ENDING = "ENDING"


class SaleStatus(Enum):
    """The life of a sale."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CHARGED_BACK = "CHARGED_BACK"


_S = SaleStatus
KEPT = (_S.PAID, _S.PARTIALLY_REFUNDED)
"""While it is in one of these, at least a part of the money is Milepost's."""
ENDED_UNPAID = (_S.FAILED, _S.CANCELED)


@dataclass(eq=False, kw_only=True)
class Sale(Stateful):
    """One thing that an organization buys from Milepost; `subject_id` names it by kind."""

    SUBJECT: ClassVar[str] = "sale"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("paySale", (_S.PENDING,), _S.PAID, Side.SYSTEM),
        Move("failSale", (_S.PENDING,), _S.FAILED, Side.SYSTEM),
        Move("cancelSale", (_S.PENDING,), _S.CANCELED, Side.SYSTEM),
        Move("refundPartOfSale", KEPT, _S.PARTIALLY_REFUNDED, Side.SYSTEM),
        Move("refundSale", KEPT, _S.REFUNDED, Side.SYSTEM),
        Move("chargeBackSale", KEPT, _S.CHARGED_BACK, Side.SYSTEM),
        Move("payOwedCharge", (_S.PENDING,), None, Side.OWNER, Permission.BILLING_MANAGE),
        Move("payOwedCharge", (_S.PENDING,), None, Side.STAFF, Permission.STAFF_MONEY),
    )

    id: UUID
    organization_id: UUID
    kind: SaleKind
    subject_id: UUID
    currency: str
    tax_mode: TaxMode
    lines: list[dict[str, Any]]
    net_minor: int
    tax_minor: int
    total_minor: int
    success_url: str | None = None
    cancel_url: str | None = None
    """Where the buyer's browser goes on to; None: a page of our own."""
    invoice_id: UUID | None = None
    """Opened with the verified payment, or before to ask for it; a sale that costs nothing has none."""
    delivered_minor: int = 0
    """What of the net is earned (P21). Of credits their lots say it, not the sale."""
    undone_minor: int = 0
    """What of the net went back before it was earned."""
    tax_back_minor: int = 0
    refunded_minor: int = 0
    lost_minor: int = 0
    """What a lost chargeback took of it."""
    is_disputed: bool = False
    has_old_tax: bool = False
    """It was taxed as the sale before it, because the service that knows the taxes could not be asked for a day."""
    subscription_id: UUID | None = None
    """Of what is owed apart from any period: where it comes from."""
    tries: int | None = None
    """How often the clock has tried again to charge what is owed; None for all other sales."""
    tried_due_at: datetime | None = None
    """When the last of these was due, or the one that is planned."""
    next_try_at: datetime | None = None
    failure_code: str | None = None
    failed_method_id: UUID | None = None
    status: SaleStatus = field(init=False)

    net, tax, total = Amount("net_minor"), Amount("tax_minor"), Amount("total_minor")
    refunded = Amount("refunded_minor")

    @property
    def is_free(self) -> bool:
        return self.total_minor == 0

    @property
    def is_kept(self) -> bool:
        return self.status in KEPT

    @property
    def undelivered_minor(self) -> int:
        """What of the net is paid and neither earned nor given back."""
        return self.net_minor - self.delivered_minor - self.undone_minor

    @property
    def left_minor(self) -> int:
        """What of the total is neither refunded nor lost."""
        return self.total_minor - self.refunded_minor - self.lost_minor

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return str(self.lines[0]["description"])

    @property
    def is_billed(self) -> bool:
        """Its invoice was opened to ask for the money, which has not come so far."""
        return self.status is _S.PENDING and self.invoice_id is not None

    def bill(self, invoice_id: UUID) -> None:
        """Asks for the money on an invoice."""
        self.invoice_id = invoice_id

    def pay(self, invoice_id: UUID | None, *, at: datetime) -> None:
        self.move_to("paySale", by=SYSTEM, at=at)
        self.invoice_id, self.next_try_at = invoice_id, None

    def end_unpaid(self, action: str, *, at: datetime) -> None:
        """`failSale`, or `cancelSale`."""
        self.move_to(action, by=SYSTEM, at=at)
        self.next_try_at = None

    def deliver(self, delivered_minor: int) -> int:
        """Makes so much of the net earned, and says by how much that is more than before."""
        most = self.net_minor - self.undone_minor
        if not self.delivered_minor <= delivered_minor <= most:
            raise ValueError(f"{delivered_minor} is not between what is earned already and {most}")
        more, self.delivered_minor = delivered_minor - self.delivered_minor, delivered_minor
        return more

    def give_back(self, parts: "TakenBack", *, by: Actor, at: datetime) -> None:
        """Counts a refund, given how it is posted."""
        self.refunded_minor += parts.gross_minor
        self._take_back(parts)
        self.move_to("refundPartOfSale" if self.left_minor else "refundSale", by=SYSTEM, at=at)

    def lose(self, parts: "TakenBack", *, at: datetime) -> None:
        """The buyer's bank has taken it back for good."""
        self.lost_minor += parts.gross_minor
        self._take_back(parts)
        if self.is_kept:
            self.move_to("chargeBackSale", by=SYSTEM, at=at)

    def tax_of(self, gross_minor: int) -> int:
        """The tax in a part of what is left, cumulatively: all parts together carry exactly the tax of the whole."""
        gone = self.total_minor - self.left_minor + gross_minor
        part = rounded(self.tax_minor * gone, self.total_minor) - self.tax_back_minor
        return max(0, min(part, gross_minor, self.tax_minor - self.tax_back_minor))

    def terms(self, seller_id: UUID) -> tuple[InvoiceTerms, TaxTypes]:
        """What its invoice says, and the taxes that it names."""
        return terms_of(self.lines, self.currency, self.tax_mode, seller_id)

    def _take_back(self, parts: "TakenBack") -> None:
        self.undone_minor += parts.undelivered_minor
        self.tax_back_minor += parts.tax_minor

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.subject_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What goes back of a sale: first what is not earned yet, then of what is."""

    undelivered_minor: int
    delivered_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        return self.undelivered_minor + self.delivered_minor + self.tax_minor


def taken_back(net_minor: int, tax_minor: int, undelivered_minor: int) -> TakenBack:
    undelivered = min(net_minor, undelivered_minor)
    return TakenBack(undelivered_minor=undelivered, delivered_minor=net_minor - undelivered, tax_minor=tax_minor)


def opened(
    *,
    kind: SaleKind,
    subject_id: UUID,
    organization_id: UUID,
    seller_id: UUID,
    currency: str,
    lines: Sequence[SaleLine],
    quotes: Sequence[TaxQuote],
    tax_mode: TaxMode,
    by: Actor,
    at: datetime,
) -> Sale:
    """A new sale with the taxes of this moment, which its invoice will have whenever it is paid."""
    kept = kept_lines(lines, quotes)
    net, tax = totals_of(kept, currency, tax_mode, seller_id)
    sale = Sale(
        id=new_id(),
        organization_id=organization_id,
        kind=kind,
        subject_id=subject_id,
        currency=currency,
        tax_mode=tax_mode,
        lines=kept,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
    )
    sale.born(SaleStatus.PENDING, action="openSale", by=by, at=at)
    return sale
