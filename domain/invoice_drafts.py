"""Invoice drafts: writing an invoice, until it is opened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.customers import Customer
from domain.ids import new_id
from domain.invoice_amounts import DocumentAmounts, LineAmounts
from domain.invoice_lines import InvoiceLine
from domain.invoice_terms import DiscountTerms, InvoiceTerms, LineTerms, amounts_of
from domain.invoices import CollectionMode, Invoice, InvoiceKind, InvoiceStatus
from domain.money import Money
from domain.taxes import TaxType

TaxTypes = dict[UUID, TaxType]

_UNOPENED: dict[str, Any] = {
    **dict.fromkeys(("project_id", "milestone_id", "agreed_minor", "series", "year", "sequence", "number")),
    **dict.fromkeys(("fee_policy_id", "fee_bps", "fee_flat_minor", "fee_minor", "net_minor")),
    **dict.fromkeys(("collection_next_at", "collection_last_failure")),
    **dict.fromkeys(("opened_at", "paid_at", "voided_at", "void_reason", "uncollectible_at", "uncollectible_reason")),
    **dict.fromkeys(("advances_applied_minor", "credited_due_minor", "paid_minor", "written_off_minor"), 0),
    "collection_attempts": 0,
    "is_frozen": False,
}
"""The columns that say nothing before an invoice is opened."""


def draft(
    terms: InvoiceTerms, customer: Customer, tax_types: TaxTypes, *, time_zone: str, by: Actor, at: datetime
) -> Invoice:
    """A new draft of the customer's owner: it has no number, and nobody else sees it."""
    invoice = write(terms, customer, tax_types, time_zone=time_zone)
    invoice.born(InvoiceStatus.DRAFT, action="createInvoice", by=by, at=at)
    invoice.record("created", by=by, at=at)
    return invoice


def change(
    invoice: Invoice, terms: InvoiceTerms, customer: Customer, tax_types: TaxTypes, *, by: Actor, at: datetime
) -> None:
    """Writes a draft anew. A line that stays at its position keeps its id."""
    invoice.check("updateInvoice", by=by)
    amounts = amounts_of(terms, tax_types)
    for name, value in _columns(terms, customer, amounts).items():
        setattr(invoice, name, value)
    _write_lines(invoice, terms, amounts, tax_types)
    invoice.record("updated", by=by, at=at)


def delete(invoice: Invoice, *, by: Actor, at: datetime) -> None:
    """The draft is removed; that it existed stays on record."""
    invoice.check("deleteInvoice", by=by)
    invoice.record("deleted", by=by, at=at, data={"totalMinor": invoice.total_minor, "currency": invoice.currency})


def terms_of(invoice: Invoice) -> InvoiceTerms:
    """What is written on an invoice, to be changed or copied."""
    return InvoiceTerms(
        currency=invoice.currency,
        lines=tuple(_terms_of_line(line) for line in invoice.lines),
        tax_mode=invoice.tax_mode,
        tax_level=invoice.tax_level,
        discount=_discount(invoice.discount_bps, invoice.discount_minor, invoice.currency),
        issue_on=invoice.issue_on,
        supply_on=invoice.supply_on,
        due_on=invoice.due_on,
        note=invoice.note,
    )


def write(
    terms: InvoiceTerms,
    customer: Customer,
    tax_types: TaxTypes,
    *,
    time_zone: str,
    kind: InvoiceKind = InvoiceKind.STANDARD,
    mode: CollectionMode = CollectionMode.MANUAL,
) -> Invoice:
    """An invoice with its lines and amounts, before it has a status. Refuses INVALID for terms out of limits."""
    amounts = amounts_of(terms, tax_types)
    invoice = Invoice(
        id=new_id(),
        kind=kind,
        issuer_id=customer.organization_id,
        time_zone=time_zone,
        collection_mode=mode,
        **_UNOPENED,
        **_columns(terms, customer, amounts),
    )
    _write_lines(invoice, terms, amounts, tax_types)
    return invoice


def _columns(terms: InvoiceTerms, customer: Customer, amounts: DocumentAmounts) -> dict[str, Any]:
    discount = terms.discount or DiscountTerms()
    return {
        "customer_id": customer.id,
        "recipient_id": customer.linked_organization_id,
        "currency": terms.currency,
        "tax_mode": terms.tax_mode,
        "tax_level": terms.tax_level,
        "discount_bps": discount.bps,
        "discount_minor": discount.amount and discount.amount.amount_minor,
        "issue_on": terms.issue_on,
        "supply_on": terms.supply_on,
        "due_on": terms.due_on,
        "note": terms.note,
        "subtotal_minor": amounts.subtotal,
        "discount_total_minor": amounts.discount,
        "net_total_minor": amounts.net,
        "tax_total_minor": amounts.tax,
        "total_minor": amounts.total,
        "amount_due_minor": amounts.total,
    }


def _write_lines(invoice: Invoice, terms: InvoiceTerms, amounts: DocumentAmounts, tax_types: TaxTypes) -> None:
    """Writes over the lines there are, position by position, because two lines may not share one even for a moment."""
    lines = invoice.lines
    del lines[len(terms.lines) :]
    for i, (line, computed) in enumerate(zip(terms.lines, amounts.lines, strict=True)):
        columns = _line_columns(line, computed, tax_types)
        if i == len(lines):
            lines.append(InvoiceLine(id=new_id(), invoice_id=invoice.id, position=i + 1, milestone_id=None, **columns))
            continue
        for name, value in columns.items():
            setattr(lines[i], name, value)


def _line_columns(line: LineTerms, amounts: LineAmounts, tax_types: TaxTypes) -> dict[str, Any]:
    discount = line.discount or DiscountTerms()
    return {
        "description": line.description.strip(),
        "quantity": line.quantity,
        "unit": line.unit,
        "currency": line.unit_price.currency,
        "unit_price_minor": line.unit_price.amount_minor,
        "discount_bps": discount.bps,
        "discount_minor": discount.amount and discount.amount.amount_minor,
        "tax_type_ids": list(line.tax_type_ids),
        "gross_minor": amounts.gross,
        "discount_amount_minor": amounts.discount,
        "share_minor": amounts.share,
        "base_minor": amounts.base,
        "net_minor": amounts.net,
        "tax_minor": amounts.tax,
        "taxes": [_kept(tax_types[id_], amount) for id_, amount in amounts.taxes.items()],
    }


def _kept(tax_type: TaxType, amount_minor: int) -> dict[str, Any]:
    """A tax as the document keeps it; read again by InvoiceLine.line_taxes."""
    return {
        "tax_type_id": str(tax_type.id),
        "name": tax_type.name,
        "rate_bps": tax_type.rate_bps,
        "category": tax_type.category.value,
        "amount_minor": amount_minor,
    }


def _terms_of_line(line: InvoiceLine) -> LineTerms:
    return LineTerms(
        description=line.description,
        unit_price=Money(line.unit_price_minor, line.currency),
        quantity=line.quantity,
        unit=line.unit,
        discount=_discount(line.discount_bps, line.discount_minor, line.currency),
        tax_type_ids=tuple(line.tax_type_ids),
    )


def _discount(bps: int | None, minor: int | None, currency: str) -> DiscountTerms | None:
    if bps is None and minor is None:
        return None
    return DiscountTerms(bps=bps, amount=None if minor is None else Money(minor, currency))
