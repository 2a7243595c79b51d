"""Invoices of the platform: the document of a sale, made when its money is there, or to ask for it."""

from datetime import datetime

from domain.customers import Customer
from domain.invoice_drafts import write
from domain.invoices import Invoice, InvoiceKind
from domain.sales import Sale


def invoice_of(sale: Sale, customer: Customer, *, time_zone: str, due_at: datetime, at: datetime) -> Invoice:
    """What the sale has said since it was opened, line by line, issued today; without a fee, as the seller is Milepost
    itself. Nobody but the billing clock collects it."""
    terms, tax_types = sale.terms(customer.organization_id)
    invoice = write(terms, customer, tax_types, time_zone=time_zone, kind=InvoiceKind.PLATFORM)
    if (invoice.net_total_minor, invoice.tax_total_minor) != (sale.net_minor, sale.tax_minor):
        raise AssertionError(f"sale {sale.id} comes to {sale.total}, its invoice to {invoice.total}")
    invoice.issue_on = invoice.supply_on = invoice.today(at)
    invoice.due_on = invoice.today(due_at)
    invoice.fee_minor, invoice.net_minor = 0, invoice.total_minor
    return invoice
