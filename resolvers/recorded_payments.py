"""Recorded payments: entering money that came outside Milepost, and removing what was entered by mistake."""

from datetime import date
from uuid import UUID

from domain import recorded_payments as rules
from domain import write_offs
from domain.actors import SYSTEM
from domain.invoice_fees import Standing, fee_of_loss, fee_of_payment
from domain.invoices import Invoice
from domain.money import Money
from domain.postings.recorded_payments import debt_of_issuer, kept_outside, payment_recorded, recorded_payment_removed
from domain.recorded_payments import RecordedPayment, RecordedPaymentMethod, RecordedPaymentStatus
from domain.refusals import RefusalCode, Refused, wrong_state
from persistence import invoices, ledger, recorded_payments
from persistence.invoice_standings import standing_of
from persistence.unit import Unit
from persistence.write_offs import restore
from resolvers.mutations import Changed

INVOICE, RECORDED_BY = recorded_payments.INVOICE, recorded_payments.RECORDED_BY


async def record_payment(
    db: Unit, *, invoice_id: UUID, amount: Money, received_on: date, method: RecordedPaymentMethod, reference: str
) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    recorded = rules.record_payment(
        invoice, amount, received_on=received_on, method=method, reference=reference, by=db.by, at=db.at
    )
    await restore(db, invoice)
    fee = fee_of_payment(invoice, recorded.allocated_minor, await standing_of(db, invoice))
    invoice.receive(recorded.allocated_minor, by=SYSTEM, at=db.at)
    db.add(recorded)
    await ledger.post(db, payment_recorded(recorded, invoice, fee_minor=fee, by=db.by, at=db.at))
    return Changed(invoice=invoice, recorded_payment=recorded)


async def remove_recorded_payment(db: Unit, *, recorded_payment_id: UUID, reason: str) -> Changed:
    invoice, recorded = await recorded_payments.with_invoice(db, recorded_payment_id)
    if invoice.is_frozen:
        raise Refused(RefusalCode.DISPUTED, "An open dispute freezes this invoice.")
    recorded.remove(reason, by=db.by, at=db.at)
    await db.flush()
    standing = await standing_of(db, invoice)
    _require_not_returned(recorded, invoice, standing)
    await restore(db, invoice)
    fee = fee_of_loss(invoice, recorded.allocated_minor, standing)
    held = await ledger.balances_of(db, debt_of_issuer(invoice), kept_outside(invoice))
    _require_unspent(recorded, held[kept_outside(invoice)])
    write_offs.take_back(invoice, recorded.allocated_minor, by=db.by, at=db.at)
    transfer = recorded_payment_removed(
        recorded, invoice, fee_minor=fee, debt_minor=held[debt_of_issuer(invoice)], by=db.by, at=db.at
    )
    await ledger.post(db, transfer)
    return Changed(invoice=invoice, recorded_payment=recorded)


def _require_not_returned(recorded: RecordedPayment, invoice: Invoice, standing: Standing) -> None:
    """What a credit note has returned was paid: else the fee would be given back twice. Ask once it is removed."""
    paid_minor = invoice.paid_minor - recorded.allocated_minor
    if standing.returned_minor > paid_minor or standing.returned_outside_minor > standing.paid_outside_minor:
        message = "A credit note has returned some of this money: void that first."
        raise wrong_state(message, from_state="CREDITED", allowed=[RecordedPaymentStatus.RECORDED.name])


def _require_unspent(recorded: RecordedPayment, kept_minor: int) -> None:
    if kept_minor < recorded.surplus_minor:
        kept = Money(kept_minor, recorded.currency)
        raise wrong_state(
            f"What was too much of it is kept for the customer, and only {kept} of that is left.",
            from_state=recorded.status.name,
        )
