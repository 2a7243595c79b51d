"""P1 and P2: what is due on invoices, from their opening until it is collected or given up."""

from datetime import datetime

from domain.actors import Actor
from domain.invoices import Invoice
from domain.ledger import PostingKind, Transfer, TransferSource
from domain.postings.kit import billed, credit, debit, lines, receivable


def invoice_opened(invoice: Invoice, *, by: Actor, at: datetime) -> Transfer:
    """P1: what is due becomes receivable, against `billed` until it is collected."""
    due = invoice.amount_due_minor
    return Transfer(
        kind=PostingKind.P1,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        invoice_id=invoice.id,
        by=by,
        at=at,
        postings=lines(
            debit(receivable(invoice), due),
            credit(billed(invoice), due),
        ),
    )


def invoice_voided(invoice: Invoice, *, ordinal: int = 1, by: Actor, at: datetime) -> Transfer:
    """P2: nothing is due any more. Only an unpaid invoice is voided, so this is the exact reversal of its P1."""
    due = invoice.amount_due_minor
    return Transfer(
        kind=PostingKind.P2,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        ordinal=ordinal,
        invoice_id=invoice.id,
        reverses=(PostingKind.P1, 1),
        reason=invoice.void_reason,
        by=by,
        at=at,
        postings=lines(
            debit(billed(invoice), due),
            credit(receivable(invoice), due),
        ),
    )
