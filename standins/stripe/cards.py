"""Stripe's test cards: what each does when it is kept, charged or refunded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A test card. What is not said goes well."""

    last4: str = "4242"
    brand: str = "visa"
    code: str | None = None
    """The code with which its bank declines."""
    decline_code: str | None = None
    can_be_kept: bool = True
    """A card that is declined cannot be attached to a customer either, except for the one made for it."""
    asks_always: bool = False
    """The payer must authenticate each time, even where it was done before."""
    asks_until_kept: bool = False
    """The payer must authenticate unless the card was kept for later charges."""
    dispute: str | None = None
    """The reason for which each charge is disputed at once."""
    is_inquiry: bool = False
    refund: str = "succeeded"
    """What becomes of a refund: `succeeded`, `pending` (it succeeds later) or `fails` (after it seemed to succeed)."""


def _declined(last4: str, code: str, decline_code: str | None, *, can_be_kept: bool = False) -> Card:
    return Card(last4=last4, code=code, decline_code=decline_code, can_be_kept=can_be_kept)


CARDS = {
    "pm_card_visa": Card(),
    "pm_card_mastercard": Card(last4="4444", brand="mastercard"),
    "pm_card_amex": Card(last4="8431", brand="amex"),
    "pm_card_bypassPending": Card(last4="0077"),
    "pm_card_chargeDeclined": _declined("0002", "card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": _declined("9995", "card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedFraudulent": _declined("0019", "card_declined", "fraudulent"),
    "pm_card_chargeDeclinedExpiredCard": _declined("0069", "expired_card", None),
    "pm_card_chargeDeclinedIncorrectCvc": _declined("0127", "incorrect_cvc", None),
    "pm_card_chargeDeclinedProcessingError": _declined("0119", "processing_error", None),
    "pm_card_chargeDeclinedVelocityLimitExceeded": _declined("6975", "card_declined", "card_velocity_exceeded"),
    "pm_card_chargeCustomerFail": _declined("0341", "card_declined", "generic_decline", can_be_kept=True),
    "pm_card_authenticationRequired": Card(last4="3184", asks_always=True),
    "pm_card_threeDSecureRequired": Card(last4="3220", asks_always=True),
    "pm_card_authenticationRequiredOnSetup": Card(last4="3155", asks_until_kept=True),
    "pm_card_createDispute": Card(last4="0259", dispute="fraudulent"),
    "pm_card_createDisputeProductNotReceived": Card(last4="2685", dispute="product_not_received"),
    "pm_card_createDisputeInquiry": Card(last4="1976", dispute="fraudulent", is_inquiry=True),
    "pm_card_refundFail": Card(last4="5126", refund="fails"),
    "pm_card_pendingRefund": Card(last4="7726", refund="pending"),
}
"""By the tokens that Stripe has for them, so that no number of a card is ever sent."""
