"""What Stripe's refusals mean: a sure no with a neutral code, or nothing that could be relied on."""

import httpx
from stripe import CardError, StripeError

from integrations.decline_codes import DeclineCode
from integrations.payments import Declined, NoAnswer

_CODES = {
    "amount_too_large": DeclineCode.AMOUNT_NOT_SUPPORTED,
    "amount_too_small": DeclineCode.AMOUNT_NOT_SUPPORTED,
    "authentication_required": DeclineCode.AUTHENTICATION_REQUIRED,
    "balance_insufficient": DeclineCode.PROVIDER_FUNDS_TOO_LOW,
    "card_not_supported": DeclineCode.METHOD_UNUSABLE,
    "card_velocity_exceeded": DeclineCode.LIMIT_EXCEEDED,
    "charge_already_refunded": DeclineCode.NOT_REFUNDABLE,
    "charge_disputed": DeclineCode.DISPUTED,
    "charge_exceeds_source_limit": DeclineCode.LIMIT_EXCEEDED,
    "currency_not_supported": DeclineCode.CURRENCY_NOT_SUPPORTED,
    "expired_card": DeclineCode.EXPIRED_CARD,
    "fraudulent": DeclineCode.FRAUD_SUSPECTED,
    "incorrect_cvc": DeclineCode.INCORRECT_DETAILS,
    "incorrect_number": DeclineCode.INCORRECT_DETAILS,
    "incorrect_zip": DeclineCode.INCORRECT_DETAILS,
    "instant_payouts_unsupported": DeclineCode.METHOD_UNUSABLE,
    "insufficient_capabilities_for_transfer": DeclineCode.PAYEE_NOT_READY,
    "insufficient_funds": DeclineCode.INSUFFICIENT_FUNDS,
    "invalid_cvc": DeclineCode.INCORRECT_DETAILS,
    "invalid_expiry_month": DeclineCode.INCORRECT_DETAILS,
    "invalid_expiry_year": DeclineCode.INCORRECT_DETAILS,
    "lost_card": DeclineCode.METHOD_UNUSABLE,
    "merchant_blacklist": DeclineCode.FRAUD_SUSPECTED,
    "payment_intent_authentication_failure": DeclineCode.AUTHENTICATION_FAILED,
    "payment_method_unactivated": DeclineCode.METHOD_UNUSABLE,
    "payouts_not_allowed": DeclineCode.PAYEE_NOT_READY,
    "pickup_card": DeclineCode.METHOD_UNUSABLE,
    "resource_missing": DeclineCode.METHOD_UNUSABLE,
    "stolen_card": DeclineCode.METHOD_UNUSABLE,
    "withdrawal_count_limit_exceeded": DeclineCode.LIMIT_EXCEEDED,
    # Why a bank sends a payout or a refund back.
    "account_closed": DeclineCode.ACCOUNT_CLOSED,
    "bank_account_restricted": DeclineCode.METHOD_UNUSABLE,
    "debit_not_authorized": DeclineCode.METHOD_UNUSABLE,
    "expired_or_canceled_card": DeclineCode.EXPIRED_CARD,
    "invalid_account_number": DeclineCode.ACCOUNT_CLOSED,
    "invalid_currency": DeclineCode.CURRENCY_NOT_SUPPORTED,
    "lost_or_stolen_card": DeclineCode.METHOD_UNUSABLE,
    "no_account": DeclineCode.ACCOUNT_CLOSED,
}
"""By Stripe's codes, of errors and of declines."""

_MOVED_NOTHING = frozenset({400, 401, 402, 403, 404})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors of the SDK's HTTP client: no connection came about."""


def code_of(code: str | None, decline_code: str | None = None) -> str:
    """Our word; what the card's bank says counts more than what Stripe calls it."""
    default = DeclineCode.CARD_DECLINED if code == "card_declined" else DeclineCode.PROVIDER_REFUSED
    known = _CODES.get(decline_code or "") or _CODES.get(code or "")
    return (known or default).name


def answer_to(error: StripeError) -> Declined | NoAnswer:
    """Declined only where it is sure that nothing has moved and nothing will."""
    if isinstance(error.__cause__, _NEVER_SENT) or error.http_status == 429:
        return Declined(code=DeclineCode.PROVIDER_UNAVAILABLE.name)
    details = error.error
    # A key that was used for something else, or is in use, says nothing about what the first use has done.
    if error.http_status not in _MOVED_NOTHING or (details is not None and details.type == "idempotency_error"):
        return no_answer(error)
    if isinstance(error, CardError) and details is not None:
        intent = getattr(details, "payment_intent", None)
        return Declined(
            code=code_of(error.code, getattr(details, "decline_code", None)),
            provider_id=None if intent is None else intent.id,
        )
    return Declined(code=code_of(error.code))


def no_answer(error: StripeError) -> NoAnswer:
    """For questions, which prove nothing when they are refused. Stripe's own words may name people: they stay out."""
    return NoAnswer(reason=f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip())


def is_missing(error: StripeError) -> bool:
    """Whether Stripe says that there is no such object."""
    return error.http_status == 404
