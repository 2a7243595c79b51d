"""The money of a sale: its invoice is opened with it, or was before to ask for it; what comes too late goes back."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.exchange_rates import UsedRate
from domain.invoices import Invoice
from domain.ledger import Transfer
from domain.payments import Payment
from domain.postings.invoices import invoice_opened
from domain.postings.kit import customer_credit_of
from domain.postings.sales import paid_in_vain, sale_paid
from domain.sale_invoices import invoice_of
from domain.sales import Sale, SaleStatus
from persistence import (
    customers,
    exchange_rates,
    invoice_openings,
    ledger,
    number_series,
    organizations,
    refunds,
    sale_invoices,
    sales,
)
from persistence.sale_outcomes import handler_of
from persistence.unit import Unit

IN_VAIN = "The sale had ended before the money came."


async def bill(db: Unit, sale: Sale, due_at: datetime) -> Invoice:
    """Asks for the money of a new sale: its invoice is opened (P1), to be paid by then."""
    invoice = await _drawn_up(db, sale, due_at)
    await _keep(db, invoice, await _open(db, invoice))
    sale.bill(invoice.id)
    return invoice


async def received(db: Unit, sale: Sale, payment: Payment) -> None:
    """Pays a locked sale that waits for its money; of any other the money goes back."""
    if sale.status is not SaleStatus.PENDING:
        await _return(db, sale, payment)
        return
    invoice = await _settled(db, sale, payment)
    payment.invoice_id = invoice.id
    sale.pay(invoice.id, at=db.at)
    await db.flush()
    await handler_of(sale).paid(db, sale, payment)


async def _settled(db: Unit, sale: Sale, payment: Payment) -> Invoice:
    """P20, and P1 with it unless the invoice was opened before."""
    asked = await sale_invoices.asking_for(db, sale)
    if asked is not None:
        await ledger.post(db, sale_paid(sale, asked, payment, by=SYSTEM, at=db.at))
        asked.receive(sale.total_minor, by=SYSTEM, at=db.at)
        return asked
    invoice = await _drawn_up(db, sale, db.at)
    rate = await _open(db, invoice, sale_paid(sale, invoice, payment, by=SYSTEM, at=db.at))
    invoice.receive(sale.total_minor, by=SYSTEM, at=db.at)
    await _keep(db, invoice, rate)
    return invoice


async def _drawn_up(db: Unit, sale: Sale, due_at: datetime) -> Invoice:
    seller = await sales.seller_of(db)
    buyer = await organizations.get(db, sale.organization_id)
    customer = await customers.linked(db, seller.id, buyer, currency=sale.currency)
    return invoice_of(sale, customer, time_zone=seller.time_zone, due_at=due_at, at=db.at)


async def _open(db: Unit, invoice: Invoice, *paid_by: Transfer) -> UsedRate | None:
    """P1 with what pays it at once, because accounts are locked before the number."""
    rate = await exchange_rates.for_opening(db, invoice)
    await ledger.post(db, invoice_opened(invoice, by=SYSTEM, at=db.at), *paid_by)
    number = await number_series.take(db, invoice.issuer_id, invoice.today(db.at), in_order=False)
    invoice.issue(number, by=SYSTEM, at=db.at)
    return rate


async def _keep(db: Unit, invoice: Invoice, rate: UsedRate | None) -> None:
    db.add(invoice)
    await db.flush()
    invoice_openings.keep(db, invoice, rate)


async def _return(db: Unit, sale: Sale, payment: Payment) -> None:
    buyer = await organizations.get(db, sale.organization_id)
    customer = await customers.linked(db, payment.issuer_id, buyer, currency=sale.currency)
    kept = customer_credit_of(payment.issuer_id, customer.id, payment.currency)
    await ledger.post(db, paid_in_vain(payment, kept, by=SYSTEM, at=db.at))
    await refunds.of_sale(
        db, payment, customer_id=customer.id, amount_minor=payment.captured_minor, reason=IN_VAIN, by=SYSTEM
    )
