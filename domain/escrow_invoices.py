"""Invoices that held money pays: taxed and charged with fees as their holds say, settling what was paid in advance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.customers import Customer
from domain.escrow_holds import EscrowHold
from domain.fees import FrozenFee
from domain.ids import new_id
from domain.invoice_drafts import TaxTypes, write
from domain.invoice_terms import InvoiceTerms, LineTerms, amounts_of
from domain.invoices import Invoice, InvoiceKind
from domain.milestones import Milestone
from domain.money import Money
from domain.projects import Project
from domain.taxes import TaxCategory, TaxLevel, TaxMode, TaxType

_OF_MILESTONE = (InvoiceKind.MILESTONE, InvoiceKind.INTERIM, InvoiceKind.ADVANCE)


@dataclass(eq=False, kw_only=True)
class AdvanceApplication:
    """A paid advance counts towards the invoice that settles it, once."""

    id: UUID
    advance_id: UUID
    invoice_id: UUID
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPart:
    """What an invoice bills of one milestone: `due_minor` of its hold's money, and the advances that it settles."""

    milestone: Milestone
    hold: EscrowHold
    due_minor: int
    agreed_minor: int
    advances: Sequence[Invoice] = ()

    @property
    def advanced_minor(self) -> int:
        return sum(advance.paid_minor for advance in self.advances)

    @property
    def total_minor(self) -> int:
        return self.due_minor + self.advanced_minor

    @property
    def fee_minor(self) -> int:
        return self.hold.fee_for(self.due_minor)


def over_holds(
    kind: InvoiceKind,
    project: Project,
    parts: Sequence[HeldPart],
    *,
    customer: Customer,
    time_zone: str,
    tax_is_inside: bool = False,
) -> Invoice:
    """One line for each hold. Tax is on top of the agreed amounts where that gives exactly what is held, else inside.

    It is inside for advances and for what a ruling has divided: their totals are amounts that were released.
    """
    tax_types = {id_: one for part in parts for id_, one in tax_types_of(part.hold).items()}
    is_inside = tax_is_inside or kind is InvoiceKind.ADVANCE
    is_on_top = not is_inside and all(_is_exact(part) for part in parts)
    terms = InvoiceTerms(
        currency=project.currency,
        lines=tuple(_line(kind, part, part.agreed_minor if is_on_top else part.total_minor) for part in parts),
        tax_mode=TaxMode.EXCLUSIVE if is_on_top else TaxMode.INCLUSIVE,
        tax_level=TaxLevel.LINE,
    )
    invoice = write(terms, customer, tax_types, time_zone=time_zone, kind=kind)
    invoice.project_id, invoice.agreed_minor = project.id, sum(part.agreed_minor for part in parts)
    invoice.milestone_id = parts[0].milestone.id if kind in _OF_MILESTONE else None
    for line, part in zip(invoice.lines, parts, strict=True):
        line.milestone_id = part.milestone.id
    invoice.advances_applied_minor = sum(part.advanced_minor for part in parts)
    invoice.amount_due_minor = invoice.total_minor - invoice.advances_applied_minor
    return invoice


def fee_of(parts: Sequence[HeldPart]) -> FrozenFee:
    """The fee that the holds have frozen for what they release now; the terms are those of the first."""
    first = parts[0].hold
    return FrozenFee(
        policy_id=first.fee_policy_id,
        bps=first.fee_bps,
        flat_minor=first.fee_flat_minor,
        fee_minor=sum(part.fee_minor for part in parts),
    )


def settlements(invoice: Invoice, parts: Sequence[HeldPart]) -> list[AdvanceApplication]:
    return [
        AdvanceApplication(
            id=new_id(),
            advance_id=advance.id,
            invoice_id=invoice.id,
            currency=invoice.currency,
            amount_minor=advance.paid_minor,
        )
        for part in parts
        for advance in part.advances
    ]


def gross_minor(net: Money, tax_types: TaxTypes) -> int:
    """What an amount comes to with its taxes on top."""
    line = LineTerms(description="Amount", unit_price=net, tax_type_ids=tuple(tax_types))
    return amounts_of(InvoiceTerms(currency=net.currency, lines=(line,)), tax_types).total


def frozen_rates(tax_types: TaxTypes) -> list[dict[str, Any]]:
    """Tax types as a hold keeps them; read again by `tax_types_of`."""
    return [
        {
            "tax_type_id": str(one.id),
            "name": one.name,
            "rate_bps": one.rate_bps,
            "category": one.category.value,
            "exemption_reason": one.exemption_reason,
        }
        for one in tax_types.values()
    ]


def tax_types_of(hold: EscrowHold) -> TaxTypes:
    """The frozen taxes of a hold, for its invoices; never stored as tax types."""
    kept = [
        TaxType(
            id=UUID(one["tax_type_id"]),
            organization_id=hold.freelancer_organization_id,
            name=one["name"],
            rate_bps=one["rate_bps"],
            category=TaxCategory(one["category"]),
            exemption_reason=one["exemption_reason"],
            is_default=False,
            is_active=False,
        )
        for one in hold.tax_rates
    ]
    return {one.id: one for one in kept}


def _is_exact(part: HeldPart) -> bool:
    agreed = Money(part.agreed_minor, part.hold.currency)
    return agreed.amount_minor > 0 and gross_minor(agreed, tax_types_of(part.hold)) == part.total_minor


def _line(kind: InvoiceKind, part: HeldPart, price_minor: int) -> LineTerms:
    title = part.milestone.title
    return LineTerms(
        description=f"Advance: {title}" if kind is InvoiceKind.ADVANCE else title,
        unit_price=Money(price_minor, part.hold.currency),
        tax_type_ids=tuple(tax_types_of(part.hold)),
    )
