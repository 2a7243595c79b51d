"""Letters with receipts."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.organizations import Organization
from domain.payment_methods import PaymentMethod
from domain.payments import Payment
from domain.receipts import receipt_of
from integrations.mail import Letter, send
from persistence import payments
from persistence.database import Database
from persistence.unit import Unit, transact


async def mail_receipt(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To payment.succeeded: to the payer's address for documents."""

    async def work(db: Unit) -> Letter | None:
        payment = await db.session.get_one(Payment, event.subject_id)
        payer = await db.session.get_one(Organization, payment.payer_id)
        issuer = await db.session.get_one(Organization, payment.issuer_id)
        method = None if payment.method_id is None else await db.session.get_one(PaymentMethod, payment.method_id)
        return _letter(payment, payer.billing_email, issuer, method, await payments.description_of(db, payment))

    letter = await transact(database, work, by=SYSTEM, at=now)
    if letter is not None:
        await send(letter)


def _letter(
    payment: Payment, address: str, issuer: Organization, method: PaymentMethod | None, what: str
) -> Letter | None:
    receipt = receipt_of(payment)
    if receipt is None:
        return None
    source = "your wallet at Milepost" if payment.provider is None else payment.provider.title
    paid_with = source if method is None else f"{method.label}, {method.last4}"
    text = (
        f"You have paid {receipt.amount} to {issuer.name}.\n\n"
        f"For: {what}\n"
        f"Paid with: {paid_with}\n"
        f"Paid on: {receipt.paid_at:%d %B %Y at %H:%M} UTC\n"
        f"Receipt: {receipt.number}\n"
    )
    return Letter(address, f"Receipt {receipt.number}", text)
