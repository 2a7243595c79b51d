"""Why Adyen refuses, in Milepost's words: codes of payments, of requests, and of transfers."""

from integrations.decline_codes import DeclineCode

_D = DeclineCode

_OF_PAYMENTS = {
    "2": ("Refused", _D.CARD_DECLINED),
    "3": ("Referral", _D.CARD_DECLINED),
    "4": ("Acquirer Error", _D.PROVIDER_REFUSED),
    "5": ("Blocked Card", _D.METHOD_UNUSABLE),
    "6": ("Expired Card", _D.EXPIRED_CARD),
    "7": ("Invalid Amount", _D.AMOUNT_NOT_SUPPORTED),
    "8": ("Invalid Card Number", _D.INCORRECT_DETAILS),
    "9": ("Issuer Unavailable", _D.CARD_DECLINED),
    "10": ("Not supported", _D.CARD_DECLINED),
    "11": ("3D Not Authenticated", _D.AUTHENTICATION_FAILED),
    "12": ("Not enough balance", _D.INSUFFICIENT_FUNDS),
    "14": ("Acquirer Fraud", _D.FRAUD_SUSPECTED),
    "15": ("Cancelled", _D.CANCELED),
    "16": ("Shopper Cancelled", _D.CANCELED),
    "17": ("Invalid Pin", _D.INCORRECT_DETAILS),
    "18": ("Pin tries exceeded", _D.INCORRECT_DETAILS),
    "19": ("Pin validation not possible", _D.INCORRECT_DETAILS),
    "20": ("FRAUD", _D.FRAUD_SUSPECTED),
    "22": ("FRAUD-CANCELLED", _D.FRAUD_SUSPECTED),
    "23": ("Transaction Not Permitted", _D.CARD_DECLINED),
    "24": ("CVC Declined", _D.INCORRECT_DETAILS),
    "25": ("Restricted Card", _D.METHOD_UNUSABLE),
    "26": ("Revocation Of Auth", _D.METHOD_UNUSABLE),
    "27": ("Declined Non Generic", _D.CARD_DECLINED),
    "28": ("Withdrawal amount exceeded", _D.LIMIT_EXCEEDED),
    "29": ("Withdrawal count exceeded", _D.LIMIT_EXCEEDED),
    "31": ("Issuer Suspected Fraud", _D.FRAUD_SUSPECTED),
    "32": ("AVS Declined", _D.INCORRECT_DETAILS),
    "38": ("Authentication required", _D.AUTHENTICATION_REQUIRED),
    "42": ("Authentication Error", _D.AUTHENTICATION_FAILED),
    "46": ("Closed Account", _D.METHOD_UNUSABLE),
}
_BY_REASON = {reason.lower(): code for reason, code in _OF_PAYMENTS.values()}

_OF_REQUESTS = {
    "100": _D.AMOUNT_NOT_SUPPORTED,
    "137": _D.AMOUNT_NOT_SUPPORTED,
    "138": _D.CURRENCY_NOT_SUPPORTED,
    "800": _D.METHOD_UNUSABLE,
    "802": _D.METHOD_UNUSABLE,
    "803": _D.METHOD_UNUSABLE,
}

_OF_TRANSFERS = {
    "notEnoughBalance": _D.PROVIDER_FUNDS_TOO_LOW,
    "amountLimitExceeded": _D.LIMIT_EXCEEDED,
    "counterpartyAccountBlocked": _D.ACCOUNT_CLOSED,
    "counterpartyAccountClosed": _D.ACCOUNT_CLOSED,
    "counterpartyAccountNotFound": _D.ACCOUNT_CLOSED,
    "counterpartyBankNotFound": _D.ACCOUNT_CLOSED,
}


def of_payment(reason_code: str | None, reason: str | None) -> str:
    """The neutral code of a payment that was refused, by Adyen's number or, in webhooks, by its words."""
    if reason_code in _OF_PAYMENTS:
        return _OF_PAYMENTS[reason_code][1].name
    return _BY_REASON.get((reason or "").lower(), _D.PROVIDER_REFUSED).name


def of_request(error_code: str | None) -> str:
    """The neutral code of a request that Adyen did not take."""
    return _OF_REQUESTS.get(error_code or "", _D.PROVIDER_REFUSED).name


def of_transfer(reason: str | None) -> str:
    """The neutral code of a transfer that failed or came back."""
    return _OF_TRANSFERS.get(reason or "", _D.PROVIDER_REFUSED).name
