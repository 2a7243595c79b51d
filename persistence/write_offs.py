"""Write-offs in the database: what may be written off, giving up, and taking it back before money counts."""

from sqlalchemy import select

from domain import write_offs
from domain.invoices import Invoice, InvoiceStatus
from domain.ledger import PostingKind
from domain.postings.write_offs import receivable_given_up, receivable_restored
from domain.write_offs import WriteOffTolerance
from persistence import ledger
from persistence.tables.losses import write_off_tolerances
from persistence.unit import Unit


async def tolerance_minor(db: Unit, currency: str) -> int:
    """Up to which remainder of the currency may be written off: 0 until staff have set another."""
    newest = select(write_off_tolerances.c.amount_minor).where(write_off_tolerances.c.currency == currency)
    found = await db.session.scalar(newest.order_by(write_off_tolerances.c.id.desc()).limit(1))
    return found or 0


def add_tolerance(db: Unit, tolerance: WriteOffTolerance) -> None:
    db.add(tolerance)


async def give_up(db: Unit, invoice: Invoice, amount_minor: int, reason: str) -> None:
    """Posts that this amount of a locked invoice is not expected any more."""
    ordinal = await ledger.next_ordinal(db, PostingKind.P2, invoice.id)
    await ledger.post(db, receivable_given_up(invoice, amount_minor, reason, ordinal=ordinal, by=db.by, at=db.at))


async def restore(db: Unit, invoice: Invoice) -> None:
    """Opens a locked invoice that was given up, because money comes; any other stays as it is."""
    if invoice.status is not InvoiceStatus.UNCOLLECTIBLE:
        return
    given_up = await ledger.next_ordinal(db, PostingKind.P2, invoice.id) - 1
    ordinal = await ledger.next_ordinal(db, PostingKind.REVERSAL, invoice.id)
    write_offs.restore(invoice, at=db.at)
    await ledger.post(db, receivable_restored(invoice, given_up=given_up, ordinal=ordinal, by=db.by, at=db.at))
