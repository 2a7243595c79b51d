"""Paying an invoice from a wallet: the payment, its posting and the invoice in the caller's transaction."""

from domain import wallet_payments as rules
from domain.actors import SYSTEM
from domain.invoice_fees import fee_of_payment
from domain.invoices import Invoice
from domain.payments import Payment
from domain.postings.wallets import paid_from_wallet
from persistence import ledger
from persistence.invoice_standings import standing_of
from persistence.unit import Unit
from persistence.write_offs import restore


async def pay(db: Unit, invoice: Invoice, amount_minor: int) -> Payment:
    """A part of what is due on a locked invoice. INSUFFICIENT_FUNDS where its recipient's wallet does not cover it."""
    payment = rules.paid_from_wallet(invoice, amount_minor=amount_minor, by=db.by, at=db.at)
    await restore(db, invoice)
    fee = fee_of_payment(invoice, amount_minor, await standing_of(db, invoice))
    invoice.receive(amount_minor, by=SYSTEM, at=db.at)
    db.add(payment)
    await ledger.post(db, paid_from_wallet(payment, invoice, fee_minor=fee, by=db.by, at=db.at))
    return payment
