"""Issuing credit notes: for a person, who may have the money sent back at once, and for a cancellation."""

from collections.abc import Sequence
from uuid import UUID

from domain.actors import SYSTEM
from domain.credit_notes import CreditNote
from domain.invoices import Invoice
from domain.payments import Payment
from domain.refunds import Refund, RefundCause
from persistence import credit_notes, refund_commands
from persistence.unit import Unit


async def issue(db: Unit, credit_note_id: UUID, *, refund: bool) -> tuple[Invoice, CreditNote, list[Refund]]:
    """Issues a draft for the caller; with `refund` what it returns goes back as far as payments can take it."""
    invoice, note = await credit_notes.for_change(db, credit_note_id)
    note.check("issueCreditNote", by=db.by)
    payments = await refund_commands.refundable_payments(db, invoice) if refund else ()
    await credit_notes.issue(db, invoice, note, by=db.by)
    refunds = await refund_commands.return_credit(
        db,
        invoice,
        payments,
        amount_minor=note.effect.inside_minor,
        cause=RefundCause.CREDIT_NOTE,
        reason=note.reason,
        credit_note_id=note.id,
    )
    return invoice, note, refunds


async def give_back(db: Unit, invoice: Invoice, payments: Sequence[Payment], reason: str) -> CreditNote:
    """Credits all that is left of a locked invoice in the system's name and sends back what was paid.

    Nobody has to agree, and what the issuer's wallet does not cover becomes its debt: the other side gets its money.
    """
    note = await credit_notes.draft(db, invoice, None, reason, by=SYSTEM)
    await credit_notes.issue(db, invoice, note, may_owe=True, by=SYSTEM)
    await refund_commands.return_credit(
        db,
        invoice,
        payments,
        amount_minor=note.effect.inside_minor,
        cause=RefundCause.CANCELLATION,
        reason=reason,
        credit_note_id=note.id,
    )
    return note
