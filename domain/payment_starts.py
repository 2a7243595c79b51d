"""Starting a payment: how much may be paid, and the stored intent to be sent after the commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.escrow_holds import EscrowHold
from domain.ids import new_id
from domain.invoices import Invoice
from domain.money import Money
from domain.payment_attempts import CaptureMode, PaymentAttempt
from domain.payment_methods import PaymentMethod, Provider
from domain.payments import Payment, PaymentState, PaymentTrigger
from domain.refusals import conflict, invalid
from domain.sales import Sale


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a payment is made with: a method on file or, without one, whatever the payer chooses at the provider."""

    provider: Provider
    method_id: UUID | None = None
    capture_mode: CaptureMode = CaptureMode.AUTOMATIC
    return_url: str | None = None
    """Where the payer's browser comes back to; None: a page of our own."""

    @classmethod
    def of(cls, method: PaymentMethod) -> Self:
        return cls(provider=method.provider, method_id=method.id)


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


def amount_to_capture(payment: Payment, amount: Money | None) -> int:
    """The chosen part of the reserved money in minor units, or all of it."""
    if amount is None:
        return payment.amount_minor
    checks = Checks()
    checks.money("amount", amount, currency=payment.currency)
    fits = amount.amount_minor <= payment.amount_minor
    checks.require(fits, f"At most {payment.amount_minor} is reserved.", "amount", "amountMinor")
    checks.refuse()
    return amount.amount_minor


def require_plain_wallet(method_id: UUID | None, provider: Provider | None, capture_mode: CaptureMode) -> None:
    """Refuses INVALID what makes no sense for a payment from a wallet."""
    checks = Checks()
    checks.require(method_id is None, "A payment from your wallet needs no method.", "methodId")
    checks.require(provider is None, "A payment from your wallet needs no provider.", "provider")
    is_at_once = capture_mode is CaptureMode.AUTOMATIC
    checks.require(is_at_once, "A payment from your wallet is made at once.", "captureMode")
    checks.refuse()


def started(
    invoice: Invoice,
    means: Means,
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
        **_unsent(means, trigger),
    )
    action = "payInvoice" if trigger is PaymentTrigger.PAYER else "collectInvoice"
    return payment, _begun(payment, action, by=by, at=at)


def started_for_hold(hold: EscrowHold, means: Means, *, by: Actor, at: datetime) -> tuple[Payment, PaymentAttempt]:
    """The same for money that is to be held."""
    payment = Payment(
        invoice_id=None,
        hold_id=hold.id,
        payer_id=hold.client_organization_id,
        issuer_id=hold.freelancer_organization_id,
        amount_minor=hold.amount_minor,
        currency=hold.currency,
        **_unsent(means, PaymentTrigger.PAYER),
    )
    return payment, _begun(payment, "fundMilestone", by=by, at=at)


def started_for_sale(
    sale: Sale, means: Means, *, seller_id: UUID, trigger: PaymentTrigger, by: Actor, at: datetime
) -> tuple[Payment, PaymentAttempt]:
    """The same for what Milepost sells: always all of it."""
    payment = Payment(
        invoice_id=None,
        sale_id=sale.id,
        payer_id=sale.organization_id,
        issuer_id=seller_id,
        amount_minor=sale.total_minor,
        currency=sale.currency,
        **_unsent(means, trigger),
    )
    return payment, _begun(payment, "chargeSale", by=by, at=at)


def _unsent(means: Means, trigger: PaymentTrigger) -> dict[str, Any]:
    return {
        "id": new_id(),
        "method_id": means.method_id,
        "provider": means.provider,
        "capture_mode": means.capture_mode,
        "return_url": means.return_url,
        "captured_minor": 0,
        "trigger": trigger,
        "failure_code": None,
    }


def _begun(payment: Payment, action: str, *, by: Actor, at: datetime) -> PaymentAttempt:
    payment.born(PaymentState.CREATED, action=action, by=by, at=at)
    payment.record("created", by=by, at=at)
    return PaymentAttempt(id=new_id(), payment_id=payment.id, number=1, created_at=at)


def payer_of(invoice: Invoice) -> UUID:
    """Who pays it; refuses INVALID for an invoice to somebody who is not on Milepost."""
    if invoice.recipient_id is None:
        raise invalid("The customer of this invoice is not on Milepost.", "invoiceId")
    return invoice.recipient_id


def require_none_live(live: Payment | None) -> None:
    """Refuses CONFLICT while an earlier payment of the invoice may still take the money."""
    if live is None:
        return
    if live.status is PaymentState.UNKNOWN:
        raise conflict("A payment of this invoice is being checked; nothing is charged until its outcome is known.")
    if live.status is PaymentState.REQUIRES_ACTION:
        raise conflict("A payment of this invoice waits for the payer to confirm it: finish it, or cancel it first.")
    if live.status is PaymentState.AUTHORIZED:
        raise conflict("Money is reserved for this invoice: the issuer takes it, or the payer cancels that payment.")
    raise conflict("A payment of this invoice is under way.")
