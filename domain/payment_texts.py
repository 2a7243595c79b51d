"""What people are told about a payment, in plain sentences."""

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


def _provider(payment: Payment) -> str:
    return payment.provider.title if payment.provider is not None else "Milepost"
