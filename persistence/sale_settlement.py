"""The money of a sale: its invoice is opened and paid with it, or it goes back because it came too late."""

from domain.actors import SYSTEM
from domain.invoices import Invoice
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
    sales,
)
from persistence.sale_outcomes import handler_of
from persistence.unit import Unit

IN_VAIN = "The sale had ended before the money came."


async def received(db: Unit, sale: Sale, payment: Payment) -> None:
    """Pays a locked sale that waits for its money; of any other the money goes back."""
    if sale.status is not SaleStatus.PENDING:
        await _return(db, sale, payment)
        return
    invoice = await _invoiced(db, sale, payment)
    payment.invoice_id = invoice.id
    sale.pay(invoice.id, at=db.at)
    await db.flush()
    await handler_of(sale).paid(db, sale, payment)


async def _invoiced(db: Unit, sale: Sale, payment: Payment) -> Invoice:
    """P1 and P20 at once, because accounts are locked before the number."""
    seller = await sales.seller_of(db)
    buyer = await organizations.get(db, sale.organization_id)
    customer = await customers.linked(db, seller.id, buyer, currency=sale.currency)
    invoice = invoice_of(sale, customer, time_zone=seller.time_zone, at=db.at)
    rate = await exchange_rates.for_opening(db, invoice)
    opened = invoice_opened(invoice, by=SYSTEM, at=db.at)
    await ledger.post(db, opened, sale_paid(sale, invoice, payment, by=SYSTEM, at=db.at))
    number = await number_series.take(db, seller.id, invoice.today(db.at), in_order=False)
    invoice.issue(number, by=SYSTEM, at=db.at)
    invoice.receive(sale.total_minor, by=SYSTEM, at=db.at)
    db.add(invoice)
    await db.flush()
    invoice_openings.keep(db, invoice, rate)
    return invoice


async def _return(db: Unit, sale: Sale, payment: Payment) -> None:
    buyer = await organizations.get(db, sale.organization_id)
    customer = await customers.linked(db, payment.issuer_id, buyer, currency=sale.currency)
    kept = customer_credit_of(payment.issuer_id, customer.id, payment.currency)
    await ledger.post(db, paid_in_vain(payment, kept, by=SYSTEM, at=db.at))
    await refunds.of_sale(
        db, payment, customer_id=customer.id, amount_minor=payment.captured_minor, reason=IN_VAIN, by=SYSTEM
    )
