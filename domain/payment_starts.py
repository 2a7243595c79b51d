"""Starting a payment: how much may be paid, and the stored intent to be sent after the commit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.escrow_holds import EscrowHold
from domain.ids import new_id
from domain.invoices import Invoice
from domain.money import Money
from domain.payment_methods import PaymentMethod
from domain.payments import AttemptState, Payment, PaymentAttempt, PaymentState, PaymentTrigger
from domain.refusals import invalid


def amount_to_pay(invoice: Invoice, amount: Money | None) -> int:
    """The chosen amount in minor units, or all that is due; refuses INVALID unless 1 <= amount <= due."""
    if amount is None:
        return invoice.amount_due_minor
    checks = Checks()
    checks.money("amount", amount, currency=invoice.currency)
    fits = amount.amount_minor <= invoice.amount_due_minor
    checks.require(fits, f"At most {invoice.amount_due_minor} is due.", "amount", "amountMinor")
    checks.refuse()
    return amount.amount_minor


def started(
    invoice: Invoice,
    method: PaymentMethod,
    *,
    amount_minor: int,
    trigger: PaymentTrigger,
    by: Actor,
    at: datetime,
) -> tuple[Payment, PaymentAttempt]:
    """The stored intent: a payment and its first attempt, to be sent after the commit."""
    payment = Payment(
        invoice_id=invoice.id,
        payer_id=payer_of(invoice),
        issuer_id=invoice.issuer_id,
        amount_minor=amount_minor,
        currency=invoice.currency,
        **_unsent(method, trigger),
    )
    action = "payInvoice" if trigger is PaymentTrigger.PAYER else "collectInvoice"
    return payment, _begun(payment, action, by=by, at=at)


def started_for_hold(
    hold: EscrowHold, method: PaymentMethod, *, by: Actor, at: datetime
) -> tuple[Payment, PaymentAttempt]:
    """The same for money that is to be held."""
    payment = Payment(
        invoice_id=None,
        hold_id=hold.id,
        payer_id=hold.client_organization_id,
        issuer_id=hold.freelancer_organization_id,
        amount_minor=hold.amount_minor,
        currency=hold.currency,
        **_unsent(method, PaymentTrigger.PAYER),
    )
    return payment, _begun(payment, "fundMilestone", by=by, at=at)


def _unsent(method: PaymentMethod, trigger: PaymentTrigger) -> dict[str, Any]:
    return {
        "id": new_id(),
        "method_id": method.id,
        "provider": method.provider,
        "captured_minor": 0,
        "trigger": trigger,
        "failure_code": None,
        "next_ask_at": None,
        "asked": 0,
        "unknown_since": None,
    }


def _begun(payment: Payment, action: str, *, by: Actor, at: datetime) -> PaymentAttempt:
    payment.born(PaymentState.CREATED, action=action, by=by, at=at)
    payment.record("created", by=by, at=at)
    return PaymentAttempt(
        id=new_id(),
        payment_id=payment.id,
        number=1,
        status=AttemptState.CREATED,
        provider_id=None,
        created_at=at,
        sent_at=None,
        not_found_at=None,
        answer={},
    )


def payer_of(invoice: Invoice) -> UUID:
    """Who pays it; refuses INVALID for an invoice to somebody who is not on Milepost."""
    if invoice.recipient_id is None:
        raise invalid("The customer of this invoice is not on Milepost.", "invoiceId")
    return invoice.recipient_id
