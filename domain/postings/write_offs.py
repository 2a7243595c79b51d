"""P2 and P18: what an issuer gives up of an invoice, its reversal, and debts that Milepost gives up."""

from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, PostingKind, Transfer, TransferSource
from domain.money import Money
from domain.postings.kit import billed, credit, debit, lines, platform, receivable


def receivable_given_up(
    invoice: Invoice, amount_minor: int, reason: str, *, ordinal: int, by: Actor, at: datetime
) -> Transfer:
    """P2: this amount is not expected any more. An invoice may be given up, and paid, more than once: `ordinal`."""
    return Transfer(
        kind=PostingKind.P2,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        ordinal=ordinal,
        invoice_id=invoice.id,
        reason=reason,
        by=by,
        at=at,
        postings=lines(
            debit(billed(invoice), amount_minor),
            credit(receivable(invoice), amount_minor),
        ),
    )


def receivable_restored(invoice: Invoice, *, given_up: int, ordinal: int, by: Actor, at: datetime) -> Transfer:
    """The reversal of the P2 with the ordinal `given_up`: all that is due on the invoice is expected again."""
    due = invoice.amount_due_minor
    return Transfer(
        kind=PostingKind.REVERSAL,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        ordinal=ordinal,
        invoice_id=invoice.id,
        reverses=(PostingKind.P2, given_up),
        by=by,
        at=at,
        postings=lines(
            debit(receivable(invoice), due),
            credit(billed(invoice), due),
        ),
    )


def debt_written_off(
    approval_id: UUID, debt: AccountKey, amount: Money, reason: str | None, *, by: Actor, at: datetime
) -> Transfer:
    """P18: what an organization owes and will not pay."""
    return Transfer(
        kind=PostingKind.P18,
        source_type=TransferSource.APPROVAL_REQUEST,
        source_id=approval_id,
        reason=reason,
        by=by,
        at=at,
        postings=lines(
            debit(platform(AccountCode.BAD_DEBT, amount.currency), amount.amount_minor),
            credit(debt, amount.amount_minor),
        ),
    )
