"""Makers of invoices and payments that exist for their postings: the least rows that the books are about."""

from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from domain.actors import SYSTEM
from domain.fees import fee_share
from domain.ids import new_id
from domain.invoice_lines import InvoiceLine
from domain.invoices import CollectionMode, Invoice, InvoiceKind, InvoiceStatus
from domain.organizations import OrganizationKind
from domain.payment_methods import PaymentMethodKind, PaymentMethodStatus, Provider
from domain.payments import Payment, PaymentState, PaymentTrigger
from domain.postings.invoices import invoice_opened, invoice_voided
from domain.postings.payments import allocated_minor, payment_succeeded
from domain.taxes import TaxLevel, TaxMode
from persistence import number_series
from persistence.ledger import post
from persistence.tables.invoicing import customers
from persistence.tables.money import payment_methods
from persistence.unit import Unit, unit_of_work
from tests.world import World

T = TypeVar("T")

ISSUE_ON = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Trade:
    """An issuer, its customer, and the organization behind the customer with a method to pay with."""

    issuer_id: UUID
    customer_id: UUID
    payer_id: UUID
    method_id: UUID
    currency: str


async def make_trade(
    world: World, *, issuer_id: UUID | None = None, payer_id: UUID | None = None, currency: str = "EUR"
) -> Trade:
    """A pair that can trade; organizations are made where none are given."""
    if issuer_id is None:
        issuer_id = (await world.organization(OrganizationKind.FREELANCER, "Issuer")).id
    if payer_id is None:
        payer_id = (await world.organization(OrganizationKind.CLIENT, "Payer")).id
    trade = Trade(issuer_id, new_id(), payer_id, new_id(), currency)
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        life = {"version": 1, "created_at": at, "updated_at": at}
        await db.session.execute(
            customers.insert().values(
                id=trade.customer_id, organization_id=issuer_id, name="Payer", payment_terms_days=14, **life
            )
        )
        method = payment_methods.insert().values(
            id=trade.method_id,
            organization_id=payer_id,
            provider=Provider.SIMULATOR,
            token="sim_ok",
            label="Card",
            last4="4242",
            currency=currency,
            is_default=False,
            kind=PaymentMethodKind.CARD,
            status=PaymentMethodStatus.ACTIVE,
            **life,
        )
        await db.session.execute(method)
    return trade


def new_invoice(trade: Trade, total_minor: int, *, fee_minor: int = 0, sequence: int = 1) -> Invoice:
    """An untaxed invoice of one line that is open and unpaid. Its number is not taken from the counter."""
    invoice = _filled(
        Invoice,
        dict.fromkeys(_SUMS, 0)
        | {
            "id": new_id(),
            "kind": InvoiceKind.STANDARD,
            "issuer_id": trade.issuer_id,
            "customer_id": trade.customer_id,
            "recipient_id": trade.payer_id,
            "series": "INV",
            "year": ISSUE_ON.year,
            "sequence": sequence,
            "number": f"INV-{ISSUE_ON.year}-{sequence:04}",
            "issue_on": ISSUE_ON,
            "time_zone": "UTC",
            "currency": trade.currency,
            "tax_mode": TaxMode.EXCLUSIVE,
            "tax_level": TaxLevel.DOCUMENT,
            "subtotal_minor": total_minor,
            "net_total_minor": total_minor,
            "total_minor": total_minor,
            "amount_due_minor": total_minor,
            "fee_minor": fee_minor,
            "net_minor": total_minor - fee_minor,
            "is_frozen": False,
            "awaits_release": False,
            "collection_mode": CollectionMode.MANUAL,
            "collection_attempts": 0,
            "note": "",
            "lines": [],
        },
        status=InvoiceStatus.OPEN,
    )
    invoice.lines = [_line(invoice)]
    return invoice


def _line(invoice: Invoice) -> InvoiceLine:
    amounts = ("unit_price_minor", "gross_minor", "base_minor", "net_minor")
    return _filled(
        InvoiceLine,
        dict.fromkeys(("discount_amount_minor", "share_minor", "tax_minor"), 0)
        | dict.fromkeys(amounts, invoice.total_minor)
        | {
            "id": new_id(),
            "invoice_id": invoice.id,
            "position": 1,
            "description": "Work",
            "quantity": Decimal(1),
            "currency": invoice.currency,
            "tax_type_ids": [],
            "taxes": [],
        },
    )


def new_payment(trade: Trade, invoice: Invoice, amount_minor: int) -> Payment:
    """A payment that the provider has confirmed."""
    return _filled(
        Payment,
        {
            "id": new_id(),
            "invoice_id": invoice.id,
            "payer_id": trade.payer_id,
            "issuer_id": trade.issuer_id,
            "method_id": trade.method_id,
            "provider": Provider.SIMULATOR,
            "amount_minor": amount_minor,
            "captured_minor": amount_minor,
            "currency": trade.currency,
            "trigger": PaymentTrigger.PAYER,
            "asked": 0,
        },
        status=PaymentState.SUCCEEDED,
    )


async def open_invoice(db: Unit, trade: Trade, total_minor: int, *, fee_minor: int = 0) -> Invoice:
    """An open invoice with its posting and its number, which is taken last as it always is."""
    invoice = new_invoice(trade, total_minor, fee_minor=fee_minor)
    await post(db, invoice_opened(invoice, by=db.by, at=db.at))
    number = await number_series.take(db, trade.issuer_id, ISSUE_ON, in_order=False)
    invoice.series, invoice.year, invoice.sequence = number.series, number.year, number.sequence
    invoice.number = str(number)
    db.add(invoice)
    await db.flush()
    return invoice


async def pay_invoice(db: Unit, trade: Trade, invoice: Invoice, amount_minor: int) -> Payment:
    """Money arrives; what is not due any more becomes the customer's credit."""
    payment = new_payment(trade, invoice, amount_minor)
    db.add(payment)
    part = allocated_minor(invoice, amount_minor)
    fee = fee_share(invoice.fee_minor or 0, invoice.total_minor, invoice.paid_minor, invoice.paid_minor + part)
    transfer = payment_succeeded(payment, invoice, received_minor=amount_minor, fee_minor=fee, by=db.by, at=db.at)
    if part:
        invoice.receive(part, by=db.by, at=db.at)
    await post(db, transfer)
    return payment


async def void_invoice(db: Unit, invoice: Invoice) -> None:
    invoice.void("Sent by mistake", by=db.by, at=db.at)
    await post(db, invoice_voided(invoice, by=db.by, at=db.at))


_SUMS = (
    "discount_total_minor",
    "tax_total_minor",
    "advances_applied_minor",
    "credited_due_minor",
    "paid_minor",
    "written_off_minor",
)


def _filled(kind: type[T], values: dict[str, Any], *, status: Any = None) -> T:
    """An object of which only the fields that matter are given; the others are None, or what they are unless said."""
    make: Any = kind
    needed = [field.name for field in fields(make) if field.init and field.default is MISSING]
    made: T = make(**(dict.fromkeys(needed) | values))
    if status is not None:
        setattr(made, "status", status)
    return made
