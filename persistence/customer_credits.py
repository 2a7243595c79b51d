"""Queries of customer credit: who sees it, and paying with it."""

from sqlalchemy import BigInteger, ColumnElement, Table, and_, cast, exists, false, func, or_, select

from domain import customer_credits as rules
from domain.actors import Actor
from domain.customer_credits import CustomerCredit
from domain.invoice_fees import fee_of_payment
from domain.invoices import Invoice
from domain.ledger import AccountCode, PostingKind
from domain.money import Money
from domain.payment_starts import require_none_live
from domain.permissions import Permission
from domain.postings.credit_notes import paid_with_credit
from domain.postings.kit import customer_credit
from persistence import ledger, payments
from persistence.customers import CUSTOMERS
from persistence.invoice_standings import standing_of
from persistence.organizations import ORGANIZATIONS
from persistence.tables.invoicing import customers
from persistence.tables.money import ledger_accounts, ledger_balances
from persistence.unit import Unit
from persistence.write_offs import restore
from planner.edges import Condition, Connection, Derived, One, Source


def visible_to(viewer: Actor) -> Condition:
    """The issuer's and the customer's own money readers, and staff for money."""
    is_credit = ledger_accounts.c.code == AccountCode.CUSTOMER_CREDIT
    if viewer.may(Permission.STAFF_MONEY):
        return is_credit
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    linked = exists().where(
        customers.c.id == ledger_accounts.c.customer_id, customers.c.linked_organization_id == viewer.organization_id
    )
    return and_(is_credit, or_(ledger_accounts.c.organization_id == viewer.organization_id, linked))


CUSTOMER_CREDITS = Source(CustomerCredit, ledger_accounts, visible_to)

ISSUER, CUSTOMER = One(ORGANIZATIONS, "organization_id"), One(CUSTOMERS, "customer_id")

_ORDERS = {"CURRENCY": ledger_accounts.c.currency}
_BY_CURRENCY = (("CURRENCY", False),)
LIST = Connection(
    CUSTOMER_CREDITS,
    orders=_ORDERS,
    default_order=_BY_CURRENCY,
    filters={
        "currency": lambda currency: ledger_accounts.c.currency == currency,
        "customer_id": lambda id_: ledger_accounts.c.customer_id == id_,
        "issuer_id": lambda id_: ledger_accounts.c.organization_id == id_,
    },
)
OF_CUSTOMER = Connection(CUSTOMER_CREDITS, orders=_ORDERS, default_order=_BY_CURRENCY, column="customer_id")


def _balance(account: Table) -> ColumnElement[int]:
    row = select(ledger_balances.c.balance_minor).where(ledger_balances.c.account_id == account.c.id)
    return cast(func.coalesce(row.scalar_subquery(), 0), BigInteger)


def _in_its_currency(amount_minor: int, credit: CustomerCredit) -> Money:
    return Money(amount_minor, credit.currency)


AVAILABLE = Derived(ledger_accounts, _balance, _in_its_currency)


async def apply(db: Unit, invoice: Invoice, amount: Money | None) -> None:
    """Pays a part of a locked invoice with the customer's credit, as money would."""
    invoice.check("applyCustomerCredit", by=db.by)
    require_none_live(await payments.live_of(db, invoice.id))
    balances = await ledger.balances_of(db, customer_credit(invoice))
    amount_minor = rules.amount_to_apply(invoice, amount, balances[customer_credit(invoice)])
    await restore(db, invoice)
    fee = fee_of_payment(invoice, amount_minor, await standing_of(db, invoice))
    rules.pay(invoice, amount_minor, by=db.by, at=db.at)
    ordinal = await ledger.next_ordinal(db, PostingKind.P4, invoice.id)
    await ledger.post(db, paid_with_credit(invoice, amount_minor, fee_minor=fee, ordinal=ordinal, by=db.by, at=db.at))
