"""Credit notes: writing, issuing and voiding them; and paying with the credit that they make."""

from collections.abc import Sequence
from uuid import UUID

from domain.credit_note_lines import Wanted
from domain.money import Money
from persistence import credit_note_commands, credit_notes, customer_credits, invoices, refunds
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, OF_INVOICE, LINES = credit_notes.LIST, credit_notes.OF_INVOICE, credit_notes.LINES
INVOICE, CUSTOMER = credit_notes.INVOICE, credit_notes.CUSTOMER
ISSUER, RECIPIENT = credit_notes.ISSUER, credit_notes.RECIPIENT
INVOICE_LINE, REFUNDS = credit_notes.INVOICE_LINE, refunds.OF_CREDIT_NOTE


async def create_credit_note(
    db: Unit, *, invoice_id: UUID, lines: Sequence[Wanted] | None = None, reason: str
) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    return Changed(credit_note=await credit_notes.draft(db, invoice, lines, reason, by=db.by))


async def issue_credit_note(db: Unit, *, credit_note_id: UUID, refund: bool) -> Changed:
    invoice, note, started = await credit_note_commands.issue(db, credit_note_id, refund=refund)
    return Changed(credit_note=note, invoice=invoice, refunds=started)


async def void_credit_note(db: Unit, *, credit_note_id: UUID, reason: str) -> Changed:
    invoice, note = await credit_notes.for_change(db, credit_note_id)
    await credit_notes.void(db, invoice, note, reason)
    return Changed(credit_note=note, invoice=invoice)


async def apply_customer_credit(db: Unit, *, invoice_id: UUID, amount: Money | None = None) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    await customer_credits.apply(db, invoice, amount)
    return Changed(invoice=invoice)
