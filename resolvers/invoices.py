"""Invoices: opening and voiding them, and where they lead."""

from uuid import UUID

from domain.ledger import PostingKind
from domain.payment_starts import require_none_live
from domain.postings.invoices import invoice_voided
from domain.reasons import said
from persistence import (
    credit_notes,
    customers,
    invoice_edges,
    invoice_reminders,
    invoices,
    ledger,
    payments,
    recorded_payments,
)
from persistence.invoice_openings import open_draft
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, LINES, TAXES = invoices.LIST, invoices.LINES, invoices.TAXES
ISSUER, RECIPIENT, CUSTOMER = invoices.ISSUER, invoices.RECIPIENT, invoices.CUSTOMER
PROJECT, MILESTONE, PAYMENTS = invoice_edges.PROJECT, invoice_edges.MILESTONE, payments.OF_INVOICE
REMINDERS, RECORDED_PAYMENTS = invoice_reminders.OF_INVOICE, recorded_payments.OF_INVOICE
CREDIT_NOTES = credit_notes.OF_INVOICE


async def open_invoice(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    invoice.check("openInvoice", by=db.by)
    await open_draft(db, invoice, await customers.require(db, invoice.customer_id))
    return Changed(invoice=invoice)


async def void_invoice(db: Unit, *, invoice_id: UUID, reason: str) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    invoice.void(said(reason, required=True), by=db.by, at=db.at)
    require_none_live(await payments.live_of(db, invoice.id))
    ordinal = await ledger.next_ordinal(db, PostingKind.P2, invoice.id)
    await ledger.post(db, invoice_voided(invoice, ordinal=ordinal, by=db.by, at=db.at))
    return Changed(invoice=invoice)
