"""What people are told about a payment, in plain sentences."""

from dataclasses import dataclass

from domain.payments import Payment, PaymentState

_S = PaymentState


def standing(payment: Payment) -> str:
    """How a payment stands and, where somebody has to do something, what."""
    text = _standing(payment)
    return text[:1].upper() + text[1:]


def _standing(payment: Payment) -> str:
    if payment.status is _S.REQUIRES_ACTION and payment.cancel_asked_at is None:
        return f"The payer has to confirm it at {_provider(payment)} until {payment.act_by:%Y-%m-%d %H:%M} UTC."
    if payment.status is _S.UNKNOWN:
        who = _provider(payment)
        return f"It is being checked: {who} has not said yet whether the money was taken. Nothing is charged meanwhile."
    if payment.status is _S.FAILED:
        return f"Nothing was taken ({payment.failure_code}). Pay again to retry, with this method or with another."
    if payment.cancel_asked_at is not None and payment.status not in (_S.SUCCEEDED, _S.CANCELED):
        return f"It is being canceled: {_provider(payment)} has not confirmed yet that nothing was taken."
    return {
        _S.CREATED: "It is sent in a moment.",
        _S.PROCESSING: f"{_provider(payment)} is working on it.",
        _S.AUTHORIZED: f"{payment.amount} are reserved; nothing was taken yet.",
        _S.SUCCEEDED: f"{payment.captured_amount} were paid.",
        _S.CANCELED: "It was canceled; nothing was taken.",
    }.get(payment.status, "")


@dataclass(frozen=True, slots=True)
class Returning:
    """What a payer reads who comes back from a provider: no more than how far it is, and how much it is about."""

    title: str
    text: str
    is_open: bool = False
    """It may soon be another: look again."""


def returning(payment: Payment) -> Returning:
    close = "You can close this page."
    match payment.status:
        case _S.SUCCEEDED:
            return Returning("Paid", f"{payment.captured_amount} were paid. {close}")
        case _S.AUTHORIZED:
            return Returning("Reserved", f"{payment.amount} are reserved. {close}")
        case _S.FAILED:
            return Returning(
                "Not paid", f"The payment of {payment.amount} failed; nothing was taken. Please try again."
            )
        case _S.CANCELED:
            return Returning("Canceled", f"The payment of {payment.amount} was canceled; nothing was taken.")
        case _S.REQUIRES_ACTION:
            again = "Go back to where you started it, and confirm it there."
            return Returning("Not confirmed yet", f"The payment of {payment.amount} still has to be confirmed. {again}")
        case _:
            text = f"The payment of {payment.amount} is being checked. This page looks again by itself."
            return Returning("Being checked", text, is_open=True)


def _provider(payment: Payment) -> str:
    return payment.provider.title if payment.provider is not None else "Milepost"
