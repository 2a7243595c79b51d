"""Our page of a checkout: where it sends a buyer's browser, or what they read there."""

from dataclasses import dataclass

from domain.payment_texts import Returning
from domain.payments import Payment, PaymentState
from domain.sales import ENDED_UNPAID, Sale, SaleStatus


@dataclass(frozen=True, slots=True)
class Leave:
    """The browser goes on to another page."""

    url: str


@dataclass(frozen=True, slots=True)
class Stay:
    """What it shows; `may_retry`: with a button that starts a payment."""

    shown: Returning
    may_retry: bool = False
    back_url: str | None = None


def visit(sale: Sale, payment: Payment | None, *, is_back: bool) -> Leave | Stay:
    """`payment` is the newest; `is_back`: the browser comes from the provider's page."""
    if sale.status in ENDED_UNPAID:
        text = "This checkout has ended and nothing was paid. Start again where you came from."
        return _end(sale.cancel_url, Returning("Ended", text))
    if sale.status is not SaleStatus.PENDING:
        return _end(sale.success_url, Returning("Paid", f"{sale.title}: {sale.total} were paid. You can close this."))
    if payment is None:
        text = f"{sale.title}: {sale.total} are to be paid."
        return Stay(Returning("To be paid", text), may_retry=True, back_url=sale.cancel_url)
    if payment.status in (PaymentState.FAILED, PaymentState.CANCELED):
        text = f"{sale.title}: the payment of {sale.total} did not succeed, and nothing was taken."
        return Stay(Returning("Not paid", text), may_retry=True, back_url=sale.cancel_url)
    if payment.status is PaymentState.REQUIRES_ACTION and payment.next_action_url is not None:
        if not is_back:
            return Leave(payment.next_action_url)
        text = f"{sale.title}: the payment of {sale.total} was not confirmed. You can still do so."
        return Stay(Returning("Not confirmed", text), may_retry=True, back_url=sale.cancel_url)
    text = f"{sale.title}: the payment of {sale.total} is under way. This page looks again by itself."
    return Stay(Returning("One moment", text, is_open=True))


def _end(url: str | None, shown: Returning) -> Leave | Stay:
    return Stay(shown) if url is None else Leave(url)
