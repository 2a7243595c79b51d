"""The upfront invoice of a project that is cancelled before its activation: withdrawn, or credited and given back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.ledger import PostingKind
from domain.payments import Payment
from domain.postings.invoices import invoice_voided
from domain.projects import Project
from domain.refusals import wrong_state
from persistence import credit_note_commands, ledger, payments, refund_commands
from persistence.tables.invoicing import invoices
from persistence.unit import Unit
from persistence.write_offs import restore


@dataclass(frozen=True, slots=True)
class Upfront:
    """The invoice and the payments that its money goes back to, all locked."""

    invoice: Invoice
    payments: Sequence[Payment]


async def for_cancellation(db: Unit, project: Project) -> Upfront | None:
    """What a project was billed before its activation, locked; refuses WRONG_STATE while a payment is under way."""
    upfront = select(Invoice).where(
        invoices.c.project_id == project.id,
        invoices.c.kind == InvoiceKind.UPFRONT,
        invoices.c.status != InvoiceStatus.VOID,
    )
    invoice = (await db.session.scalars(upfront.with_for_update())).one_or_none()
    if invoice is None:
        return None
    if await payments.has_live(db, invoice.id):
        message = "A payment of the upfront invoice is under way; wait for its outcome."
        raise wrong_state(message, from_state=project.status.name)
    return Upfront(invoice, await refund_commands.refundable_payments(db, invoice))


async def take_back(db: Unit, upfront: Upfront | None, reason: str) -> None:
    """An invoice of which nothing is paid is void; of any other all is credited, and what was paid goes back."""
    if upfront is None:
        return
    invoice = upfront.invoice
    await restore(db, invoice)
    if invoice.paid_minor or invoice.credited_due_minor:
        await credit_note_commands.give_back(db, invoice, upfront.payments, reason)
        return
    invoice.withdraw(reason, by=SYSTEM, at=db.at)
    ordinal = await ledger.next_ordinal(db, PostingKind.P2, invoice.id)
    await ledger.post(db, invoice_voided(invoice, ordinal=ordinal, by=SYSTEM, at=db.at))
