"""Chargebacks of sales: what was sold is suspended while the buyer's bank disputes it, and gone once that is lost."""

from sqlalchemy import select

from domain import write_offs
from domain.actors import SYSTEM
from domain.chargebacks import Chargeback
from domain.invoices import Invoice
from domain.payments import Payment
from domain.postings.chargebacks import surplus_lost
from domain.postings.kit import customer_credit_of
from domain.postings.sales import sale_lost
from domain.sales import Sale, taken_back
from persistence import chargebacks, customers, ledger, organizations, sale_outcomes
from persistence.tables.invoicing import invoices
from persistence.tables.money import payments
from persistence.unit import Unit


async def locked(db: Unit, chargeback: Chargeback) -> Sale | None:
    """The sale that the payment was for, with its subject and its invoice, locked; None where it was for no sale."""
    sale = await sale_outcomes.lock_of_payment(db, chargeback.payment_id)
    if sale is not None and sale.invoice_id is not None:
        await _invoice(db, sale)
    return sale


async def taken(db: Unit, chargeback: Chargeback) -> None:
    """The bank has the money: what was sold gives nothing meanwhile."""
    sale = await _of(db, chargeback)
    if sale is not None and await _has_paid(db, chargeback, sale) and not sale.is_disputed:
        sale.is_disputed = True
        await sale_outcomes.handler_of(sale).disputed(db, sale)


async def won(db: Unit, chargeback: Chargeback) -> None:
    """The money is back: so is what was sold, unless the bank disputes another part of it."""
    sale = await _of(db, chargeback)
    if sale is not None and sale.is_disputed and not await chargebacks.is_disputed(db, chargeback.payment_id):
        sale.is_disputed = False
        await sale_outcomes.handler_of(sale).dispute_won(db, sale)


async def lost(db: Unit, chargeback: Chargeback) -> bool:
    """P22 of what is left of the sale, which is due again; what had gone back already, the payer has twice and owes.

    False where the payment was for no sale.
    """
    sale, amount = await _of(db, chargeback), 0
    if sale is None:
        return False
    if await _has_paid(db, chargeback, sale):
        amount = min(chargeback.amount_minor, sale.left_minor)
        sale.is_disputed = False
    if amount:
        await _lose(db, chargeback, sale, amount)
    if amount < chargeback.amount_minor:
        await _lose_surplus(db, chargeback, chargeback.amount_minor - amount)
    return True


async def _lose(db: Unit, chargeback: Chargeback, sale: Sale, amount_minor: int) -> None:
    undelivered = await sale_outcomes.handler_of(sale).charged_back(db, sale, amount_minor)
    tax = sale.tax_of(amount_minor)
    parts = taken_back(amount_minor - tax, tax, undelivered)
    invoice = await _invoice(db, sale)
    sale.lose(parts, at=db.at)
    write_offs.take_back(invoice, amount_minor, by=SYSTEM, at=db.at)
    await ledger.post(db, sale_lost(chargeback, invoice, parts, by=db.by, at=db.at))


async def _lose_surplus(db: Unit, chargeback: Chargeback, surplus_minor: int) -> None:
    payment = await db.session.get_one(Payment, chargeback.payment_id)
    buyer = await organizations.get(db, payment.payer_id)
    customer = await customers.linked(db, payment.issuer_id, buyer, currency=payment.currency)
    key = customer_credit_of(payment.issuer_id, customer.id, payment.currency)
    transfer = surplus_lost(
        chargeback,
        surplus_minor,
        held_minor=0,
        debtor_id=payment.payer_id,
        kept=(key, (await ledger.balances_of(db, key))[key]),
        ordinal=1,
        by=db.by,
        at=db.at,
    )
    await ledger.post(db, transfer)


async def _of(db: Unit, chargeback: Chargeback) -> Sale | None:
    """The sale, which `locked` has locked."""
    paid_for = select(payments.c.sale_id).where(payments.c.id == chargeback.payment_id)
    sale_id = await db.session.scalar(paid_for)
    return None if sale_id is None else await db.session.get_one(Sale, sale_id)


async def _has_paid(db: Unit, chargeback: Chargeback, sale: Sale) -> bool:
    """Whether it was this payment that paid the sale, and not one that came too late."""
    paid = select(payments.c.invoice_id).where(payments.c.id == chargeback.payment_id)
    invoice_id = await db.session.scalar(paid)
    return invoice_id is not None and invoice_id == sale.invoice_id


async def _invoice(db: Unit, sale: Sale) -> Invoice:
    statement = select(Invoice).where(invoices.c.id == sale.invoice_id).with_for_update()
    return (await db.session.scalars(statement)).one()
