"""Customer credit: money that Milepost keeps for an issuer's customer; every figure derives from the ledger."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.invoices import Invoice
from domain.money import Money
from domain.refusals import RefusalCode, Refused


@dataclass(eq=False, kw_only=True)
class CustomerCredit:
    """One for each issuer, customer and currency, from its first entry on; it shares its id with its account."""

    id: UUID
    organization_id: UUID
    customer_id: UUID
    currency: str


def require_credit(required_minor: int, available_minor: int, currency: str) -> None:
    """Refuses INSUFFICIENT_FUNDS where the customer has less credit than is asked for."""
    if required_minor > available_minor:
        required, available = Money(required_minor, currency), Money(available_minor, currency)
        message = f"This needs {required} of the customer's credit; there are {available}. A credit note makes some."
        raise Refused(RefusalCode.INSUFFICIENT_FUNDS, message, required=required, available=available)


def amount_to_apply(invoice: Invoice, amount: Money | None, available_minor: int) -> int:
    """The chosen amount in minor units, or as much as is due and there is; refuses INVALID or INSUFFICIENT_FUNDS."""
    due = invoice.amount_due
    if amount is None:
        require_credit(1, available_minor, invoice.currency)
        return min(due.amount_minor, available_minor)
    checks = Checks()
    checks.money("amount", amount, currency=invoice.currency)
    checks.require(amount.amount_minor <= due.amount_minor, f"At most {due} are due.", "amount", "amountMinor")
    checks.refuse()
    require_credit(amount.amount_minor, available_minor, invoice.currency)
    return amount.amount_minor


def pay(invoice: Invoice, amount_minor: int, *, by: Actor, at: datetime) -> None:
    """Counts credit as money that is paid, which may settle the invoice."""
    invoice.check("applyCustomerCredit", by=by)
    invoice.receive(amount_minor, by=SYSTEM, at=at)
