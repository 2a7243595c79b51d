"""Invoice previews: what an invoice would come to, without writing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.invoice_lines import InvoiceLine, TaxTotal, tax_totals
from domain.invoices import Invoice
from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePreview:
    """The amounts of an invoice that does not exist."""

    subtotal: Money
    discount_total: Money
    net_total: Money
    tax_total: Money
    total: Money
    taxes: list[TaxTotal]
    lines: list[InvoiceLine]
    warnings: list[str]


def preview_of(invoice: Invoice, resembling: Sequence[Invoice]) -> InvoicePreview:
    return InvoicePreview(
        subtotal=invoice.subtotal,
        discount_total=invoice.discount_total,
        net_total=invoice.net_total,
        tax_total=invoice.tax_total,
        total=invoice.total,
        taxes=tax_totals(invoice.lines),
        lines=invoice.lines,
        warnings=warnings_of(resembling),
    )


def warnings_of(resembling: Sequence[Invoice]) -> list[str]:
    """What a person may want to look at; nothing of it blocks (rule 7)."""
    return [f"{one.number or 'A draft'} over {one.total} for the same customer looks alike." for one in resembling]
