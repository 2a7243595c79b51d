"""The methods that the vault holds from the start: each token says what comes of charging it."""

from enum import Enum

from standins.paypal.account import Account, Thing
from standins.paypal.refusals import missing, unprocessable


class Behaviour(Enum):
    """What becomes of a charge."""

    TAKEN = "TAKEN"
    DECLINED = "DECLINED"
    PENDING = "PENDING"
    ACTION = "ACTION"


_WALLET, _CARD = "wallet", "card"
TOKENS = {
    "wallet-taken": (_WALLET, Behaviour.TAKEN),
    "wallet-declined": (_WALLET, Behaviour.DECLINED),
    "wallet-pending": (_WALLET, Behaviour.PENDING),
    "wallet-action": (_WALLET, Behaviour.ACTION),
    "card-taken": (_CARD, Behaviour.TAKEN),
    "card-declined": (_CARD, Behaviour.DECLINED),
}


def behaviour_of(token: str) -> Behaviour:
    if token not in TOKENS:
        raise unprocessable("TOKEN_NOT_FOUND")
    return TOKENS[token][1]


def show(account: Account, token: str) -> Thing:
    """A payment token."""
    if token not in TOKENS:
        raise missing()
    wallet = {"email_address": "ada@payer.example", "account_id": "ADAPAYER23456"}
    card = {"brand": "VISA", "last_digits": "1111", "expiry": "2031-02"}
    source = {"paypal": wallet} if TOKENS[token][0] == _WALLET else {"card": card}
    links = [account.link(f"/v3/vault/payment-tokens/{token}")]
    return {"id": token, "customer": {"id": "customer_4711"}, "payment_source": source, "links": links}
