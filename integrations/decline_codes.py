"""Why providers refuse to move money, in words that are the same for all of them."""

from enum import Enum


class DeclineCode(Enum):
    """The name is kept and shown as the failure's code; the value is its sentence."""

    CARD_DECLINED = "The card was declined by its bank."
    INSUFFICIENT_FUNDS = "The account has not enough money."
    EXPIRED_CARD = "The card has expired."
    INCORRECT_DETAILS = "A number, date or code of the card is wrong."
    AUTHENTICATION_REQUIRED = "The payer must confirm the payment, and nobody was there to do it."
    AUTHENTICATION_FAILED = "The payer could not be authenticated."
    FRAUD_SUSPECTED = "The payment was stopped because it looks like fraud."
    LIMIT_EXCEEDED = "The amount is more than the card, the account or the provider allows."
    METHOD_UNUSABLE = "This method cannot be charged, or paid out to, any more."
    CURRENCY_NOT_SUPPORTED = "The method or the provider does not take this currency."
    AMOUNT_NOT_SUPPORTED = (
        "The provider cannot move this amount: too little, too much, or finer than its smallest unit."
    )
    PAYEE_NOT_READY = "The payee has not finished the provider's checks."
    PROVIDER_FUNDS_TOO_LOW = "Milepost's balance at the provider does not cover the amount."
    NOT_REFUNDABLE = "The provider gives nothing more of this payment back."
    DISPUTED = "The payer's bank disputes the payment."
    EXPIRED = "The payer did not act in time."
    CANCELED = "The payment was canceled before any money moved."
    ACCOUNT_CLOSED = "The account that should be paid out to is closed or unknown."
    PROVIDER_UNAVAILABLE = "The provider was not reached, or was too busy to take it on; nothing was moved."
    PROVIDER_REFUSED = "The provider refused and gave no reason that is known here."
