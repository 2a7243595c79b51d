"""Refunding a sale: a credit note on its invoice, what it posts, and the money on its way back."""

from sqlalchemy import select

from domain import credit_notes as note_rules
from domain.actors import SYSTEM
from domain.approval_requests import ApprovalKind
from domain.credit_note_effects import Effect
from domain.credit_notes import CreditNote
from domain.invoices import Invoice
from domain.money import Money
from domain.payments import Payment
from domain.postings.sales import sale_refunded
from domain.refunds import Refund
from domain.refusals import wrong_state
from domain.sales import KEPT, Sale, TakenBack, taken_back
from persistence import chargebacks, credit_notes, ledger, money_thresholds, refund_commands, refunds
from persistence.tables.invoicing import invoices
from persistence.tables.money import payments
from persistence.unit import Unit


async def refund(db: Unit, sale: Sale, gross_minor: int, *, undelivered_minor: int, reason: str) -> Refund:
    """Gives a part of a locked sale back, tax included (P22, then P10); the subject is the caller's own matter.

    `undelivered_minor` is what of the sale's net is not earned yet: that goes first. From the REFUND threshold on the
    money waits for a second person, whoever asks; the system asks nobody.
    """
    _require_left(sale, gross_minor)
    invoice, payment = await _locked(db, sale)
    await chargebacks.require_refundable(db, payment.id)
    note = await credit_notes.of_sale(db, invoice, gross_minor, reason, by=SYSTEM)
    parts = taken_back(note.net_total_minor, note.tax_total_minor, undelivered_minor)
    await _issue(db, invoice, note, parts)
    sale.give_back(parts, by=db.by, at=db.at)
    amount = Money(gross_minor, sale.currency)
    waits = db.by is not SYSTEM and await money_thresholds.needed(db, ApprovalKind.REFUND, amount)
    started = await refunds.of_sale(
        db,
        payment,
        customer_id=invoice.customer_id,
        amount_minor=gross_minor,
        reason=reason,
        credit_note_id=note.id,
        awaits_approval=waits,
        by=db.by,
    )
    if waits:
        await refund_commands.ask_second_person(db, started)
    return started


async def _issue(db: Unit, invoice: Invoice, note: CreditNote, parts: TakenBack) -> None:
    await ledger.post(db, sale_refunded(note, invoice, parts, by=SYSTEM, at=db.at))
    effect = Effect(applied_minor=0, returned_minor=note.total_minor, outside_minor=0, fee_minor=0, debt_minor=0)
    note.issue(await credit_notes.number(db, invoice, note), effect, by=SYSTEM, at=db.at)
    note_rules.apply(invoice, note, by=SYSTEM, at=db.at)
    await db.flush()


def _require_left(sale: Sale, gross_minor: int) -> None:
    if not sale.is_kept or sale.is_free:
        message = "Only what was paid can be refunded, and only once."
        raise wrong_state(message, from_state=sale.status.name, allowed=[state.name for state in KEPT])
    if not 1 <= gross_minor <= sale.left_minor:
        raise ValueError(f"{gross_minor} is not between 1 and the {sale.left_minor} that are left of sale {sale.id}")


async def _locked(db: Unit, sale: Sale) -> tuple[Invoice, Payment]:
    """The invoice that was opened for it and the payment that paid it, in the written order."""
    of_sale = select(Invoice).where(invoices.c.id == sale.invoice_id).with_for_update()
    invoice = (await db.session.scalars(of_sale)).one()
    paid = select(Payment).where(payments.c.sale_id == sale.id, payments.c.invoice_id == sale.invoice_id)
    return invoice, (await db.session.scalars(paid.with_for_update())).one()
